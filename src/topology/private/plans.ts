import type { Facts } from './facts';
import type { Memberships } from './memberships';
import { placeholderPorts } from './placeholder-ports';
import type { EgressPlan, HostFlowPlan, Member, NetworkPlan, PairPlan, PublicationPlan, WirePlan } from './topology';
import { addTo } from '../../private/multimap';

/** Networks by the workload that is a member of them. */
function byMember(networks: readonly NetworkPlan[], kind?: NetworkPlan['kind']): Map<string, { network: NetworkPlan; member: Member }[]> {
  const index = new Map<string, { network: NetworkPlan; member: Member }[]>();
  for (const network of networks) {
    if (kind !== undefined && network.kind !== kind) {
      continue;
    }
    for (const member of network.members) {
      addTo(index, member.workload, { network, member });
    }
  }
  return index;
}

/**
 * A flow is opened on every network that both ends share, so that a name resolves to an opened address wherever it resolves: if two also share a
 * gateway network, Docker's resolver answers with the address there. A flow that requests a conduit is opened only there: on a segment with other
 * members, it would allow what the conduit must prevent.
 */
export function planPairs(facts: Facts, members: Memberships, networks: readonly NetworkPlan[]): PairPlan[] {
  const index = byMember(networks);
  const plans: PairPlan[] = [];
  for (const flow of facts.flows) {
    for (const source of members.expand(flow.source)) {
      const places = new Map((index.get(source) ?? []).map(({ network, member }) => [network.key, member]));
      for (const destination of members.expand(flow.destination)) {
        if (source === destination) {
          continue;
        }
        for (const { network, member } of index.get(destination) ?? []) {
          const from = places.get(network.key);
          if (from && (flow.conduit === undefined || flow.conduit === network.segment)) {
            const base = { bridge: network.bridge, port: flow.port, rate: flow.rate, origin: flow.origin };
            plans.push({ ...base, family: 'ipv4', source: from.ipv4, destination: member.ipv4 });
            if (from.ipv6 !== undefined && member.ipv6 !== undefined && !flow.ipv4Only) {
              plans.push({ ...base, family: 'ipv6', source: from.ipv6, destination: member.ipv6 });
            }
          }
        }
      }
    }
  }
  return plans;
}

export function planEgress(facts: Facts, members: Memberships, networks: readonly NetworkPlan[]): EgressPlan[] {
  const index = byMember(networks, 'gateway');
  return facts.flows.flatMap((flow) => {
    const { destination } = flow;
    if (destination.kind !== 'block') {
      return [];
    }
    return members.expand(flow.source).flatMap((workload) =>
      (index.get(workload) ?? []).flatMap(({ network, member }) => {
        const source = destination.family === 'ipv4' ? member.ipv4 : member.ipv6;
        return source === undefined
          ? []
          : [
              {
                bridge: network.bridge,
                family: destination.family,
                source,
                destination: destination.block,
                port: flow.port,
                rate: flow.rate,
                origin: flow.origin,
              },
            ];
      }),
    );
  });
}

/** The host meets a workload on its home segment, at the gateway address of the bridge, or on a LAN segment at that of the shim. */
export function planHostFlows(
  facts: Facts,
  members: Memberships,
  networks: readonly NetworkPlan[],
  wires: readonly WirePlan[],
): HostFlowPlan[] {
  const index = new Map<string, { bridge: string; gateway: string; gateway6?: string; member: Member }[]>();
  for (const { kind, bridge, ipv4, ipv6, members: all } of networks) {
    const place = { bridge, gateway: ipv4.gateway, gateway6: ipv6?.gateway };
    if (kind === 'segment') all.forEach((member) => addTo(index, member.workload, { ...place, member }));
  }
  for (const { shim, members: all } of wires) {
    if (shim) all.forEach((member) => addTo(index, member.workload, { bridge: shim.interface, gateway: shim.address, member }));
  }
  return facts.flows.flatMap((flow) => {
    const direction = flow.source.kind === 'host' ? 'to-container' : flow.destination.kind === 'host' ? 'to-host' : undefined;
    if (direction === undefined) {
      return [];
    }
    const workloads = members.expand(direction === 'to-host' ? flow.source : flow.destination);
    return workloads.flatMap((workload) =>
      (index.get(workload) ?? [])
        .filter(({ member }) => member.home)
        .flatMap(({ bridge, gateway, gateway6, member }): HostFlowPlan[] => {
          const base = { direction, bridge, port: flow.port, rate: flow.rate, origin: flow.origin } as const;
          const ipv4: HostFlowPlan = { ...base, family: 'ipv4', address: member.ipv4, gateway };
          return member.ipv6 === undefined || gateway6 === undefined || flow.ipv4Only
            ? [ipv4]
            : [ipv4, { ...base, family: 'ipv6', address: member.ipv6, gateway: gateway6 }];
        }),
    );
  });
}

export function planPublications(facts: Facts, networks: readonly NetworkPlan[]): PublicationPlan[] {
  const index = byMember(networks, 'gateway');
  const placeholderOf = placeholderPorts(facts);
  return facts.publications.flatMap((fact) =>
    (index.get(fact.workload) ?? []).flatMap(({ network, member }) => {
      const address = fact.family === 'ipv4' ? member.ipv4 : member.ipv6;
      if (address === undefined) return [];
      const place = { bridge: network.bridge, address };
      const { hostPort } = fact;
      return hostPort === undefined
        ? [{ ...fact, ...place, hostPort: placeholderOf(fact), isChosen: true }]
        : [{ ...fact, ...place, hostPort }];
    }),
  );
}
