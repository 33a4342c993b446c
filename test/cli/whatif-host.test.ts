import * as fs from 'node:fs';
import * as path from 'node:path';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import type { HostTexts } from '../../src/intake/private/host/host-texts';
import { archiveOf } from '../intake/archive-of';
import { textsOf } from '../intake/host-texts';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

const HOST: HostTexts = { ...textsOf('docker-28.5'), 'daemon-json': '{}' };

async function whatif(texts: HostTexts, engine: string) {
  const place = path.join(folder(), 'host.txt');
  fs.writeFileSync(place, archiveOf(texts));
  return bulkhead('whatif', '-i', place, '--engine', engine, '-f', 'csv');
}

const withRules = (texts: HostTexts, table: string, ...rules: string[]): HostTexts => ({
  ...texts,
  iptables: texts.iptables!.replace(new RegExp(`^\\*${table}\\n(?::.*\\n)*`, 'm'), (head) => `${head}${rules.join('\n')}\n`),
});
const rowsOf = (out: string) => out.split('\r\n').slice(1).filter(Boolean);

test('the same version: nothing differs, so the model writes what is there', async () => {
  const { code, err, out } = await whatif(HOST, '28.5');
  expect([code, rowsOf(out)]).toEqual([EXIT.yes, []]);
  expect(err).toBe(
    'bulkhead: engine: the host is taken to restart with engine 28.5, and all other rules, settings of the kernel and listeners to be as they are\n',
  );
});

test('an accept between two networks opens what the table raw of 28 keeps shut', async () => {
  const rules = ['-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A DOCKER-USER -s 172.17.0.2/32 -d 172.18.0.2/32 -p tcp -m tcp --dport 81 -j ACCEPT']; // prettier-ignore
  const { code, out } = await whatif(withRules(HOST, 'filter', ...rules), '26.1');
  expect([code, rowsOf(out)]).toEqual([EXIT.no, ['plain,web,tcp/81,,']]);
  expect((await whatif(withRules(HOST, 'filter', ...rules), '28.5')).code).toBe(EXIT.yes);
});

test('a rule of somebody in FORWARD may come before the lines of Docker, or behind them: both are looked at', async () => {
  const dropped = withRules(HOST, 'filter', '-A FORWARD -i eth0 -o br-f8523169a1a4 -p tcp -m tcp --dport 443 -j DROP');
  const { out, err } = await whatif(dropped, '28.5');
  const place = path.join(folder(), 'host.txt');
  const { out: before } = await bulkhead('evaluate', 'internet', '192.0.2.10', '8443', '-i', place);
  expect(before).toBe('DROPPED\n');
  expect(rowsOf(out)).toEqual(['0.0.0.0/0 at eth0,web,tcp/443,,']);
  expect(err).toContain('whether other rules of filter FORWARD come before the lines of Docker or after them, once the host has restarted, is not known: what depends on it counts as open'); // prettier-ignore
});

describe('what cannot be told is refused, with a way out', () => {
  test.each<[string, HostTexts, string, RegExp]>([
    ['a rule in a chain of Docker', withRules(HOST, 'filter', '-A DOCKER -i eth0 -j DROP'), '29.0', /of filter DOCKER is not one that it writes, and a restart empties that chain.*Keep rules of your own in DOCKER-USER/], // prettier-ignore
    ['a line of Docker that is gone', { ...HOST, iptables: HOST.iptables!.replace('-A DOCKER-BRIDGE -o six -j DOCKER\n', '') }, '29.0', /filter DOCKER-BRIDGE lacks the rule .*restart the engine, and collect again/], // prettier-ignore
    ['a jump to a chain that goes', withRules(HOST, 'filter', '-A DOCKER-USER -i eth0 -j DOCKER-ISOLATION-STAGE-2'), '29.0', /jumps to DOCKER-ISOLATION-STAGE-2, a chain that engine 29\.0 does not have/], // prettier-ignore
    ['a setting', { ...HOST, 'daemon-json': '{"allow-direct-routing": true}' }, '29.0', /setting allow-direct-routing, which whatif does not model for a host/], // prettier-ignore
    ['a flag', { ...HOST, 'daemon-flags': 'iptables false\n' }, '29.0', /setting iptables, which/],
    ['a swarm', { ...HOST, 'docker-info': '{"Swarm":{"LocalNodeState":"active"}}' }, '29.0', /node of a swarm/],
    ['a version that is none', HOST, '19.03', /'19\.03' is not an engine version/],
  ])('%s', async (_, texts, engine, says) => {
    expect(await whatif(texts, engine)).toEqual({ code: EXIT.usage, out: '', err: expect.stringMatching(says) });
  });
});
