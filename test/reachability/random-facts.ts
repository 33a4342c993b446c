import * as fc from 'fast-check';
import { EngineVersion } from '../../src';
import { engineSettings } from '../../src/daemon/private/engine-settings';
import type { EngineFacts } from '../../src/topology/private/engine-facts';
import type { Facts, FlowFact, PeerFact, PublicationFact } from '../../src/topology/private/facts';
import type { Family, PortSpec } from '../../src/topology/private/terms';

/** One version of every generation that makes rules of its own. */
export const VERSIONS = ['20.10', '26.1', '27.5', '28.0.0', '28.1', '28.5.2', '29.0'] as const;

export function engineFacts(version: string): EngineFacts {
  return { version, settings: engineSettings(EngineVersion.of(version)), engineFirewall: 'iptables', guardBackend: 'iptables' };
}

const SEGMENTS = 3;
const WORKLOADS = 5;
const BLOCKS = ['0.0.0.0/0', '203.0.113.0/24', '203.0.113.7/32', '192.0.2.128/25', '169.254.169.254/32'];
const BLOCKS_6 = ['::/0', '2001:db8:ffff::/48', '2001:db8:ffff::7/128', '2001:db8:1::8000:0/97', 'fe80::7/128'];
const IPV6_POOL = 'fd12:3456:789a::/48';
const HOST_6 = '2001:db8:1::10';
const workload = fc.nat(WORKLOADS - 1).map((i): PeerFact => ({ kind: 'workload', path: `app/W${i}` }));
const segment = fc.nat(SEGMENTS - 1).map((i): PeerFact => ({ kind: 'segment', path: `app/S${i}` }));
const block = fc.constantFrom(...BLOCKS, ...BLOCKS_6).map((text) => outside(text));
const host = fc.constant<PeerFact>({ kind: 'host' });
const port = fc.oneof(
  fc
    .record({ protocol: fc.constantFrom('tcp' as const, 'udp' as const), first: fc.integer({ min: 1, max: 6 }), size: fc.nat(3) })
    .map(({ protocol, first, size }): PortSpec => ({ protocol, first, last: first + size })),
  fc.constant<PortSpec>({ protocol: 'icmp', first: 0, last: 0 }),
);

const flow = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.oneof(workload, segment), fc.oneof(workload, segment), port) },
  { weight: 2, arbitrary: fc.tuple(workload, block, port) },
  { weight: 1, arbitrary: fc.tuple(workload, host, port) },
  { weight: 1, arbitrary: fc.tuple(host, workload, port) },
);

const place = fc.oneof(
  fc.record({
    hostAddress: fc.constantFrom('192.0.2.10', '192.0.2.10', '127.0.0.1', '0.0.0.0'),
    sources: fc.uniqueArray(fc.constantFrom(...BLOCKS.slice(0, 4)), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    hostAddress: fc.constantFrom(HOST_6, '::'),
    sources: fc.uniqueArray(fc.constantFrom(...BLOCKS_6.slice(0, 4)), { minLength: 1, maxLength: 2 }),
  }),
);

const publication = fc.record({
  workload: fc.nat(WORKLOADS - 1),
  place,
  shift: fc.constantFrom(0, 80),
  isChosen: fc.boolean(),
  target: fc.record({ protocol: fc.constantFrom('tcp' as const, 'udp' as const), first: fc.integer({ min: 1, max: 6 }), size: fc.nat(2) }),
});

interface Wish {
  readonly workload: number;
  readonly isChosen: boolean;
  readonly target: { readonly protocol: string; readonly first: number; readonly size: number };
}

/** The engine may choose the port of a publication only where nothing else leads to the same port inside. */
function alone<T extends Wish>(wishes: readonly T[]): T[] {
  const meets = ({ workload: a, target: x }: Wish, { workload: b, target: y }: Wish) =>
    a === b && x.protocol === y.protocol && x.first <= y.first + y.size && y.first <= x.first + x.size;
  return wishes.map((one) => ({
    ...one,
    isChosen: one.isChosen && one.target.size === 0 && !wishes.some((other) => other !== one && meets(one, other)),
  }));
}

function hostOf(homes: readonly number[], dualStack = false): Omit<Facts, 'flows' | 'publications'> {
  return {
    daemon: {
      path: 'app/Edge',
      id: '0123456789ab',
      hostAddresses: ['192.0.2.10', HOST_6],
      addressPools: ['10.20.0.0/16'],
      ...(dualStack && { ipv6Pool: IPV6_POOL }),
      foreignBlocks: [],
      engine: engineFacts('28.5.2'),
    },
    segments: Array.from({ length: SEGMENTS }, (_, i) => ({
      path: `app/S${i}`,
      networkName: `s${i}`,
      gatewayNetworkName: `s${i}-gw`,
      prefixLength: 24,
      icc: false,
    })),
    workloads: homes.map((home, i) => ({ path: `app/W${i}`, name: `w${i}`, segment: `app/S${home}` })),
    groups: [],
  };
}

/**
 * A random program: what lives where, what may flow, what is published. Every publication has ports of the host of its own. Over IPv6 nothing is
 * published that some engine would not translate.
 */
export const randomFacts = factsFor('20.10');

/** The same for one engine, with all that it can do over IPv6. */
export function factsFor(version: string): fc.Arbitrary<Facts> {
  const { ip6tables } = engineFacts(version).settings;
  return fc
    .record({
      dualStack: fc.boolean(),
      homes: fc.array(fc.nat(SEGMENTS - 1), { minLength: WORKLOADS, maxLength: WORKLOADS }),
      flows: fc.array(flow, { maxLength: 6 }),
      publications: fc.array(publication, { maxLength: 3 }),
    })
    .map(({ dualStack, homes, flows, publications }): Facts => ({
      ...hostOf(homes, dualStack),
      flows: flows
        .filter(([, destination]) => dualStack || destination.kind !== 'block' || destination.family === 'ipv4')
        .map(([source, destination, spec], i): FlowFact => ({ source, destination, port: spec, origin: `flow ${i}` })),
      publications: alone(publications)
        .filter(({ place: { hostAddress } }) => (dualStack && ip6tables) || familyOf(hostAddress) === 'ipv4')
        .map(({ workload: i, place: { hostAddress, sources }, shift, isChosen, target }, nth): PublicationFact => {
          const { protocol, first, size } = target;
          const asked = first + shift + 100 * (nth + 1);
          return {
            workload: `app/W${i}`,
            hostAddress,
            family: familyOf(hostAddress),
            ...(!isChosen && { hostPort: { protocol, first: asked, last: asked + size } }),
            targetPort: { protocol, first, last: first + size },
            sources: hostAddress === '127.0.0.1' ? [] : sources,
            origin: `publication ${nth}`,
          };
        }),
    }));
}

const tcp = (number: number): PortSpec => ({ protocol: 'tcp', first: number, last: number });
const at = (i: number): PeerFact => ({ kind: 'workload', path: `app/W${i}` });
function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

function outside(text: string): PeerFact {
  return { kind: 'block', block: text, family: familyOf(text) };
}

/** The last flow makes a gateway network network of addresses that were outside before, where a publication was open to all of the outside. */
export const newGatewayBesidePublication: Facts = {
  ...hostOf([0, 0, 1, 0, 0]),
  flows: [{ source: at(2), destination: outside('0.0.0.0/0'), port: { protocol: 'icmp', first: 0, last: 0 }, origin: 'flow 0' }],
  publications: [
    {
      workload: 'app/W0',
      hostAddress: '192.0.2.10',
      family: 'ipv4',
      hostPort: tcp(101),
      targetPort: tcp(1),
      sources: ['0.0.0.0/0'],
      origin: 'publication 0',
    },
  ],
};

/** One of everything that the compiler writes a rule for, towards the outside in one family. */
export const everything: Readonly<Record<Family, Facts>> = {
  ipv4: everythingIn({ any: '0.0.0.0/0', linkLocal: '169.254.169.254/32', host: '192.0.2.10', part: '192.0.2.128/25' }),
  ipv6: everythingIn({ any: '::/0', linkLocal: 'fe80::7/128', host: HOST_6, part: '2001:db8:1::8000:0/97' }),
};

function everythingIn({ any, linkLocal, host: own, part }: Readonly<Record<'any' | 'linkLocal' | 'host' | 'part', string>>): Facts {
  return {
    ...hostOf([0, 0, 1, 1, 2], familyOf(any) === 'ipv6'),
    flows: (
      [
        [at(0), at(2), tcp(80)],
        [at(0), { kind: 'segment', path: 'app/S1' }, tcp(81)],
        [{ kind: 'segment', path: 'app/S1' }, at(4), tcp(82)],
        [at(1), at(4), { protocol: 'icmp', first: 0, last: 0 }],
        [at(2), outside(any), tcp(443)],
        [at(2), outside(linkLocal), tcp(80)],
        [at(3), { kind: 'host' }, tcp(9100)],
        [{ kind: 'host' }, at(4), tcp(9101)],
      ] as const
    ).map(([source, destination, spec], i) => ({ source, destination, port: spec, origin: `flow ${i}` })),
    publications: (
      [
        [own, [any]],
        ['127.0.0.1', []],
        [own, [part]],
      ] as const
    ).map(([hostAddress, sources], i) => ({
      workload: `app/W${i}`,
      hostAddress,
      family: familyOf(hostAddress),
      hostPort: tcp(8080 + i),
      targetPort: tcp(80),
      sources,
      origin: `publication ${i}`,
    })),
  };
}
