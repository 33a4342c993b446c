import type { HostRules } from '../../../../src/firewall/private/host-rules';
import { matrixOf } from '../../../../src/reachability/private/matrix/matrix';
import { walk } from '../../../../src/reachability/private/walk/walk';
import { rulesOf, smallHost } from '../../../support/small-host';

/** Addresses outside that a1 reaches by TCP on port 80, as the first and the last of each piece. */
function reached(rules: string, sets: HostRules['sets']): string[] {
  const view = smallHost({ ipv4: rulesOf('ipv4', rules, sets) });
  return matrixOf(view, (probe) => walk(view, probe), 'eth0', [])
    .cells.filter(({ source, receiver, family }) => family === 'ipv4' && receiver.kind === 'outside' && source.address === '10.1.0.2')
    .map(({ target: { range } }) => `${String(range!.first)}-${String(range!.last)}`);
}

const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const piece = (first: string, last: string) => `${number(first)}-${number(last)}`;
const NETWORK = '203.0.113.64/26';
const ITS_PIECE = piece('203.0.113.64', '203.0.113.127');
const HOST = '203.0.113.7';

test.each<[string, string, HostRules['sets'], string]>([
  ['a set of networks', '--dst-set far', [{ name: 'far', blocks: [NETWORK] }], ITS_PIECE],
  [
    'a pair of a set',
    '-p tcp --in-set far',
    [{ name: 'far', elements: [{ source: '10.1.0.2', protocol: 'tcp', first: 80, last: 80, destination: HOST, origin: '' }] }],
    piece(HOST, HOST),
  ],
  ['the original destination of a rule', `--ctorigdst ${HOST}`, [], piece(HOST, HOST)],
])('the outside is cut where %s begins and ends', (_, match, sets, expected) => {
  expect(reached(`[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n${match} -j ACCEPT`, sets)).toEqual([expected]);
});

test('targets that a rule tells apart by their original destination are asked apart', () => {
  const view = smallHost('[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n--ctorigdst 10.1.0.3 -j ACCEPT');
  const { cells } = matrixOf(view, (probe) => walk(view, probe), 'eth0', []);
  const keys = cells.flatMap(({ source, receiver }) =>
    source.address === '10.2.0.2' && receiver.kind === 'container' ? [receiver.key] : [],
  );
  expect(keys).toEqual(['a2']);
});

test('the outside is cut where a route ends, so that who gets no answer is not taken for who does', () => {
  const view = smallHost('', { routes: [{ block: '203.0.113.0/25', interface: 'eth0' }] });
  const { cells } = matrixOf(view, (probe) => walk(view, probe), 'eth0', []);
  const froms = cells.flatMap(({ source, target }) =>
    source.party.kind === 'outside' && target.address === '10.1.0.2' ? [source.address] : [],
  );
  expect(froms).toEqual(['192.0.2.0', '192.0.2.11', '203.0.113.0']);
  const tos = cells.flatMap(({ source, target }) =>
    source.address === '10.1.0.2' && target.party.kind === 'outside' ? [target.address] : [],
  );
  expect(tos).toEqual(froms);
});

test('a proxy of the engine is found where no rule names its port', () => {
  const target = { container: 'a1', address: '10.1.0.2', port: 80 };
  const view = smallHost('', { proxies: [{ protocol: 'tcp', address: '::', port: 8080, target }] });
  const { cells } = matrixOf(view, (probe) => walk(view, probe), 'eth0', []);
  const isOf = (cell: (typeof cells)[number]) => cell.target.address === '2001:db8::10' && cell.source.party.kind === 'outside';
  const open = cells.filter((cell) => isOf(cell) && cell.receiver.kind === 'container').map(({ receiver, asked }) => [receiver, asked.tcp]);
  expect(new Set(open.map((each) => JSON.stringify(each)))).toEqual(
    new Set([JSON.stringify([{ kind: 'container', key: 'a1' }, [[8080, 8080]]])]),
  );
});

test('without rules for answers a port is open to who sends from a port that the rules let in', () => {
  const view = smallHost('[filter FORWARD drop]\n-i br-a -j ACCEPT\n-i eth0 -p udp --dport 53 -j ACCEPT');
  const { cells } = matrixOf(view, (probe) => walk(view, probe), 'eth0', []);
  const open = cells.filter(
    ({ source, receiver, family }) => family === 'ipv4' && source.address === '10.1.0.2' && receiver.kind === 'outside',
  );
  expect(open.map(({ asked: { udp, tcp } }) => [udp, tcp])).toEqual(open.map(() => [[[0, 65535]], []]));
  expect(open).not.toEqual([]);
});
