import * as fc from 'fast-check';
import { engineFacts, everything, randomFacts, VERSIONS } from './random-facts';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { firewallFiles } from '../../src/firewall/private/files';
import type { HostRules } from '../../src/firewall/private/host-rules';
import { excessOf, missingOf } from '../../src/reachability/private/audit';
import { declaredBlocks } from '../../src/reachability/private/declared';
import { deviationText } from '../../src/reachability/private/deviation-text';
import { matrixOf } from '../../src/reachability/private/matrix/matrix';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import { walk } from '../../src/reachability/private/walk/walk';
import { derive } from '../../src/topology/private/derive';
import type { Facts } from '../../src/topology/private/facts';
import type { Topology } from '../../src/topology/private/topology';

function topologyOf(facts: Facts): Topology {
  return derive(facts, EMPTY_LOCK).topology;
}

function matrixFor(view: HostView, topology: Topology) {
  return matrixOf(view, (probe) => walk(view, probe), UPLINK, declaredBlocks(topology));
}

function deviations(view: HostView, topology: Topology): string[] {
  const matrix = matrixFor(view, topology);
  return [...excessOf(matrix, topology), ...missingOf(matrix, topology)].map(deviationText);
}

test.each(VERSIONS)('engine %s: what is open is what was declared', (version) => {
  fc.assert(
    fc.property(randomFacts, (facts) => {
      const topology = topologyOf(facts);
      expect(deviations(viewOf(topology, engineFacts(version)), topology)).toEqual([]);
    }),
    { numRuns: 8 },
  );
});

test('the matrix says what the walk says, for every source, address and port that could differ', () => {
  const ports = [1, 2, 3, 5, 6, 7, 8, 9, 10, 103, 104, 183, 300, 65535];
  fc.assert(
    fc.property(randomFacts, fc.constantFrom(...VERSIONS), (facts, version) => {
      const topology = topologyOf(facts);
      const view = viewOf(topology, engineFacts(version));
      const { cells } = matrixFor(view, topology);
      const addresses = [
        ...topology.networks.flatMap(({ members, ipv4 }) => [ipv4.gateway, ...members.map((member) => member.ipv4)]),
        '192.0.2.10',
        '127.0.0.1',
        '203.0.113.7',
        '198.51.100.1',
      ];
      const sources = [
        ...view.containers.flatMap(({ key, attachments }) =>
          attachments.map(({ interface: via, ipv4 }) => ({ kind: 'container', key, via, address: ipv4! }) as const),
        ),
        ...['192.0.2.1', '192.0.2.200', '203.0.113.7', '198.51.100.1'].map(
          (address) => ({ kind: 'outside', interface: UPLINK, address }) as const,
        ),
      ];
      for (const from of sources) {
        for (const to of addresses) {
          for (const protocol of ['tcp', 'udp'] as const) {
            for (const port of ports) {
              const { disposition, receiver } = walk(view, { family: 'ipv4', from, to, protocol, port });
              const isOwn = from.kind === 'container' && receiver?.container === from.key;
              if (isOwn || (from.kind === 'outside' && receiver?.kind === 'outside')) continue;
              const isOpen = cells.some(
                ({ source, target, asked }) =>
                  holds(source, from.address) &&
                  holds(target, to) &&
                  asked[protocol].some(([first, last]) => first <= port && port <= last),
              );
              expect([from, to, protocol, port, isOpen]).toEqual([from, to, protocol, port, disposition === 'DELIVERED']);
            }
          }
        }
      }
    }),
    { numRuns: 3 },
  );
});

function holds(
  { address, range }: { readonly address?: string; readonly range?: { readonly first: unknown; readonly last: unknown } },
  asked: string,
): boolean {
  if (range === undefined) return address === asked;
  const number = asked.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return (range.first as number) <= number && number <= (range.last as number);
}

describe('a rule that is missing is noticed', () => {
  const topology = topologyOf(everything);

  test.each([
    // Up to 28 Docker itself keeps a container from the publications of other networks.
    ['20.10', [/reach no publication/]],
    ['29.0', []],
  ])('engine %s: of ours, each that decides', (version, spared: readonly RegExp[]) => {
    const view = viewOf(topology, engineFacts(version));
    const unnoticed = view.rules.ipv4.chains
      .filter(({ name }) => name.startsWith('BULKHEAD'))
      .flatMap(({ name, rules }) =>
        rules.flatMap((rule, i) => {
          const without = { ...view, rules: { ...view.rules, ipv4: withoutRule(view.rules.ipv4, name, i) } };
          return deviations(without, topology).length === 0 ? [`${name}: ${rule.verdict.kind} ${rule.origin}`] : [];
        }),
      );
    // Logs decide nothing; no connection begins with a packet of none; and the kernel refuses what arrives for loopback from elsewhere.
    const expected = [/: log /, /packets of no connection/, /loopback/, ...spared];
    expect(unnoticed.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
  });
});

function withoutRule(rules: HostRules, name: string, index: number): HostRules {
  return {
    ...rules,
    chains: rules.chains.map((chain) => (chain.name === name ? { ...chain, rules: chain.rules.filter((_, i) => i !== index) } : chain)),
  };
}

test('the facts of these tests are ones that the firewall compiles', () => {
  fc.assert(
    fc.property(randomFacts, (facts) => void firewallFiles(topologyOf(facts))),
    { numRuns: 20 },
  );
});
