// The constructs that a generated plan stands for: what a user would have written.
import type { Program } from './deployment';
import type { End, Plan, PortRange } from './generate';
import {
  BridgeSegment,
  ContainerSysctl,
  HardenedContainer,
  type IConnectable,
  type IPeer,
  Peer,
  Port,
  ThreeTierNetwork,
  ValidationSettings,
  WorkloadGroup,
} from '../../../src';

export interface Variation {
  /**
   * For a dual-stack daemon: over IPv6 a datagram is declared only where its sender can be no other, in a conduit of two. That is every other flow between
   * two containers; the others are over IPv4 alone.
   */
  readonly datagramsApart?: boolean;
}

export function programOf(plan: Plan, { datagramsApart = false }: Variation = {}): Program {
  return ({ stack, daemon, image }) => {
    // A random program opens what no user should, a database to everybody among it: what flows is the question here, not whether it is wise.
    ValidationSettings.of(stack).set({ withoutSecureDefaultsReason: 'random programs publish whatever there is' });
    const segments = new Map<string, BridgeSegment>();
    if (plan.segments.some(({ tier }) => tier !== undefined)) {
      const tiers = new ThreeTierNetwork(stack, 'Tiers', { daemon });
      plan.segments.forEach(({ id, tier }) => tier && segments.set(id, tiers[tier]));
    }
    for (const { id, tier, prefixLength } of plan.segments) {
      if (tier === undefined) segments.set(id, new BridgeSegment(stack, id, { daemon, prefixLength }));
    }
    const containers = new Map(
      plan.containers.map(({ id, segment }) => [
        id,
        // The probes listen inside as root, below port 1024 too; a command that ends at once on SIGTERM is the image's own.
        new HardenedContainer(stack, id, {
          segment: segments.get(segment)!,
          image,
          limits: { memoryMebibytes: 32 },
          sysctls: [ContainerSysctl.unprivilegedPortStart(0)],
        }),
      ]),
    );
    const groups = new Map(
      plan.groups.map(({ id, members }) => [
        id,
        new WorkloadGroup(stack, id, { members: members.map((member) => containers.get(member)!) }),
      ]),
    );

    const ours = (end: End): (IPeer & IConnectable) | undefined =>
      end.kind === 'container'
        ? containers.get(end.id)
        : end.kind === 'segment'
          ? segments.get(end.id)
          : end.kind === 'group'
            ? groups.get(end.id)
            : undefined;
    const peer = (end: End): IPeer => ours(end) ?? (end.kind === 'block' ? blockPeer(end.block) : Peer.host());
    plan.flows.forEach(({ source, destination, port }, i) => {
      const from = ours(source);
      const isApart = datagramsApart && port.protocol !== 'tcp' && destination.kind !== 'block';
      const isConduit = isApart && i % 2 === 0 && source.kind === 'container' && destination.kind === 'container';
      const options = isConduit ? { conduit: true } : isApart ? { ipv4Only: true } : {};
      if (from) from.connections.allowTo(peer(destination), portOf(port), options);
      else ours(destination)!.connections.allowFrom(peer(source), portOf(port), options);
    });
    for (const { container, hostAddress, port, targetPort, sources } of plan.publications) {
      containers.get(container)!.publish(portOf(port), {
        targetPort: portOf(targetPort),
        hostAddress,
        ...(sources.length > 0 ? { sources: sources.map(blockPeer) } : {}),
      });
    }
  };
}

function blockPeer(block: string): IPeer {
  if (block === '0.0.0.0/0') return Peer.anyIpv4();
  return block.endsWith('/32') ? Peer.address(block.replace('/32', '')) : Peer.cidr(block);
}

function portOf({ protocol, first, last }: PortRange): Port {
  if (protocol === 'icmp') return Port.icmpPing();
  if (protocol === 'tcp') return first === last ? Port.tcp(first) : Port.tcpRange(first, last);
  return first === last ? Port.udp(first) : Port.udpRange(first, last);
}
