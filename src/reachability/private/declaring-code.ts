import type { PeerFact } from '../../topology/private/facts';
import type { PortSpec } from '../../topology/private/terms';
import type { PublicationPlan } from '../../topology/private/topology';

/** The line of a program that opens a connection, with the constructs that its variables stand for. */
export function declaringCode(
  source: PeerFact,
  destination: PeerFact,
  port: PortSpec,
  publications: readonly PublicationPlan[] = [],
): string {
  const names = variablesOf([source, destination]);
  const [from, to] = [source, destination].map((peer) => peerCode(peer, names));
  const where = names.size === 0 ? '' : `, where ${[...names].map(([path, name]) => `${name} is ${path}`).join(' and ')}`;
  if (source.kind === 'block' && destination.kind === 'workload') {
    const own = publications.filter(({ workload, family }) => workload === destination.path && family === source.family);
    const published = own.find(({ targetPort }) => holds(targetPort, port));
    if (published !== undefined) return `It is published for other sources. Add ${from} to 'sources' of '${published.origin}'.`;
    const outer = own.find(({ hostPort, isChosen }) => isChosen !== true && holds(hostPort, port));
    if (outer !== undefined) {
      const inner = outer.targetPort.first + port.first - outer.hostPort.first;
      return `Ask about ${port.protocol}/${inner}: ${port.protocol}/${port.first} is the port of the host in '${outer.origin}', which leads to that port of the container.`;
    }
    return `Publish it: ${to}.publish(${portCode(port)}, { hostAddress: 'ADDRESS', sources: [${from}] })${where}, and ADDRESS is an address of the host.`;
  }
  if ('path' in source) return `Declare it: ${from}.connections.allowTo(${to}, ${portCode(port)})${where}.`;
  if ('path' in destination) return `Declare it: ${to}.connections.allowFrom(${from}, ${portCode(port)})${where}.`;
  return 'Bulkhead does not control connections between the host and the outside.';
}

function holds(wide: PortSpec, { protocol, first, last }: PortSpec): boolean {
  return wide.protocol === protocol && wide.first <= first && last <= wide.last;
}

function variablesOf(peers: readonly PeerFact[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const peer of peers) {
    if (!('path' in peer) || names.has(peer.path)) continue;
    const [first = 'x', ...rest] = peer.path
      .split('/')
      .at(-1)!
      .split(/[^A-Za-z0-9]+/)
      .filter((part) => part !== '');
    const name = [first[0].toLowerCase() + first.slice(1), ...rest.map((part) => part[0].toUpperCase() + part.slice(1))].join('');
    const whole = /^\d/.test(name) ? `_${name}` : name;
    names.set(peer.path, [...names.values()].includes(whole) ? `${whole}2` : whole);
  }
  return names;
}

function peerCode(peer: PeerFact, names: ReadonlyMap<string, string>): string {
  if ('path' in peer) return names.get(peer.path)!;
  if (peer.kind !== 'block') return 'Peer.host()';
  if (/\/0$/.test(peer.block)) return peer.family === 'ipv4' ? 'Peer.anyIpv4()' : 'Peer.anyIpv6()';
  return /\/(32|128)$/.test(peer.block) ? `Peer.address('${peer.block.split('/')[0]}')` : `Peer.cidr('${peer.block}')`;
}

function portCode({ protocol, first, last }: PortSpec): string {
  if (protocol === 'icmp') return 'Port.icmpPing()';
  return last > first ? `Port.${protocol}Range(${first}, ${last})` : `Port.${protocol}(${first})`;
}
