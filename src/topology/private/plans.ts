import type { Problem } from './derive';
import type { Facts, FlowFact, WorkloadFact } from './facts';
import type { Memberships } from './memberships';
import type { EgressPlan, HostFlowPlan, Member, NetworkPlan, PairPlan, PublicationPlan, WirePlan } from './topology';
import { addTo } from '../../private/multimap';

/** Resolver that answers nobody: names of containers still resolve, everything else fails inside the container. */
const NO_RESOLVER = '127.0.0.1';

/** Networks by the workload that is a member of them. */
function byMember(networks: readonly NetworkPlan[], kind: NetworkPlan['kind']): Map<string, { network: NetworkPlan; member: Member }[]> {
  const index = new Map<string, { network: NetworkPlan; member: Member }[]>();
  for (const network of networks) {
    if (network.kind !== kind) {
      continue;
    }
    for (const member of network.members) {
      addTo(index, member.workload, { network, member });
    }
  }
  return index;
}

/** A flow is opened on every segment that both ends share, so that a name leads to an opened address wherever it resolves. */
export function planPairs(facts: Facts, members: Memberships, networks: readonly NetworkPlan[]): PairPlan[] {
  const index = byMember(networks, 'segment');
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
          if (from) {
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
  const index = byMember(networks, 'edge');
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

/** The host meets a workload on its home segment, at the gateway address of the bridge, or on a wire at that of the shim. */
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
  const index = byMember(networks, 'edge');
  return facts.publications.flatMap((fact) =>
    (index.get(fact.workload) ?? []).flatMap(({ network, member }) => {
      const address = fact.family === 'ipv4' ? member.ipv4 : member.ipv6;
      return address === undefined ? [] : [{ ...fact, bridge: network.bridge, address }];
    }),
  );
}

/**
 * Resolvers of a workload: those it was given, else every single address that its egress lets it ask on port 53, else nobody.
 * Without an explicit resolver the engine would ask the host's, past the guard.
 */
export function resolversOf(fact: WorkloadFact, facts: Facts, members: Memberships, problems: Problem[]): string[] {
  const dnsFlows = facts.flows.filter((flow) => asksDns(flow) && members.expand(flow.source).includes(fact.path));
  const blocks = dnsFlows.map((flow) => (flow.destination.kind === 'block' ? flow.destination.block : ''));
  // An empty list says nothing; written as it is, the engine would hand out the resolvers of the host.
  if (fact.dns !== undefined && fact.dns.length > 0) {
    if (blocks.length === 0 && fact.dns.some((resolver) => resolver !== NO_RESOLVER)) {
      problems.push({
        code: 'ResolverWithoutEgress',
        path: fact.path,
        message: `'dns' names ${fact.dns.join(', ')}, but no egress lets the workload ask there; add connections.allowTo(Peer.address('${fact.dns[0]}'), Port.udp(53))`,
      });
    }
    return [...fact.dns];
  }
  const single = blocks.filter((block) => block.endsWith(block.includes(':') ? '/128' : '/32')).map((block) => block.split('/')[0]);
  return single.length > 0 ? [...new Set(single)].sort() : [NO_RESOLVER];
}

function asksDns(flow: FlowFact): boolean {
  const { protocol, first, last } = flow.port;
  return flow.destination.kind === 'block' && (protocol === 'udp' || protocol === 'tcp') && first <= 53 && 53 <= last;
}
