import * as fc from 'fast-check';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import { Host } from '../../src/reachability/private/walk/host';
import type { ProbeSource, ProbeSpec } from '../../src/reachability/private/walk/outcome';
import { walk } from '../../src/reachability/private/walk/walk';
import { derive } from '../../src/topology/private/derive';
import type { Topology } from '../../src/topology/private/topology';
import { engineFacts, factsFor, VERSIONS } from '../reachability/random-facts';

/** A flow of datagrams as the plans say it: no rule, no matrix. `from` and `to` are the interfaces that its two ends hang on. */
interface Flow {
  readonly opener: ProbeSpec;
  readonly from: string;
  readonly to: string;
}

const HOST = '';
const DEFAULT_BRIDGE = 'docker0';
const OUTSIDE = { ipv4: '203.0.113.7', ipv6: '2001:db8:ffff::7' } as const;

/** Every declared flow that runs over a protocol without a handshake, one port of each. */
function flowsOf({ pairs, egress, hostFlows, publications, networks }: Topology): Flow[] {
  const owners = new Map(
    networks.flatMap(({ members }) => members.flatMap(({ workload, ipv4, ipv6 }) => [ipv4, ipv6 ?? ''].map((a) => [a, workload] as const))),
  );
  const at = (address: string, via: string): ProbeSource => ({ kind: 'container', key: owners.get(address)!, via, address });
  const holds = (block: string, address: string) => block === '0.0.0.0/0' || block === '::/0' || block.split('/')[0] === address;
  return [
    ...pairs.map(({ family, bridge, source, destination, port }) => ({
      opener: { family, from: at(source, bridge), to: destination, protocol: 'udp' as const, port: port.first, kind: port.protocol },
      from: bridge,
      to: bridge,
    })),
    ...egress
      .filter(({ family, destination }) => holds(destination, OUTSIDE[family]))
      .map(({ family, bridge, source, port }) => ({
        opener: { family, from: at(source, bridge), to: OUTSIDE[family], protocol: 'udp' as const, port: port.first, kind: port.protocol },
        from: bridge,
        to: UPLINK,
      })),
    ...hostFlows.map(({ direction, family, bridge, address, gateway, port }) => {
      const isToHost = direction === 'to-host';
      return {
        opener: {
          family,
          from: isToHost ? at(address, bridge) : ({ kind: 'host' } as const),
          to: isToHost ? gateway : address,
          protocol: 'udp' as const,
          port: port.first,
          kind: port.protocol,
        },
        from: isToHost ? bridge : HOST,
        to: isToHost ? HOST : bridge,
      };
    }),
    ...publications
      .filter(
        ({ family, hostAddress, sources }) =>
          !/^(127|0\.0|::$)/.test(hostAddress) && sources.some((block) => holds(block, OUTSIDE[family])),
      )
      .map(({ family, bridge, hostAddress, hostPort }) => ({
        opener: {
          family,
          from: { kind: 'outside' as const, interface: UPLINK, address: OUTSIDE[family] },
          to: hostAddress,
          protocol: 'udp' as const,
          port: hostPort.first,
          kind: hostPort.protocol,
        },
        from: UPLINK,
        to: bridge,
      })),
  ].flatMap(({ opener: { kind, ...opener }, from, to }) =>
    kind === 'udp' ? [{ opener: { ...opener, sourcePort: 41_000 }, from, to }] : [],
  );
}

/** Inside a network of one of the ends a sender is a neighbour, and its packets are frames between the two. */
function isNeighbour(host: Host, place: string, { family, from, to }: ProbeSpec): boolean {
  return [to, from.address].some((address) => address !== undefined && host.portAt(place, host.valueOf(family, address)!) !== undefined);
}

const programs = fc.constantFrom(...VERSIONS).chain((version) => fc.tuple(fc.constant(version), factsFor(version)));

function scene(version: string, facts: Parameters<typeof derive>[0]) {
  const { topology } = derive(facts, EMPTY_LOCK);
  const view = viewOf(topology, engineFacts(version));
  const places = [...topology.networks.map(({ bridge }) => bridge), DEFAULT_BRIDGE, UPLINK];
  return { topology, view, places };
}

test('a packet of a standing connection passes only where its first packet could have, or the answer to it', () => {
  const seen = { inside: 0, elsewhere: 0 };
  fc.assert(
    fc.property(programs, ([version, facts]) => {
      const { topology, view, places } = scene(version, facts);
      const host = Host.of(view);
      for (const { opener, from, to } of flowsOf(topology)) {
        if (walk(view, opener).disposition !== 'DELIVERED') continue;
        for (const [direction, home] of [
          ['original', from],
          ['reply', to],
        ] as const) {
          // What the outside sends comes by the uplink, and from containers of others, who count as outside.
          const homes = home === UPLINK ? [UPLINK, DEFAULT_BRIDGE] : [home];
          for (const place of places) {
            if (!homes.includes(place) && [from, to].some((end) => end === place || isNeighbour(host, place, opener))) continue;
            const probe = {
              ...opener,
              from: { kind: 'outside', interface: place, address: OUTSIDE[opener.family] } as const,
              within: { opener, direction },
            };
            const { disposition } = walk(view, probe);
            const isHome = homes.includes(place);
            if (!isHome) {
              expect([version, opener, direction, place, disposition]).not.toEqual([version, opener, direction, place, 'DELIVERED']);
            }
            seen[isHome ? 'inside' : 'elsewhere']++;
          }
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(Math.min(seen.inside, seen.elsewhere)).toBeGreaterThan(50);
});

test('without the chain at the entrance it does not hold, so the law can fail', () => {
  const through = fc.sample(programs, { numRuns: 25, seed: 1 }).some(([version, facts]) => {
    const { topology, view, places } = scene(version, facts);
    const open = (family: 'ipv4' | 'ipv6') => ({
      ...view.rules[family],
      chains: view.rules[family].chains.map((chain) => (chain.name === 'BULKHEAD-ENTER' ? { ...chain, rules: [] } : chain)),
    });
    const broken = { ...view, rules: { ipv4: open('ipv4'), ipv6: open('ipv6') } };
    return flowsOf(topology).some(({ opener, from }) =>
      places.some(
        (place) =>
          place !== from &&
          place !== DEFAULT_BRIDGE &&
          walk(broken, {
            ...opener,
            from: { kind: 'outside', interface: place, address: OUTSIDE[opener.family] },
            within: { opener, direction: 'original' },
          }).disposition === 'DELIVERED',
      ),
    );
  });
  expect(through).toBe(true);
});

test('no first packet with the source of somebody else gets to a container, from wherever it comes', () => {
  let asked = 0;
  fc.assert(
    fc.property(programs, ([version, facts]) => {
      const { topology, view, places } = scene(version, facts);
      const host = Host.of(view);
      const members = topology.networks.flatMap(({ bridge, members: all }) =>
        all.flatMap(({ ipv4, ipv6 }) => [ipv4, ...(ipv6 ? [ipv6] : [])].map((address) => ({ bridge, address }))),
      );
      const ports = [...new Set(flowsOf(topology).map(({ opener }) => opener.port!)), 6000];
      for (const place of places) {
        for (const { bridge, address } of members.filter((one) => one.bridge !== place)) {
          const family = address.includes(':') ? ('ipv6' as const) : ('ipv4' as const);
          const sources = members.filter(
            (one) => one.address !== address && one.bridge === bridge && one.address.includes(':') === address.includes(':'),
          );
          for (const source of sources.slice(0, 2)) {
            for (const port of ports.slice(-3)) {
              const probe: ProbeSpec = {
                family,
                from: { kind: 'outside', interface: place, address: source.address },
                to: address,
                protocol: 'udp',
                port,
                oneWay: true,
              };
              // An end that hangs on both answers there for all of its addresses, and is a neighbour.
              if (host.portAt(place, host.valueOf(family, address)!)) continue;
              expect([version, place, probe, walk(view, probe).disposition]).not.toEqual([version, place, probe, 'DELIVERED']);
              asked++;
            }
          }
        }
      }
    }),
    { numRuns: 15 },
  );
  expect(asked).toBeGreaterThan(100);
});
