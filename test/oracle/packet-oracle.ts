import type { Family, PortSpec } from '../../src/topology/private/terms';
import type { PublicationPlan, Topology } from '../../src/topology/private/topology';

/**
 * What must happen to a packet, told from the plans alone: no rule, no chain, no order. Nothing here is shared with the compiler, addresses included.
 */
export interface Packet {
  readonly family: Family;
  readonly hook: 'PREROUTING' | 'FORWARD' | 'INPUT' | 'OUTPUT';
  readonly in: string;
  readonly out: string;
  readonly src: string;
  /** The source is an address of the host. */
  readonly ofHost: boolean;
  readonly dst: string;
  readonly proto: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'ipv6-icmp';
  readonly dport: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly ctstate: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
  /** The connection had its destination translated; then these two say what it was. */
  readonly dnat: boolean;
  readonly origDst: string;
  readonly origPort: number;
  readonly dir: 'original' | 'reply';
  /** Origins of the plans whose rate this source is over. */
  readonly exceeded: readonly string[];
  /** Of TCP. */
  readonly flag: 'SYN' | 'RST' | 'ACK';
  /** Its connection has seen a whole handshake. */
  readonly complete: boolean;
  /** What its connection carries: from its first packet on, and since it was let in. */
  readonly label: 'none' | 'opened' | 'let in';
  /** The source is in the set of its publication. */
  readonly known: boolean;
  /** Origins of the publications whose set has no room. */
  readonly full: readonly string[];
}

const numbers = new Map<string, bigint>();

export function addressNumber(text: string): bigint {
  const known = numbers.get(text) ?? read(text);
  numbers.set(text, known);
  return known;
}

function read(text: string): bigint {
  if (!text.includes(':')) {
    return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  }
  const [head, tail] = text.split('::');
  const parts = (half: string | undefined) => (half ? half.split(':') : []);
  const zeros = Array(8 - parts(head).length - parts(tail).length).fill('0');
  const groups = text.includes('::') ? [...parts(head), ...zeros, ...parts(tail)] : text.split(':');
  return groups.reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n);
}

export function inBlock(address: string, block: string): boolean {
  const [base, length] = block.split('/');
  if (address.includes(':') !== base.includes(':')) {
    return false;
  }
  const bits = base.includes(':') ? 128 : 32;
  const size = 2n ** BigInt(bits - Number(length ?? bits));
  return addressNumber(address) / size === addressNumber(base) / size;
}

function meets(packet: Packet, port: PortSpec): boolean {
  if (port.protocol === 'icmp') {
    return packet.family === 'ipv4'
      ? packet.proto === 'icmp' && packet.icmpType === 8
      : packet.proto === 'ipv6-icmp' && packet.icmpType === 128;
  }
  return packet.proto === port.protocol && port.first <= packet.dport && packet.dport <= port.last;
}

/** The packet as it entered the host, before its destination was translated; undefined for what the host sends. */
export function asEntered(packet: Packet): Packet | undefined {
  if (packet.hook === 'OUTPUT') return undefined;
  if (packet.hook === 'PREROUTING') return packet;
  return { ...packet, hook: 'PREROUTING', out: '', dst: packet.dnat && packet.dir === 'original' ? packet.origDst : packet.dst };
}

/** Whether the guard lets the packet into the host. */
export function mayEnter(topology: Topology, { in: name, src, dst, family, proto, icmpType, icmpCode }: Packet): boolean {
  if (name.startsWith(topology.bridgePrefix)) {
    // Too big, or a better way: no container is a router.
    const routers = family === 'ipv4' ? ['icmp 3/4', `icmp 5/${icmpCode}`] : [2, 137].map((type) => `ipv6-icmp ${type}/${icmpCode}`);
    if (routers.includes(`${proto} ${icmpType}/${icmpCode}`)) return false;
    return isHome(topology, family, name, src) || (proto === 'ipv6-icmp' && isForTheLink(src));
  }
  const blocks = topology.networks.flatMap((network) => network[family] ?? []);
  return name === 'lo' || !blocks.some(({ block, gateway }) => inBlock(src, block) || dst === gateway);
}

function isHome({ networks }: Topology, family: Family, bridge: string, address: string, kind?: 'gateway'): boolean {
  return networks.some((network) => {
    const block = network[family]?.block;
    return network.bridge === bridge && block !== undefined && inBlock(address, block) && (kind === undefined || network.kind === kind);
  });
}

/** Who is there writes errors about connections that it has no part in. */
function makesPackets({ networks, workloads }: Topology, bridge: string): boolean {
  const members = networks.filter((network) => network.bridge === bridge).flatMap((network) => network.members);
  const holds = (path: string) => workloads.find((workload) => workload.path === path)?.capabilities ?? [];
  return members.some(({ workload }) => holds(workload).some((name) => /^(CAP_)?NET_(RAW|ADMIN)$/.test(name)));
}

function isForTheLink(address: string): boolean {
  return address === '::' || inBlock(address, 'fe80::/10');
}

/** Whether it is a packet of a connection that stands, at a place where such a packet can be. */
function standsHere(topology: Topology, packet: Packet): boolean {
  const { family, hook, in: from, out: to, src, dst } = packet;
  const isError = packet.ctstate === 'RELATED' && packet.proto === (family === 'ipv4' ? 'icmp' : 'ipv6-icmp');
  if (packet.ctstate !== 'ESTABLISHED' && !isError) return false;
  const isRedirect = isError && packet.icmpType === (family === 'ipv4' ? 5 : 137);
  const [fromOurs, toOurs] = [from, to].map((name) => name.startsWith(topology.bridgePrefix));
  if (isError && fromOurs && !toOurs && makesPackets(topology, from)) return false;
  if (hook === 'OUTPUT') return isHome(topology, family, to, dst);
  if (hook === 'INPUT') return isHome(topology, family, from, src);
  if (fromOurs && toOurs) return from === to && isHome(topology, family, from, src);
  if (fromOurs) return isHome(topology, family, from, src, 'gateway');
  // A connection to a publication that has a rate stands once it was counted, and counts again when it is opened again.
  const isCounted = packet.label === 'none' || (packet.label === 'let in' && packet.flag !== 'SYN');
  return isHome(topology, family, to, dst, 'gateway') && !isRedirect && (isError || isCounted);
}

/** Of what any user of the host sends over IPv6: a datagram to a container from who is not the host, or to anybody from who is a container. */
function saysWrong({ networks, bridgePrefix }: Topology, { hook, family, proto, ofHost, src, out }: Packet): boolean {
  const isContainer = networks.some(({ ipv6 }) => ipv6 !== undefined && inBlock(src, ipv6.block));
  const isDatagram = family === 'ipv6' && proto !== 'tcp';
  return hook === 'OUTPUT' && isDatagram && !ofHost && (isContainer || out.startsWith(bridgePrefix));
}

/** Whether the guard must let the packet by, once it is in the host. */
export function guardAdmits(topology: Topology, packet: Packet): boolean {
  const fromOurs = packet.hook !== 'OUTPUT' && packet.in.startsWith(topology.bridgePrefix);
  const toOurs = packet.hook !== 'INPUT' && packet.out.startsWith(topology.bridgePrefix);
  if (saysWrong(topology, packet) && !(toOurs && isNeighbourDiscovery(topology, packet))) return false;
  if (!fromOurs && !toOurs) {
    const strangerAtLoopback = packet.hook === 'INPUT' && packet.in !== 'lo' && inBlock(packet.dst, '127.0.0.0/8');
    const isError = packet.ctstate === 'RELATED' && packet.proto === 'icmp';
    return !strangerAtLoopback || packet.ctstate === 'ESTABLISHED' || isError;
  }
  // Behind these are containers of others: what answers our egress is elsewhere.
  if (/^(docker0$|docker_gwbridge$|br-)/.test(packet.in) && packet.hook === 'FORWARD' && packet.dir === 'reply') {
    return false;
  }
  if (standsHere(topology, packet)) {
    return true;
  }
  // Packets of no connection and translated packets of containers are never forwarded, whatever they are.
  if (packet.hook === 'FORWARD' && (packet.ctstate === 'INVALID' || (fromOurs && packet.dnat))) {
    return false;
  }
  if (isNeighbourDiscovery(topology, packet)) {
    return true;
  }
  const counts = ({ origin }: { origin: string }) => (!packet.known && packet.full.includes(origin)) || !packet.exceeded.includes(origin);
  const plans = <T extends { family: Family; origin: string; rate?: unknown }>(all: readonly T[]) =>
    all.filter((plan) => plan.family === packet.family && !(plan.rate !== undefined && packet.exceeded.includes(plan.origin)));

  if (packet.hook !== 'FORWARD') {
    const direction = packet.hook === 'INPUT' ? 'to-host' : 'to-container';
    return plans(topology.hostFlows).some(
      (flow) =>
        flow.direction === direction &&
        flow.bridge === (direction === 'to-host' ? packet.in : packet.out) &&
        packet[direction === 'to-host' ? 'src' : 'dst'] === flow.address &&
        (direction === 'to-container' || packet.dst === flow.gateway) &&
        meets(packet, flow.port),
    );
  }
  return (
    topology.publications.some(
      (publication) =>
        publication.family === packet.family &&
        isPublished(packet, publication) &&
        (publication.rate === undefined || (packet.proto === 'tcp' && !packet.complete ? packet.flag !== 'ACK' : counts(publication))),
    ) ||
    plans(topology.pairs).some((pair) => isPair(packet, pair) && meets(packet, pair.port)) ||
    plans(topology.egress).some(
      (egress) =>
        packet.in === egress.bridge &&
        !toOurs &&
        packet.src === egress.source &&
        inBlock(packet.dst, egress.destination) &&
        meets(packet, egress.port) &&
        mayLeave(topology, packet.dst, egress.destination),
    )
  );
}

/** Whether the pass must accept it; the guard has seen it before, rates included. */
export function passAccepts(topology: Topology, packet: Packet): boolean {
  const inside = packet.in.startsWith(topology.bridgePrefix) && packet.out.startsWith(topology.bridgePrefix);
  if (packet.hook !== 'FORWARD' || !inside) {
    return false;
  }
  return (
    standsHere(topology, packet) ||
    isNeighbourDiscovery(topology, packet) ||
    topology.pairs.some((pair) => pair.family === packet.family && isPair(packet, pair) && meets(packet, pair.port))
  );
}

function isNeighbourDiscovery(topology: Topology, packet: Packet): boolean {
  const isMessage = packet.family === 'ipv6' && packet.proto === 'ipv6-icmp' && (packet.icmpType === 135 || packet.icmpType === 136);
  const isInside = packet.in === packet.out && (isForTheLink(packet.src) || isHome(topology, 'ipv6', packet.in, packet.src));
  return isMessage && topology.networks.some(({ ipv6 }) => ipv6 !== undefined) && (packet.hook !== 'FORWARD' || isInside);
}

function isPair(packet: Packet, pair: { bridge: string; source: string; destination: string }): boolean {
  return packet.in === pair.bridge && packet.out === pair.bridge && packet.src === pair.source && packet.dst === pair.destination;
}

export function isPublished(packet: Packet, { bridge, address, hostAddress, hostPort, targetPort, sources }: PublicationPlan): boolean {
  const everyHostAddress = hostAddress === '0.0.0.0' || hostAddress === '::';
  return (
    packet.dnat &&
    packet.dir === 'original' &&
    packet.out === bridge &&
    packet.dst === address &&
    meets(packet, targetPort) &&
    (everyHostAddress || packet.origDst === hostAddress) &&
    hostPort.first <= packet.origPort &&
    packet.origPort <= hostPort.last &&
    !hostAddress.startsWith('127.') &&
    hostAddress !== '::1' &&
    sources.some((block) => inBlock(packet.src, block))
  );
}

/** An excluded address is reached only by egress that names it, or a block inside what excludes it. */
function mayLeave({ egressExclusions }: Topology, address: string, destination: string): boolean {
  const [base] = destination.split('/');
  const length = (block: string) => Number(block.split('/')[1] ?? (block.includes(':') ? 128 : 32));
  const isNamed = egressExclusions.some((block) => inBlock(base, block) && length(destination) >= length(block));
  return isNamed || !egressExclusions.some((block) => inBlock(address, block));
}
