import type { Facts, PeerFact, WorkloadFact } from './facts';
import type { Problem } from './problem';
import type { PortSpec } from './terms';
import type { NetworkPlan, Topology } from './topology';
import { forges } from '../../hardening/private/capabilities';

interface Permission {
  readonly bridge: string;
  readonly port: PortSpec;
  readonly origin: string;
  /** Address in the permission. */
  readonly source: string;
  /** How many members the network may have if none of them may take that address. */
  readonly harmless: number;
  readonly wayOut: string;
}

/**
 * Permissions of IPv6 that another member of the network could use.
 *
 * With IPV6_FREEBIND a program without any capability sends from an address that is not its own, and no rule on a bridge can distinguish it. What
 * needs an answer before it carries anything (TCP, SCTP) is safe, since the answer goes to the true owner; a datagram is there with its first packet.
 * IPv4 has no such hole: there the kernel refuses to send.
 */
export function forgeableSources({ flows }: Facts, { networks, pairs, egress, hostFlows, publications }: Topology): Problem[] {
  const ofMany = new Set(
    flows.filter(({ source, destination }) => !isSingle(source) || !isSingle(destination)).map(({ origin }) => origin),
  );
  const byBridge = new Map(networks.map((network) => [network.bridge, network]));
  const open: Permission[] = [
    ...pairs.map((plan) => ({
      ...plan,
      harmless: 2,
      wayOut: ofMany.has(plan.origin)
        ? "set 'ipv4Only: true' on the flow, or declare a flow with 'conduit: true' for each pair of workloads"
        : "set 'ipv4Only: true' or 'conduit: true' on the flow",
    })),
    ...egress.map((plan) => ({ ...plan, harmless: 1, wayOut: 'name an IPv4 block, or place the workload alone in a segment' })),
    // Of what the host sends to a container, a neighbour takes the host's address, and the container's for the answer.
    ...hostFlows.map((plan) => ({
      ...plan,
      source: plan.address,
      harmless: 1,
      wayOut: "set 'ipv4Only: true' on the flow, or place the workload alone in a segment",
    })),
    // Answers of a publication go to any client outside.
    ...publications.map(({ targetPort, address, ...plan }) => ({
      ...plan,
      port: targetPort,
      source: address,
      harmless: 1,
      wayOut: 'publish on an IPv4 address, or place the workload alone in a segment',
    })),
  ].filter(({ family, port: { protocol } }) => family === 'ipv6' && (protocol === 'udp' || protocol === 'icmp'));
  const told = new Map(
    open.flatMap((permission) => {
      const network = byBridge.get(permission.bridge);
      if (network === undefined || network.members.length <= permission.harmless) return [];
      const problem = problemOf(permission, network);
      return [[`${problem.path}\n${problem.message}`, problem] as const];
    }),
  );
  return [...told.values()];
}

/** A conduit joins two workloads, and no group or segment. */
function isSingle({ kind }: PeerFact): boolean {
  return kind === 'workload';
}

function problemOf({ source, port, origin, wayOut }: Permission, { segment, networkName, members }: NetworkPlan): Problem {
  return {
    code: 'ForgeableSource',
    path: members.find(({ ipv6 }) => ipv6 === source)?.workload ?? segment,
    message: `'${origin}' would be open over IPv6 to all ${members.length} members of network '${networkName}': a sender of ${port.protocol} can use any source address there; ${wayOut}`,
  };
}

/** Workloads that can take any address of a network that others rely on, too. A conduit has no third member whose address it could take. */
export function forgersAmongOthers({ segments, workloads }: Facts, { networks }: Topology): Problem[] {
  const forgers = new Map(workloads.filter(forges).map((fact) => [fact.path, fact]));
  const conduits = new Set(segments.flatMap(({ path, conduit }) => (conduit ? [path] : [])));
  return networks.flatMap(({ segment, networkName, members }) =>
    conduits.has(segment) || members.length < 2
      ? []
      : members
          .filter(({ workload }) => forgers.has(workload))
          .map(({ workload }): Problem => ({
            code: 'ForgerAmongOthers',
            path: workload,
            message: `${holderText(forgers.get(workload)!)}, with which it can take the address of any other member of network '${networkName}' (${members.length - 1}); place it alone in a segment, and declare its flows with single workloads, not with that segment or a group: these flows then run in conduits${orderText(forgers.get(workload)!)}`,
          })),
  );
}

function holderText({ capabilities, sharers = [] }: WorkloadFact): string {
  return forges({ capabilities })
    ? 'it has NET_RAW or NET_ADMIN'
    : `a container in its network (${sharers.join(', ')}) has NET_RAW or NET_ADMIN`;
}

/** A flow that was declared before is in no conduit. */
function orderText({ capabilities }: WorkloadFact): string {
  return forges({ capabilities }) ? '' : '; declare the container that shares its network before these flows';
}
