import * as fc from 'fast-check';
import { engineFacts, everything, factsFor, randomFacts, VERSIONS } from './random-facts';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import type { HostRules } from '../../src/firewall/private/host-rules';
import { excessOf, missingOf } from '../../src/reachability/private/audit';
import { declaredBlocks } from '../../src/reachability/private/declared';
import { deviationText } from '../../src/reachability/private/deviation-text';
import { Labels } from '../../src/reachability/private/labels';
import { matrixOf } from '../../src/reachability/private/matrix/matrix';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import { type AddressRange, readAddress } from '../../src/reachability/private/walk/address';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import { walk } from '../../src/reachability/private/walk/walk';
import { derive } from '../../src/topology/private/derive';
import type { Facts } from '../../src/topology/private/facts';
import type { Family } from '../../src/topology/private/terms';
import type { Topology } from '../../src/topology/private/topology';
import { restoreFiles } from '../support/restore-files';

function topologyOf(facts: Facts): Topology {
  return derive(facts, EMPTY_LOCK).topology;
}

function matrixFor(view: HostView, topology: Topology) {
  return matrixOf(view, (probe) => walk(view, probe), UPLINK, declaredBlocks(topology));
}

function deviations(view: HostView, topology: Topology): string[] {
  const matrix = matrixFor(view, topology);
  return [...excessOf(matrix, topology), ...missingOf(matrix, topology)].map((each) => deviationText(each, new Labels(topology)));
}

test.each(VERSIONS)('engine %s: what is open is what was declared', (version) => {
  fc.assert(
    fc.property(factsFor(version), (facts) => {
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
        ...topology.networks.flatMap(({ members, ipv4, ipv6 }) => [
          ipv4.gateway,
          ...(ipv6 ? [ipv6.gateway] : []),
          ...members.flatMap((member) => (member.ipv6 === undefined ? [member.ipv4] : [member.ipv4, member.ipv6])),
        ]),
        '192.0.2.10',
        '127.0.0.1',
        '203.0.113.7',
        '198.51.100.1',
        '2001:db8:1::10',
        '2001:db8:ffff::7',
        '2001:db8:2::1',
      ];
      const sources = [
        ...view.containers.flatMap(({ key, attachments }) =>
          attachments.flatMap(({ interface: via, ipv4, ipv6 }) =>
            [ipv4, ipv6].flatMap((address) => (address === undefined ? [] : [{ kind: 'container', key, via, address } as const])),
          ),
        ),
        ...['192.0.2.1', '192.0.2.200', '203.0.113.7', '198.51.100.1', '2001:db8:1::20', '2001:db8:ffff::7'].map(
          (address) => ({ kind: 'outside', interface: UPLINK, address }) as const,
        ),
      ];
      for (const from of sources) {
        for (const to of addresses.filter((address) => familyOf(address) === familyOf(from.address))) {
          for (const protocol of ['tcp', 'udp'] as const) {
            for (const port of ports) {
              const { disposition, receiver } = walk(view, { family: familyOf(to), from, to, protocol, port });
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

function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

function holds({ address, range }: { readonly address?: string; readonly range?: AddressRange }, asked: string): boolean {
  if (range === undefined) return address === asked;
  const number = readAddress(familyOf(asked), asked)!;
  return typeof number === typeof range.first && range.first <= number && number <= range.last;
}

describe('a rule that is missing is noticed', () => {
  // Link-local addresses are routed nowhere. The walk takes for granted that the host and its containers find each other; on a gateway network, and in S0, which
  // has no pair, nobody looks for a neighbour.
  const TAKEN_FOR_GRANTED = [/fe80::|flow 5/, /neighbours from|neighbour discovery/];

  test.each<[string, Family, readonly RegExp[]]>([
    // Up to 28 Docker itself keeps a container from the publications of other networks.
    ['20.10', 'ipv4', [/reach no publication/]],
    // Translated to another network of ours a connection has no answer, with or without that rule.
    ['29.0', 'ipv4', [/reach no publication/]],
    ['29.0', 'ipv6', [...TAKEN_FOR_GRANTED, /reach no publication/]],
    // Docker makes no rule there: the guard alone opens and closes. Without a publication nobody outside waits for an answer.
    ['20.10', 'ipv6', [...TAKEN_FOR_GRANTED, /stand from a gateway network/, /reach no publication/, /PASS: /]],
  ])('engine %s: of ours, each that decides in %s', (version, family, spared) => {
    const engine = engineFacts(version);
    const translates = family === 'ipv4' || engine.settings.ip6tables;
    const topology = topologyOf(translates ? everything[family] : { ...everything[family], publications: [] });
    const view = viewOf(topology, engine);
    expect(deviations(view, topology)).toEqual([]);
    const unnoticed = view.rules[family].chains
      .filter(({ name }) => name.startsWith('BULKHEAD'))
      .flatMap(({ name, rules }) =>
        rules.flatMap((rule, i) => {
          const without = { ...view, rules: { ...view.rules, [family]: withoutRule(view.rules[family], name, i) } };
          return deviations(without, topology).length === 0 ? [`${name}: ${rule.verdict.kind} ${rule.origin}`] : [];
        }),
      );
    // The walk sends first packets and their answers, each from an address of its sender; errors, and what is forged, it does not send.
    const unsent = [
      /errors of connections/,
      /what only routers say/,
      /with a foreign source/,
      /from elsewhere/,
      /answers from other bridges/,
      /not from (the host|a container)$/,
    ];
    // Logs decide nothing; no connection begins with a packet of none; and the kernel refuses what arrives for loopback from elsewhere.
    const expected = [/: log /, /packets of no connection/, /loopback/, ...unsent, ...spared];
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
    fc.property(randomFacts, (facts) => void restoreFiles(topologyOf(facts))),
    { numRuns: 20 },
  );
});
