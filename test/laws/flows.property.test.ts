import * as fc from 'fast-check';
import { EngineVersion } from '../../src';
import { engineSettings } from '../../src/daemon/private/engine-settings';
import { derive } from '../../src/topology/private/derive';
import type { Facts, FlowFact, PeerFact } from '../../src/topology/private/facts';
import { members, readablePairs } from '../support/programs';

const SEGMENTS = 3;
const WORKLOADS = 6;

const workloadPath = (i: number) => `app/W${i}`;
const segmentPath = (i: number) => `app/S${i}`;
const peer = fc.oneof(
  fc.nat(WORKLOADS - 1).map((i): PeerFact => ({ kind: 'workload', path: workloadPath(i) })),
  fc.nat(SEGMENTS - 1).map((i): PeerFact => ({ kind: 'segment', path: segmentPath(i) })),
  fc.constant<PeerFact>({ kind: 'group', path: 'app/G' }),
);
const flow = fc
  .record({ source: peer, destination: peer, number: fc.integer({ min: 1, max: 4 }) })
  .map(({ source, destination, number }): FlowFact => ({
    source,
    destination,
    port: { protocol: 'tcp', first: number, last: number },
    origin: 'x',
  }));

/** A random program: where each workload lives, who is in the group, which flows there are. */
const program = fc.record({
  homes: fc.array(fc.nat(SEGMENTS - 1), { minLength: WORKLOADS, maxLength: WORKLOADS }),
  group: fc.uniqueArray(fc.nat(WORKLOADS - 1), { minLength: 1, maxLength: 3 }),
  flows: fc.array(flow, { maxLength: 8 }),
});
type Random = typeof program extends fc.Arbitrary<infer T> ? T : never;

function facts({ homes, group }: Random, flows: readonly FlowFact[]): Facts {
  return {
    daemon: {
      path: 'app/Edge',
      id: '0123456789ab',
      hostAddresses: ['192.0.2.10'],
      addressPools: ['10.20.0.0/16'],
      foreignBlocks: [],
      engine: { version: '28.5.2', settings: engineSettings(EngineVersion.V28), engineFirewall: 'iptables', guardBackend: 'iptables' },
    },
    segments: Array.from({ length: SEGMENTS }, (_, i) => ({
      path: segmentPath(i),
      networkName: `s${i}`,
      gatewayNetworkName: `s${i}-gw`,
      prefixLength: 24,
      icc: false,
    })),
    workloads: homes.map((home, i) => ({ path: workloadPath(i), name: `w${i}`, segment: segmentPath(home) })),
    groups: [{ path: 'app/G', members: group.map(workloadPath) }],
    flows,
    publications: [],
  };
}

const topologyOf = (random: Random, flows: readonly FlowFact[]) => derive(facts(random, flows), { segments: {} }).topology;
const pairsOf = (random: Random, flows: readonly FlowFact[]) => new Set(readablePairs(topologyOf(random, flows)));

/** What a flow says, written without the library: each source to each other destination. */
function meant({ homes, group }: Random, { source, destination, port }: FlowFact): string[] {
  const stands = (end: PeerFact): string[] => {
    if (end.kind === 'workload') return [end.path];
    if (end.kind === 'segment') return homes.flatMap((home, i) => (segmentPath(home) === end.path ? [workloadPath(i)] : []));
    return group.map(workloadPath);
  };
  return stands(source).flatMap((from) => stands(destination).flatMap((to) => (from === to ? [] : [`${from} > ${to} tcp/${port.first}`])));
}

test('law 5: the pairs are those of the flows, no more and no less', () => {
  fc.assert(fc.property(program, (random) => expect(pairsOf(random, random.flows)).toEqual(new Set(random.flows.flatMap((f) => meant(random, f))))), { numRuns: 200 }); // prettier-ignore
});

test('law 5: removing a flow never makes more, adding one makes exactly it', () => {
  fc.assert(
    fc.property(program, flow, (random, extra) => {
      const before = pairsOf(random, random.flows);
      const after = pairsOf(random, [...random.flows, extra]);
      expect([...before].filter((pair) => !after.has(pair))).toEqual([]);
      expect([...after].filter((pair) => !before.has(pair)).sort()).toEqual(
        [...new Set(meant(random, extra))].filter((pair) => !before.has(pair)).sort(),
      );
    }),
    { numRuns: 200 },
  );
});

test('the order of flows does not matter', () => {
  fc.assert(
    fc.property(program, (random) => {
      const reversed = topologyOf(random, [...random.flows].reverse());
      expect(members(reversed)).toEqual(members(topologyOf(random, random.flows)));
      expect(pairsOf(random, [...random.flows].reverse())).toEqual(pairsOf(random, random.flows));
    }),
    { numRuns: 100 },
  );
});

test('both ends of every pair are members of the bridge that it is opened on', () => {
  fc.assert(
    fc.property(program, (random) => {
      const { networks, pairs } = topologyOf(random, random.flows);
      const inside = new Map(networks.map(({ bridge, members: all }) => [bridge, all.map(({ ipv4 }) => ipv4)]));
      for (const { bridge, source, destination } of pairs) {
        expect(inside.get(bridge)).toEqual(expect.arrayContaining([source, destination]));
      }
    }),
    { numRuns: 100 },
  );
});
