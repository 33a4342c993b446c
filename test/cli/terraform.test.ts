import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import { archiveOf } from '../intake/archive-of';
import { textsOf } from '../intake/host-texts';
import { container, network, state } from '../intake/planned/show';
import { temporaryFolder } from '../support/folders';
import { Program } from '../support/programs';

const folder = temporaryFolder();

function file(name: string, content: object | string): string {
  const place = path.join(folder(), name);
  fs.writeFileSync(place, typeof content === 'string' ? content : JSON.stringify(content));
  return place;
}

const port = (external: number, ip = '0.0.0.0') => ({ ports: [{ internal: 5432, external, ip, protocol: 'tcp' }] });
const NETWORKS = [network('front'), network('back', { internal: true })];
const web = (...on: string[]) =>
  container(
    'web',
    on.map((name) => ({ name })),
  );
const before = state([...NETWORKS, web('front', 'back'), container('db', [{ name: 'back' }])]);
const after = state([...NETWORKS, web('front'), container('db', [{ name: 'front' }], port(5432))]);

test.each([
  ['web', 'db', '5432', 'DELIVERED', EXIT.yes],
  ['internet', 'web', '80', 'DROPPED', EXIT.no],
])('evaluate %s %s %s: %s', async (from, to, asked, disposition, code) => {
  const found = await bulkhead('evaluate', from, to, asked, '-i', file('state.json', before), '--engine', '28.5');
  expect(found).toMatchObject({ code, out: `${disposition}\n` });
  expect(found.err).toContain("bulkhead: terraform: no firewall but Docker's rules is taken to be on the host");
});

test.each(['list', 'exposure'])('%s: JSON is as its schema says', async (command) => {
  const { out, code } = await bulkhead(command, '-i', file('state.json', after), '-e', '28.5', '-f', 'json');
  const schema = JSON.parse(fs.readFileSync(path.join(__dirname, `../../schemas/${command}-1.schema.json`), 'utf8'));
  expect(new Validator(schema, '7').validate(JSON.parse(out)).errors).toEqual([]);
  expect(JSON.parse(out)).toMatchObject({ engine: '28.5', entries: expect.arrayContaining([expect.anything()]) });
  expect(code).toBe(EXIT.yes);
});

test('diff lists what a program opens and closes', async () => {
  const [old, now] = [file('old.json', before), file('new.json', after)];
  const { out, code } = await bulkhead('diff', old, now, '-e', '28.5', '-f', 'csv');
  const every = 'tcp/0-65535, udp/0-65535, sctp/0-65535, icmp/ping, other protocols';
  expect(out).toContain('0.0.0.0/0 at outside,db,tcp/5432,,');
  expect(out).toContain(`db,outside at outside,"${every}",,`);
  expect(out).not.toContain('web,db');
  expect(code).toBe(EXIT.no);
  expect(await bulkhead('diff', now, now, '-e', '28.5')).toMatchObject({ code: EXIT.yes });
});

test('whatif compares two versions of the engine', async () => {
  const place = file('state.json', after);
  const { out, code } = await bulkhead('whatif', '-i', place, '--from', '26.1', '--engine', '28.5', '-f', 'csv');
  expect(out).toMatch(/^0\.0\.0\.0\/0 at outside,web,,"tcp\/0-65535/m);
  expect(code).toBe(EXIT.no);
  expect(await bulkhead('whatif', '-i', place, '--from', '28.5', '--engine', '28.5')).toMatchObject({ code: EXIT.yes });
});

describe('what is refused, with exit code 2 and a way out', () => {
  const archive = () => file('host.txt', archiveOf(textsOf('docker-28.5')));
  const daemon = () => {
    writeDaemonReports(folder(), new Program().daemon._declarations.store, {});
    return path.join(folder(), 'topology.json');
  };

  test.each<[string, () => string[], RegExp]>([
    ['no version', () => ['list', '-i', file('s.json', before)], /does not tell the version of the engine.*--engine 28\.5/],
    ['no version to compare from', () => ['whatif', '-i', file('s.json', before), '-e', '29'], /give it with --from, such as --from 28\.5/],
    ['a version that is none', () => ['list', '-i', file('s.json', before), '-e', 'new'], /'new' is not/],
    ['a version for a host', () => ['list', '-i', archive(), '-e', '29'], /has the rules of its engine as they are.*leave it out/],
    [
      'another engine for a host whose settings are not known',
      () => ['whatif', '-i', archive(), '-e', '29'],
      /needs the settings of the engine.*daemon-json/,
    ],
    ['a daemon', () => ['list', '-i', file('s.json', before), '-e', '29', '-d', 'x'], /is about one Docker host; leave out --daemon/],
    ['a daemon for a host', () => ['list', '-i', archive(), '-d', 'x'], /is about one host; leave out --daemon/],
    ['a host and a daemon', () => ['diff', archive(), daemon()], /of different kinds: the first is about a host, the second about a synth/],
  ])('%s', async (_, argv, says) => {
    expect(await bulkhead(...argv())).toEqual({ code: EXIT.usage, out: '', err: expect.stringMatching(says) });
  });
});
