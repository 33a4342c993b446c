import { EMPTY, pairSets } from './arbitraries';
import { SCENARIOS } from './scenarios';
import { type Place, placeOf } from './walk';
import { compile } from '../../src/firewall/private/compile';
import { permits } from '../../src/firewall/private/permits';
import type { PortSpec } from '../../src/topology/private/terms';
import type { NetworkPlan, PairPlan, PublicationPlan, Topology, WirePlan } from '../../src/topology/private/topology';
import { restoreFiles } from '../support/restore-files';

const tcp = (first: number, last = first): PortSpec => ({ protocol: 'tcp', first, last });
const published: PublicationPlan = SCENARIOS['three-tier'].publications[0];

function pairTo(port: PortSpec, source = '10.20.1.10'): PairPlan {
  return { bridge: 'bh-app', family: 'ipv4', source, destination: '10.20.1.12', port, origin: `${source} ${port.protocol} ${port.first}` };
}

function inside(topology: Partial<Topology>) {
  const { chains, sets } = compile({ ...EMPTY, ...topology }, 'ipv4');
  const rules = chains[0].rules.filter(({ matches }) =>
    matches.some((m) => m.kind === 'in-interface' && !m.prefix && m.name.startsWith('bh-')),
  );
  const asSet = rules.filter(({ matches }) => matches.some((m) => m.kind === 'in-set')).length;
  return { plain: rules.length - asSet, asSet, elements: pairSets(sets).flatMap((set) => set.elements).length };
}

describe('sets', () => {
  test('two pairs are rules, three are a set', () => {
    expect(inside({ pairs: [1, 2].map((n) => pairTo(tcp(n))) })).toEqual({ plain: 2, asSet: 0, elements: 0 });
    expect(inside({ pairs: [1, 2, 3].map((n) => pairTo(tcp(n))) })).toEqual({ plain: 0, asSet: 1, elements: 3 });
  });

  test('pairs are counted per bridge', () => {
    const pairs = [pairTo(tcp(1)), pairTo(tcp(2)), { ...pairTo(tcp(3)), bridge: 'bh-data' }];
    expect(inside({ pairs })).toEqual({ plain: 3, asSet: 0, elements: 0 });
  });

  test('a range of 64 ports goes in, of 65 stays a rule', () => {
    const pairs = [1, 2].map((n) => pairTo(tcp(n)));
    expect(inside({ pairs: [...pairs, pairTo(tcp(100, 163))] })).toEqual({ plain: 0, asSet: 1, elements: 3 });
    expect(inside({ pairs: [...pairs, pairTo(tcp(100, 164))] })).toEqual({ plain: 3, asSet: 0, elements: 0 });
  });

  test('SCTP, ping and rates stay rules', () => {
    const pairs = [
      ...[1, 2, 3].map((n) => pairTo(tcp(n))),
      pairTo({ protocol: 'sctp', first: 4, last: 4 }),
      pairTo({ protocol: 'icmp', first: 0, last: 0 }),
      { ...pairTo(tcp(5)), rate: { amount: 5, per: 'second' as const, burst: 5 } },
    ];
    expect(inside({ pairs })).toEqual({ plain: 3, asSet: 1, elements: 3 });
  });
});

describe('publications', () => {
  const rules = (plan: Partial<PublicationPlan>) =>
    compile({ ...EMPTY, publications: [{ ...published, ...plan }] }, 'ipv4').chains[0].rules.filter((r) => r.origin === published.origin);

  test('nobody is allowed: no rule', () => expect(rules({ sources: [] })).toEqual([]));
  test('loopback: no rule, whatever the sources say', () => expect(rules({ hostAddress: '127.0.0.1' })).toEqual([]));
  test('every source: no match for it', () => {
    expect(rules({})[0].matches.map((m) => m.kind)).not.toContain('source');
  });
  test('every host address: the port still counts', () => {
    expect(rules({ hostAddress: '0.0.0.0' })[0].matches).toContainEqual({ kind: 'ct-original', first: 443, last: 443 });
  });
});

describe('a plan that cannot be right is refused, not guessed at', () => {
  const cases: [string, Partial<Topology>][] = [
    ['ports that fall', { pairs: [pairTo(tcp(90, 80))] }],
    ['port out of range', { pairs: [pairTo(tcp(70_000))] }],
    ['token for a port', { pairs: [pairTo(tcp(-1.8881545897087613e289))] }],
    ['address of another family', { pairs: [pairTo(tcp(80), 'fd00::1')] }],
    ['ping published', { publications: [{ ...published, targetPort: { protocol: 'icmp', first: 0, last: 0 } }] }],
    ['TCP to UDP', { publications: [{ ...published, targetPort: { protocol: 'udp', first: 1, last: 1 } }] }],
    ['two ports to one', { publications: [{ ...published, hostPort: tcp(443, 444) }] }],
    ['exclusion of everything', { egressExclusions: ['0.0.0.0/0'] }],
  ];
  test.each(cases)('%s', (_, topology) => {
    expect(() => compile({ ...EMPTY, ...topology }, 'ipv4')).toThrow('(BrokenPlan)');
  });

  test('address that is none', () => {
    expect(() => compile({ ...EMPTY, pairs: [pairTo(tcp(80), '10.0.0.1\n')] }, 'ipv4')).toThrow('(AddressSyntax)');
  });
});

test('exclusions stand only where general egress goes past them, and only the widest', () => {
  const drops = (destination: string) =>
    compile(
      {
        ...EMPTY,
        egress: [{ bridge: 'bh-gw', family: 'ipv4', source: '10.20.8.10', destination, port: tcp(443), origin: 'x' }],
      },
      'ipv4',
    )
      .chains[0].rules.map((rule) => rule.origin)
      .filter((origin) => origin.startsWith('general egress'));
  expect(drops('198.51.100.0/24')).toEqual([]);
  expect(drops('10.20.77.0/24')).toEqual([]);
  expect(drops('192.0.2.0/24')).toEqual(['general egress leaves out 192.0.2.10/32']);
  // 10.20.8.0/24 lies in 10.20.0.0/16.
  expect(drops('0.0.0.0/0')).toEqual(
    ['10.20.0.0/16', '169.254.0.0/16', '192.0.2.10/32'].map((block) => `general egress leaves out ${block}`),
  );
});

describe('permits', () => {
  test('are sorted and unique', () => {
    const twice = { ...EMPTY, pairs: [2, 1, 2].map((n) => pairTo(tcp(n))) };
    expect(permits(twice)).toEqual(['pair ipv4 tcp 10.20.1.10 10.20.1.12 1 1', 'pair ipv4 tcp 10.20.1.10 10.20.1.12 2 2']);
  });

  test('keep what the rules leave out because something else covers it', () => {
    expect(permits({ ...EMPTY, pairs: [pairTo(tcp(1, 9)), pairTo(tcp(5))] })).toHaveLength(2);
  });
});

test('both families always have rules', () => {
  const files = restoreFiles(EMPTY);
  expect(files.ipv4.chains.map((c) => c.chain)).toEqual([
    'BULKHEAD-ENTER',
    'BULKHEAD-FORWARD',
    'BULKHEAD-INPUT',
    'BULKHEAD-OUTPUT',
    'BULKHEAD-PASS',
  ]);
  expect(files.ipv6.chains.map((c) => c.chain)).toEqual(files.ipv4.chains.map((c) => c.chain));
});

test('a thousand workloads compile in no time to speak of', () => {
  const pairs = Array.from({ length: 5000 }, (_, i) =>
    pairTo(tcp(1 + (i % 5)), `10.30.${Math.floor(i / 1250)}.${Math.floor(i / 5) % 250}`),
  );
  const egress = Array.from({ length: 1000 }, (_, i) => ({
    bridge: 'bh-gw',
    family: 'ipv4' as const,
    source: `10.20.8.${i % 250}`,
    destination: ['0.0.0.0/0', '198.51.100.0/24', '203.0.113.0/24', '169.254.169.254/32'][Math.floor(i / 250)],
    port: tcp(443),
    origin: `e${i}`,
  }));
  const started = process.cpuUsage();
  // One of pairs, and four of networks.
  expect(restoreFiles({ ...EMPTY, pairs, egress }).ipv4.setNames).toHaveLength(5);
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});

describe('what enters', () => {
  const chainOf = (topology: Topology, family: 'ipv4' | 'ipv6', place: Place) =>
    compile(topology, family).chains.find((chain) => placeOf(chain) === place)!.rules;
  const network = (third: number): NetworkPlan => ({
    ...EMPTY.networks[0],
    key: `n${third}`,
    bridge: `bh-n${third}`,
    ipv4: { block: `10.21.${third}.0/24`, gateway: `10.21.${third}.1`, dockerRange: `10.21.${third}.240/28` },
    ipv6: { block: `fd00:21:${third}::/64`, gateway: `fd00:21:${third}::1`, dockerRange: `fd00:21:${third}::f000/116` },
  });

  test.each(['ipv4', 'ipv6'] as const)('a first packet meets no more rules for more bridges (%s)', (family) => {
    const more = { ...EMPTY, networks: [...EMPTY.networks, ...Array.from({ length: 200 }, (_, i) => network(i + 1))] };
    const rules = (topology: Topology) => compile(topology, family).chains.map((chain) => [placeOf(chain), chain.rules.length]);
    expect(rules(more)).toEqual(rules(EMPTY));
  });

  test('a shim takes sources of its wire, which are not ours alone', () => {
    const wire: WirePlan = {
      key: 'App/Lan',
      segment: 'App/Lan',
      kind: 'wire',
      networkName: 'lan',
      driver: 'macvlan',
      mode: 'bridge',
      parent: 'eth0',
      ipv4: { block: '192.0.2.0/24', gateway: '192.0.2.1', dockerRange: '192.0.2.240/28' },
      members: [],
      shim: { interface: 'bh-shim', address: '192.0.2.200', routes: ['192.0.2.192/26'] },
    };
    const { sets } = compile({ ...EMPTY, wires: [wire] }, 'ipv4');
    const links = sets.flatMap((set) => ('links' in set && set.name.includes('link') ? set.links : []));
    const blocks = sets.flatMap((set) => ('blocks' in set ? set.blocks : []));
    expect(links).toContainEqual({ block: '192.0.2.0/24', interface: 'bh-shim' });
    expect(blocks).not.toContain('192.0.2.0/24');
  });

  test('without a network of ours all bridges with our prefix are shut, and nothing else is looked at', () => {
    const none = { ...EMPTY, networks: [] };
    expect(chainOf(none, 'ipv4', 'PREROUTING').map(({ verdict }) => verdict.kind)).toEqual(['drop', 'drop', 'log', 'drop']);
    expect(chainOf(none, 'ipv4', 'DOCKER-USER')).toEqual([]);
    expect(compile(none, 'ipv4').sets).toEqual([]);
  });

  test('a block of everything is no block of a bridge', () => {
    const wide = { ...network(1), ipv4: { ...network(1).ipv4, block: '0.0.0.0/0' } };
    expect(() => compile({ ...EMPTY, networks: [wide] }, 'ipv4')).toThrow('(BrokenPlan)');
  });
});
