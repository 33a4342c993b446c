import * as fc from 'fast-check';
import type { PairSet, Ruleset } from '../../src/firewall/private/ir';
import type { Family, RateSpec, PortSpec } from '../../src/topology/private/terms';
import type { EgressPlan, HostFlowPlan, NetworkPlan, PairPlan, PublicationPlan, Topology } from '../../src/topology/private/topology';
import { isPublished, type Packet } from '../oracle/packet-oracle';

/*
 * Small worlds: few addresses, ports and blocks that overlap, touch and nest, so that random plans and packets meet each other.
 */
const SEGMENTS = ['bh-app', 'bh-data'];
const EDGES = ['bh-gw', 'bh-edge2'];
const NET: Record<string, number> = { 'bh-app': 1, 'bh-data': 2, 'bh-gw': 8, 'bh-edge2': 9 };

export function addressOn(bridge: string, host: number, family: Family): string {
  return family === 'ipv4' ? `10.20.${NET[bridge]}.${host}` : `fd00:20:${NET[bridge]}::${host.toString(16)}`;
}

const HOST = { ipv4: '192.0.2.10', ipv6: '2001:db8::10' };
const WILDCARD = { ipv4: '0.0.0.0', ipv6: '::' };
const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' };
const BLOCKS = {
  ipv4: ['0.0.0.0/0', '198.51.100.0/24', '198.51.100.0/25', '198.51.100.128/25', '198.51.100.7/32'],
  ipv6: ['::/0', '2001:db8:1::/64', '2001:db8:1::/65', '2001:db8:1:0:8000::/65', '2001:db8:1::7/128'],
};
/** Smaller than what excludes them, so that they are named. */
const NAMED = { ipv4: ['169.254.169.254/32', '10.20.77.0/24'], ipv6: ['fd00:20:77::/64'] };
const EXCLUSIONS = ['10.20.0.0/16', '169.254.0.0/16', '192.0.2.10/32', '10.20.8.0/24', 'fd00:20::/32', 'fe80::/10', '2001:db8::10'];

const PORTS: PortSpec[] = [
  { protocol: 'tcp', first: 80, last: 80 },
  { protocol: 'tcp', first: 80, last: 90 },
  { protocol: 'tcp', first: 91, last: 95 },
  { protocol: 'tcp', first: 85, last: 95 },
  { protocol: 'tcp', first: 1, last: 65535 },
  { protocol: 'tcp', first: 0, last: 65535 },
  { protocol: 'udp', first: 80, last: 80 },
  { protocol: 'udp', first: 53, last: 53 },
  { protocol: 'sctp', first: 80, last: 85 },
  { protocol: 'icmp', first: 0, last: 0 },
];
const PORT_CORNERS = [0, 1, 52, 53, 54, 79, 80, 81, 84, 85, 86, 90, 91, 95, 96, 443, 448, 453, 454, 1000, 65535];

const family = fc.constantFrom<Family>('ipv4', 'ipv6');
const port = fc.constantFrom(...PORTS);
const host = fc.integer({ min: 10, max: 12 });
const rate = fc.option(fc.constantFrom<RateSpec>({ amount: 50, per: 'second', burst: 20 }, { amount: 5, per: 'minute', burst: 5 }), {
  nil: undefined,
  freq: 3,
});

const pair = fc
  .record({ bridge: fc.constantFrom(...SEGMENTS), family, a: host, b: host, port, rate })
  .map(({ a, b, ...p }): Omit<PairPlan, 'origin'> => ({
    ...p,
    source: addressOn(p.bridge, a, p.family),
    destination: addressOn(p.bridge, b, p.family),
  }));

const egress = fc
  .record({ bridge: fc.constantFrom(...EDGES), family, a: host, block: fc.nat(), named: fc.boolean(), port, rate })
  .map(({ a, block, named, ...p }): Omit<EgressPlan, 'origin'> => {
    const blocks = (named ? NAMED : BLOCKS)[p.family];
    return { ...p, source: addressOn(p.bridge, a, p.family), destination: blocks[block % blocks.length] };
  });

const hostFlow = fc
  .record({
    direction: fc.constantFrom<HostFlowPlan['direction']>('to-container', 'to-host'),
    bridge: fc.constantFrom(...SEGMENTS),
    family,
    a: host,
    port,
    rate,
  })
  .map(({ a, ...p }): Omit<HostFlowPlan, 'origin'> => ({
    ...p,
    address: addressOn(p.bridge, a, p.family),
    gateway: addressOn(p.bridge, 1, p.family),
  }));

const publication = fc
  .record({
    bridge: fc.constantFrom(...EDGES),
    family,
    a: host,
    at: fc.constantFrom(HOST, HOST, WILDCARD, LOOPBACK),
    target: fc.constantFrom(...PORTS.filter((p) => p.protocol !== 'icmp' && p.last < 100)),
    blocks: fc.uniqueArray(fc.nat(4), { maxLength: 3 }),
    // The same number on both sides is what makes a packet straight to the container look published.
    sameNumber: fc.boolean(),
    rate,
  })
  .map(({ a, at, target, blocks, sameNumber, ...p }): Omit<PublicationPlan, 'origin'> => ({
    ...p,
    workload: `w${a}`,
    address: addressOn(p.bridge, a, p.family),
    hostAddress: at[p.family],
    hostPort: sameNumber ? target : { protocol: target.protocol, first: 443, last: 443 + target.last - target.first },
    targetPort: target,
    sources: blocks.map((i) => BLOCKS[p.family][i]),
  }));

function network(bridge: string, withIpv6: boolean): NetworkPlan {
  const gateway = EDGES.includes(bridge);
  return {
    key: gateway ? `App/${bridge}#gateway` : `App/${bridge}`,
    segment: `App/${bridge}`,
    kind: gateway ? 'gateway' : 'segment',
    networkName: bridge,
    bridge,
    internal: !gateway,
    icc: false,
    ipv4: { block: `10.20.${NET[bridge]}.0/24`, gateway: `10.20.${NET[bridge]}.1`, dockerRange: `10.20.${NET[bridge]}.240/28` },
    ipv6: withIpv6
      ? { block: `fd00:20:${NET[bridge]}::/64`, gateway: `fd00:20:${NET[bridge]}::1`, dockerRange: `fd00:20:${NET[bridge]}::f000/116` }
      : undefined,
    members: [],
  };
}

export const EMPTY: Topology = {
  daemon: 'App/Edge',
  daemonId: '0123456789ab',
  bridgePrefix: 'bh-',
  hostAddresses: [HOST.ipv4],
  egressExclusions: EXCLUSIONS,
  networks: [...SEGMENTS, ...EDGES].map((bridge) => network(bridge, bridge !== 'bh-data')),
  wires: [],
  wirePairs: [],
  existing: [],
  workloads: [],
  pairs: [],
  egress: [],
  hostFlows: [],
  publications: [],
};

export function pairSets(sets: Ruleset['sets']): PairSet[] {
  return sets.filter((set) => 'elements' in set);
}

/** Every plan gets an origin of its own, by which a packet can be over the rate of this one only. */
export const topologies: fc.Arbitrary<Topology> = fc
  .record({
    pairs: fc.array(pair, { maxLength: 12 }),
    egress: fc.array(egress, { maxLength: 6 }),
    hostFlows: fc.array(hostFlow, { maxLength: 6 }),
    publications: fc.array(publication, { maxLength: 6 }),
    forgesAt: fc.constantFrom(undefined, SEGMENTS[0], EDGES[0]),
  })
  .map(({ forgesAt, ...plans }) => {
    const members = [{ workload: 'App/Raw', ipv4: '10.20.1.99', home: true }];
    const named = <T>(all: readonly T[], what: string) => all.map((plan, i) => ({ ...plan, origin: `${what} ${i}` }));
    return {
      ...EMPTY,
      workloads: [{ path: 'App/Raw', name: 'raw', segment: 'App/Raw', dns: [], capabilities: ['NET_RAW'] }],
      networks: EMPTY.networks.map((one) => (one.bridge === forgesAt ? { ...one, members } : one)),
      pairs: named(plans.pairs, 'pair'),
      egress: named(plans.egress, 'egress'),
      hostFlows: named(plans.hostFlows, 'host flow'),
      publications: named(plans.publications, 'publication'),
    };
  });

const INTERFACES = [...SEGMENTS, ...EDGES, 'eth0', 'docker0', 'docker_gwbridge', 'br-1', 'lo', 'b', 'bh'];
const ADDRESSES: Record<Family, string[]> = {
  ipv4: [
    ...[...SEGMENTS, ...EDGES].flatMap((bridge) => [1, 10, 11, 12].map((n) => addressOn(bridge, n, 'ipv4'))),
    ...['198.51.100.0', '198.51.100.7', '198.51.100.127', '198.51.100.128', '198.51.100.255', '198.51.101.0'],
    ...[
      '169.254.169.254',
      '169.254.0.1',
      '10.20.77.5',
      '10.20.78.0',
      '10.21.0.0',
      '192.0.2.10',
      '192.0.2.11',
      '127.0.0.1',
      '127.0.0.53',
      '128.0.0.0',
    ],
  ],
  ipv6: [
    ...[...SEGMENTS, ...EDGES].flatMap((bridge) => [1, 10, 11, 12].map((n) => addressOn(bridge, n, 'ipv6'))),
    ...['2001:db8:1::', '2001:db8:1::7', '2001:db8:1:0:7fff::', '2001:db8:1:0:8000::', '2001:db8:1:1::', '2001:db8::10', '2001:db8::11'],
    ...['fd00:20:77::5', 'fd00:20:78::', 'fd00:21::', 'fe80::1', 'ff02::1:ff00:1', '::1', '::'],
  ],
};
const PROTOCOLS: Record<Family, Packet['proto'][]> = { ipv4: ['tcp', 'udp', 'sctp', 'icmp'], ipv6: ['tcp', 'udp', 'sctp', 'ipv6-icmp'] };

/** Values of each field that any rule draws a line at, or beside it. */
export function fields(of: Family, topology: Topology) {
  const rated = [...topology.pairs, ...topology.egress, ...topology.hostFlows, ...topology.publications].filter(
    (p) => p.rate !== undefined,
  );
  const origins = rated.map((p) => p.origin);
  return {
    family: [of],
    hook: ['FORWARD', 'INPUT', 'OUTPUT'] as Packet['hook'][],
    in: INTERFACES,
    out: INTERFACES,
    src: ADDRESSES[of],
    ofHost: [true, false],
    dst: ADDRESSES[of],
    proto: PROTOCOLS[of],
    dport: PORT_CORNERS,
    icmpType: of === 'ipv4' ? [8, 0, 3, 5, 11, 12] : [128, 129, 134, 135, 136, 137, 1, 2, 3, 4],
    icmpCode: [0, 1, 2, 3, 4],
    ctstate: ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as Packet['ctstate'][],
    dnat: [false, true],
    origDst: [HOST[of], of === 'ipv4' ? '192.0.2.11' : '2001:db8::11', LOOPBACK[of]],
    origPort: PORT_CORNERS,
    dir: ['original', 'reply'] as Packet['dir'][],
    flag: ['SYN', 'RST', 'ACK'] as Packet['flag'][],
    complete: [false, true],
    label: ['none', 'opened', 'let in'] as Packet['label'][],
    known: [false, true],
    full: [[], origins, ...origins.map((origin) => [origin])],
    exceeded: [[], origins, ...origins.map((origin) => origins.filter((o) => o !== origin))],
  };
}

export type Fields = { readonly [K in keyof Packet]: readonly Packet[K][] };

/** What a packet of this kind really looks like: no interface where the hook knows none, no connection where none is tracked. */
export function plausible(given: Packet, topology: Topology): Packet {
  const untracked = given.ctstate === 'INVALID' || given.ctstate === 'UNTRACKED';
  const bare = plausibleUnlabelled(given, untracked);
  // Only what a publication with a rate has opened carries a label.
  const isLabelled =
    bare.hook === 'FORWARD' &&
    bare.proto === 'tcp' &&
    topology.publications.some((plan) => plan.rate !== undefined && plan.family === bare.family && isPublished(bare, plan));
  const label = isLabelled ? bare.label : 'none';
  const stands = bare.ctstate === 'ESTABLISHED' || bare.ctstate === 'RELATED';
  const complete = stands && bare.proto === 'tcp' && (bare.complete || label === 'let in');
  return { ...bare, label, complete };
}

function plausibleUnlabelled(packet: Packet, untracked: boolean): Packet {
  const isForTheLink = packet.family === 'ipv6' && (packet.src === '::' || packet.src.startsWith('fe80:'));
  return {
    ...packet,
    in: packet.hook === 'OUTPUT' ? '' : packet.in,
    // What is for the link alone is never forwarded to another one.
    out: packet.hook === 'INPUT' || packet.hook === 'PREROUTING' ? '' : isForTheLink && packet.hook === 'FORWARD' ? packet.in : packet.out,
    dnat: packet.dnat && !untracked,
    origDst: packet.dnat && !untracked ? packet.origDst : packet.dst,
    origPort: packet.dnat && !untracked ? packet.origPort : packet.dport,
  };
}

/** Random packets, most of them close to what some plan of the topology is about. */
export function packets(topology: Topology): fc.Arbitrary<Packet> {
  const plans = aims(topology);
  return family.chain((of) => {
    const all = fields(of, topology);
    const one = fc.record(Object.fromEntries(Object.entries(all).map(([k, values]) => [k, fc.constantFrom(...(values as unknown[]))])));
    const aimed = plans.filter((p) => p.family === of);
    if (aimed.length === 0) {
      return one.map((p) => plausible(p as unknown as Packet, topology));
    }
    // Each field of the aim is kept most of the time.
    const keep = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 16, maxLength: 16 });
    return fc.tuple(one, fc.constantFrom(...aimed), keep).map(([random, aim, keeps]) => {
      const kept = Object.entries(aim).filter(([, value], i) => value !== undefined && keeps[i] !== 0);
      return plausible({ ...(random as unknown as Packet), ...Object.fromEntries(kept) }, topology);
    });
  });
}

/** Packets right in the middle of each plan, and of the connections that it lets in. */
function aims(topology: Topology): Partial<Packet>[] {
  const firsts = openings(topology);
  const standing = firsts.flatMap((packet): Partial<Packet>[] => {
    const there = { ...packet, ctstate: 'ESTABLISHED' as const };
    const back = { ...there, in: packet.out, out: packet.in, src: packet.dst, dst: packet.src, dir: 'reply' as const };
    const error = { ...back, ctstate: 'RELATED' as const, proto: packet.family === 'ipv4' ? ('icmp' as const) : ('ipv6-icmp' as const) };
    return packet.hook === 'FORWARD' ? [there, back, { ...error, icmpType: packet.family === 'ipv4' ? 3 : 1 }] : [there];
  });
  return [...firsts, ...standing];
}

function openings(topology: Topology): Partial<Packet>[] {
  const base = { ctstate: 'NEW' as const, dnat: false, dir: 'original' as const };
  const toPort = (of: Family, p: PortSpec): Partial<Packet> =>
    p.protocol === 'icmp'
      ? { proto: of === 'ipv4' ? 'icmp' : 'ipv6-icmp', icmpType: of === 'ipv4' ? 8 : 128 }
      : { proto: p.protocol, dport: p.first };
  const first = (block: string) => block.split('/')[0];
  return [
    ...topology.pairs.map((p) => ({
      ...base,
      ...toPort(p.family, p.port),
      family: p.family,
      hook: 'FORWARD' as const,
      in: p.bridge,
      out: p.bridge,
      src: p.source,
      dst: p.destination,
    })),
    ...topology.egress.map((p) => ({
      ...base,
      ...toPort(p.family, p.port),
      family: p.family,
      hook: 'FORWARD' as const,
      in: p.bridge,
      out: 'eth0',
      src: p.source,
      ...(first(p.destination).startsWith('0') || first(p.destination) === '::' ? {} : { dst: first(p.destination) }),
    })),
    ...topology.publications.map((p) => ({
      ...base,
      ...toPort(p.family, p.targetPort),
      family: p.family,
      hook: 'FORWARD' as const,
      in: 'eth0',
      out: p.bridge,
      src: p.family === 'ipv4' ? '198.51.100.7' : '2001:db8:1::7',
      dst: p.address,
      dnat: true,
      origDst: p.hostAddress,
      origPort: p.hostPort.first,
    })),
    ...topology.hostFlows.map((p) => ({
      ...base,
      ...toPort(p.family, p.port),
      family: p.family,
      ...(p.direction === 'to-host'
        ? { hook: 'INPUT' as const, in: p.bridge, src: p.address, dst: p.gateway }
        : { hook: 'OUTPUT' as const, out: p.bridge, dst: p.address }),
    })),
  ];
}
