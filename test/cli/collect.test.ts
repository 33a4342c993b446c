import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import { collectScript } from '../../src/host/private/programs';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();
const kept = process.env.PATH;
afterEach(() => {
  process.env.PATH = kept;
});

/** A program in the place of ssh, which notes its words and takes the program that comes by standard input. */
function ssh(does: string): { readonly words: () => string[]; readonly given: () => string } {
  const place = folder();
  const text = `#!/bin/sh\nfor w in "$@"; do printf '%s\\n' "$w"; done >${place}/words\ncat >${place}/given\n${does}\n`;
  fs.writeFileSync(path.join(place, 'ssh'), text, { mode: 0o755 });
  process.env.PATH = `${place}:${kept}`;
  const read = (file: string) => fs.readFileSync(path.join(place, file), 'utf8');
  return { words: () => read('words').trimEnd().split('\n'), given: () => read('given') };
}

const ARCHIVE = 'bulkhead-collect 1\n== ipset none: no set\n== nft missing: nft is not on this host\n== end of 2 texts\n';

test('without a host: the program itself', async () => {
  expect(await bulkhead('collect')).toEqual({ code: EXIT.yes, out: collectScript(), err: '' });
});

test('with a host: the program goes there by standard input, and what it prints comes back', async () => {
  const { words, given } = ssh(`cat <<'END'\n${ARCHIVE}END`);
  const { code, out, err } = await bulkhead('collect', '--ssh', 'admin@web1');
  expect([code, out]).toEqual([EXIT.yes, ARCHIVE]);
  expect(err).toContain('bulkhead: admin@web1 does not tell nft: nft is not on this host\n');
  expect(words().slice(0, 3)).toEqual(['-T', '--', 'admin@web1']);
  expect(given()).toBe(collectScript());
});

test('the command on the host starts a shell of root, from whichever shell', () => {
  const text = fs.readFileSync(path.join(__dirname, '../../src/cli/collect.ts'), 'utf8');
  const command = /AS_ROOT = `(.*)`;/.exec(text)![1];
  for (const shell of ['sh', 'bash']) {
    const { stdout: said } = spawnSync(shell, ['-c', command], { input: 'id -u\n', encoding: 'utf8' });
    expect(said).toBe(process.getuid!() === 0 ? '0\n' : '');
  }
});

test.each([
  ['-oProxyCommand=touch x', "'-oProxyCommand=touch x' is not a host for ssh"],
  ['', "'' is not a host for ssh"],
  ['web1 reboot', "'web1 reboot' is not a host for ssh"],
])('a host that ssh would take for something else is refused: %j', async (host, message) => {
  const { words } = ssh('exit 0');
  const { code, out, err } = await bulkhead('collect', `--ssh=${host}`);
  expect([code, out]).toEqual([EXIT.usage, '']);
  expect(err).toContain(message);
  expect(() => words()).toThrow('ENOENT');
});

test.each([
  ['exit 255', "ssh does not reach web1; try 'ssh web1 true' first"],
  ['exit 2', 'the program on web1 ended with exit code 2'],
  [`printf 'bulkhead-collect 1\\n== iptables: x\\n| y\\n'`, "the archive is cut in the text 'iptables'"],
  [`echo 'Welcome to web1'`, "the archive begins with 'Welcome to web1'"],
])('ssh that does %j prints nothing and is told', async (does, message) => {
  ssh(does);
  const { code, out, err } = await bulkhead('collect', '--ssh', 'web1');
  expect([code, out]).toEqual([EXIT.usage, '']);
  expect(err).toContain(message);
});

test('a machine without ssh', async () => {
  process.env.PATH = folder();
  expect((await bulkhead('collect', '--ssh', 'web1')).err).toContain('ssh is not on this machine; install it');
});
