import type { Facts, PeerFact } from './facts';
import type { Problem } from './problem';
import type { PortSpec } from './terms';
import type { NetworkPlan, Topology } from './topology';
import { forges } from '../../hardening/private/capabilities';

interface Permission {
  readonly bridge: string;
  readonly port: PortSpec;
  readonly origin: string;
  /** Address that the permission rests on. */
  readonly source: string;
  /** How many members of the network may be there without one who could take that address. */
  readonly harmless: number;
  readonly wayOut: string;
}

/**
 * Permissions of IPv6 that another member of the network could use.
 *
 * With IPV6_FREEBIND a program without any capability sends from an address that is not its own, and no rule on a bridge tells it apart. What needs
 * an answer before it carries anything (TCP, SCTP) is safe, since the answer goes to the true owner; a datagram is there with its first packet. IPv4
 * has no such hole: there the kernel refuses to send.
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
        ? "give the flow 'ipv4Only: true', or declare it between each two workloads with 'conduit: true'"
        : "give the flow 'ipv4Only: true', or 'conduit: true'",
    })),
    ...egress.map((plan) => ({ ...plan, harmless: 1, wayOut: 'name a block of IPv4, or place the workload in a segment of its own' })),
    // Of what the host sends to a container, a neighbour takes the host's address, and the container's for the answer.
    ...hostFlows.map((plan) => ({
      ...plan,
      source: plan.address,
      harmless: 1,
      wayOut: "give the flow 'ipv4Only: true', or the workload a segment that nobody else is in",
    })),
    // Answers of a publication go wherever somebody outside has asked from.
    ...publications.map(({ targetPort, address, ...plan }) => ({
      ...plan,
      port: targetPort,
      source: address,
      harmless: 1,
      wayOut: 'publish at an address of IPv4, or place the workload in a segment of its own',
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
    message: `'${origin}' would be open over IPv6 to all ${members.length} members of network '${networkName}': a sender of ${port.protocol} can take any address there; ${wayOut}`,
  };
}

/** Workloads that can take any address of a network that others rely on, too. In a conduit there is nobody else to pass for. */
export function forgersAmongOthers({ segments, workloads }: Facts, { networks }: Topology): Problem[] {
  const forgers = new Set(workloads.filter(forges).map(({ path }) => path));
  const conduits = new Set(segments.flatMap(({ path, conduit }) => (conduit ? [path] : [])));
  return networks.flatMap(({ segment, networkName, members }) =>
    conduits.has(segment) || members.length < 2
      ? []
      : members
          .filter(({ workload }) => forgers.has(workload))
          .map(({ workload }): Problem => ({
            code: 'ForgerAmongOthers',
            path: workload,
            message: `it holds NET_RAW or NET_ADMIN, by which it can take the address of any of the ${members.length - 1} others in network '${networkName}'; place it in a segment of its own, and give no flow to or from that segment or a group: its flows then run in conduits`,
          })),
  );
}
