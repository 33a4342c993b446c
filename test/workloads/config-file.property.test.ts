import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { ConfigFile } from '../../src';
import { HostInput } from '../../src/host/private/host-input';
import { renderInstallScript } from '../../src/host/private/render-install-script';
import { renderUserData, renderUserDataGzip } from '../../src/host/private/render-user-data';
import { sampleInput } from '../host/sample';
import { hostileText } from '../support/hostile';
import { synth, terraformUnescape } from '../support/programs';
import { Unguarded } from '../support/unguarded';
import { filesOfUserData } from '../support/user-data';

const TARGET = '/etc/app/app.conf';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Every text that a file may have: pieces that mean something to somebody, and any other ones. */
const anyText = fc
  .oneof(hostileText, fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 300 }))
  .map((text) => text.replace(/\0/g, ''))
  .filter((text) => !/\p{Cs}/u.test(text) && !/[$#&]\{TfToken\[/.test(text));

function inputWith(text: string): HostInput {
  const files = [{ target: TARGET, text, owner: '0:0', mode: '0444' }];
  return sampleInput({ change: { config: [{ name: 'app-web', onChange: 'replace', files }] } });
}

test('any text comes to a host as it is, by each way', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { text: content } = ConfigFile.fromText(TARGET, text);
      expect(content).toBe(text);
      const input = inputWith(content);
      const place = '/etc/bulkhead/config/app-web/etc/app/app.conf';
      const packed = gunzipSync(Buffer.from(renderUserDataGzip(input), 'base64')).toString('utf8');
      // YAML has words of its own for what is no printable ASCII.
      expect(packed).toMatch(/^[\n -~]*$/);
      for (const userData of [renderUserData(input), packed]) {
        expect(filesOfUserData(userData).find((file) => file.path === place)?.content).toBe(text);
      }
      // The shell reads the body as install.sh has it.
      const [block] = /^ {2}put \/etc\/bulkhead\/config\/app-web\S+ 600 <<'END_OF_BODY'\n(.*\n)*?END_OF_BODY\n/m.exec(
        renderInstallScript(input),
      )!;
      const written = execFileSync('sh', { input: `put() { base64 -d; }\n${block}`, maxBuffer: 1e8 });
      expect(written.equals(Buffer.from(text, 'utf8'))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('any text comes through Terraform, the API and the shell as it is', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const u = new Unguarded();
      u.container('Web', u.segment('Front'), { configFiles: { files: [ConfigFile.fromText(TARGET, text)] } });
      const { entrypoint, command } = synth(u.stack).container('app-web-config') as { entrypoint: string[]; command: string[] };
      // Terraform brings all texts into one form of Unicode.
      const passed = [...entrypoint, ...command].map((word) => terraformUnescape(word).normalize('NFC'));
      const file = path.join(folder, 'app.conf');
      const [program, ...words] = passed.map((word) => (word === '/bulkhead/0/app.conf' ? file : word));
      execFileSync(program, words.map((word) => (word === '0:0' ? `${process.getuid!()}:${process.getgid!()}` : word))); // prettier-ignore
      expect(fs.readFileSync(file).equals(Buffer.from(text, 'utf8'))).toBe(true);
      fs.rmSync(file);
    }),
    { numRuns: 40 },
  );
});
