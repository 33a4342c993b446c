import { addTo } from '../../private/multimap';
import type { FactStore } from '../../topology/private/fact-store';
import type { PortSpec } from '../../topology/private/terms';
import type { Topology } from '../../topology/private/topology';

/** Which workloads a name means, and what is declared between them. */
export interface Declared {
  /** Path of the workload whose network a container is in: its own, or that of the container whose network it shares. */
  readonly networkOf: (path: string) => string | undefined;
  /** Path by name of the container, in lower case. */
  readonly byName: ReadonlyMap<string, string>;
  /** Ports, by source and destination. */
  readonly flows: ReadonlyMap<string, readonly PortSpec[]>;
  /** Ports of the host, by source. */
  readonly toHost: ReadonlyMap<string, readonly PortSpec[]>;
  readonly topology: Topology;
}

export const between = (source: string, destination: string): string => `${source}\n${destination}`;

const known = new WeakMap<Topology, Declared>();

/** The same for each question of one snapshot. */
export function declaredOf(store: FactStore): Declared {
  const { topology } = store.derived();
  const found = known.get(topology) ?? declaredIn(topology);
  known.set(topology, found);
  return found;
}

function declaredIn(topology: Topology): Declared {
  const { networks, wires, existing, workloads, segmentless = [], pairs, wirePairs, hostFlows } = topology;
  const at = new Map<string, string>();
  for (const { members } of [...networks, ...wires, ...existing]) {
    for (const { workload, ipv4, ipv6 } of members) {
      for (const address of [ipv4, ipv6]) if (address !== undefined) at.set(address, workload);
    }
  }
  const sharesWith = new Map(segmentless.flatMap(({ path, sharesWith: other }) => (other === undefined ? [] : [[path, other] as const])));
  const paths = new Set(workloads.map(({ path }) => path));
  const flows = new Map<string, PortSpec[]>();
  for (const { source, destination, port } of [...pairs, ...wirePairs, ...existing.flatMap((network) => network.pairs)]) {
    addTo(flows, between(at.get(source) ?? source, at.get(destination) ?? destination), port);
  }
  const toHost = new Map<string, PortSpec[]>();
  for (const { direction, address, port } of hostFlows) if (direction === 'to-host') addTo(toHost, at.get(address) ?? address, port);
  return {
    networkOf: (path) => (paths.has(path) ? path : sharesWith.get(path)),
    byName: new Map([
      ...workloads.map(({ name, path }) => [name.toLowerCase(), path] as const),
      ...segmentless.flatMap(({ name, sharesWith: other }) => (other === undefined ? [] : [[name.toLowerCase(), other] as const])),
    ]),
    flows,
    toHost,
    topology,
  };
}
