import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { Port, Peer } from '../../src';
import { filesUnder, temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, Program } from '../support/programs';
import { filesOfUserData } from '../support/user-data';

const folder = temporaryFolder();

function synth(change: (program: Program) => void = () => undefined): string {
  const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
  const program = new Program({}, new TerraformStack(app, 'app'));
  change(program);
  app.synth();
  return path.join(app.outdir, 'stacks/app/bulkhead/app--Edge');
}

test('holds the files of user data, each as it will stand, and the list of their modes and owners', () => {
  const out = synth();
  const brought = filesOfUserData(fs.readFileSync(path.join(out, 'user-data'), 'utf8'));
  expect(filesUnder(path.join(out, 'host'))).toEqual(Object.fromEntries(brought.map((file) => [file.path.slice(1), file.content])));
  const [head, ...lines] = fs.readFileSync(path.join(out, 'host-files.txt'), 'utf8').trim().split('\n');
  expect(head).toMatch(/^# mode, owner and path/);
  expect(lines).toEqual(
    brought
      .map((file) => [file.path, `${file.mode} root:root ${file.path}`])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, line]) => line),
  );
});

test('scripts can be run, and everybody may read what only root reads on the host', () => {
  const out = synth();
  const mode = (name: string) => (fs.statSync(path.join(out, 'host', name)).mode & 0o777).toString(8);
  expect(mode('usr/local/sbin/bulkhead-firewall')).toBe('755');
  expect(mode('etc/bulkhead/rules.v4')).toBe('644');
});

test('one flow more changes what is for it alone, and what one synth wrote the next takes away', () => {
  const before = filesUnder(path.join(synth(), 'host'));
  fs.writeFileSync(path.join(folder(), 'out/stacks/app/bulkhead/app--Edge/host/etc/old'), '');
  const publishing = (program: Program) =>
    program.container('Web', program.segment('Front')).publish(Port.tcp(443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  const after = filesUnder(path.join(synth(publishing), 'host'));
  const changed = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
  expect(changed).toEqual(expect.arrayContaining(['etc/bulkhead/rules.v4', 'etc/bulkhead/sums']));
  expect(changed.every((name) => name.startsWith('etc/bulkhead/'))).toBe(true);
  expect(after['etc/bulkhead/rules.v4']).toContain('--ctorigdstport 443');
});
