import { Cidr } from '../../addressing/cidr';
import { singleBlock } from '../../addressing/private/ip';
import { needAddress } from '../../addressing/private/need-address';
import { nowhere } from '../../addressing/private/nowhere';
import type { IPeer } from '../../connections/peer';
import { refuseWithoutGuard } from '../../connections/private/check-flow';
import { isPeer } from '../../connections/private/is-peer';
import { can } from '../../engine/private/capabilities';
import type { ConnectionRate } from '../../firewall/connection-rate';
import { type Port, TransportProtocol } from '../../firewall/port';
import { needPort } from '../../firewall/private/need-port';
import { ValidationError } from '../../private/errors';
import type { Declarations } from '../../topology/private/declarations';
import type { PublicationFact } from '../../topology/private/facts';
import type { Family, PortSpec } from '../../topology/private/terms';

const WILDCARDS = ['0.0.0.0', '::'];

export interface PublicationRequest {
  readonly workload: string;
  readonly segment: string;
  readonly port: Port;
  readonly targetPort?: Port;
  readonly hostAddress?: string;
  readonly sources?: IPeer[];
  readonly rate?: ConnectionRate;
  /** The engine chooses the port on the host; `port` is the one inside. */
  readonly isChosen?: boolean;
}

/** Checks everything about a publication that can be known when it is declared. */
export function publicationFact(declarations: Declarations, request: PublicationRequest): PublicationFact {
  const { workload, port } = request;
  needPort(workload, 'port', port);
  const target = request.targetPort ?? port;
  needPort(workload, 'targetPort', target);
  const refused = declarations.store.segmentFact(request.segment).noPublicationsReason;
  if (refused !== undefined) {
    throw new ValidationError('SegmentForbidsPublication', workload, `cannot publish ${port.text}: ${refused}`);
  }
  if (port.protocol === TransportProtocol.ICMP) {
    throw new ValidationError('PublicationPorts', workload, `cannot publish ${port.text}: name a port, such as Port.tcp(443)`);
  }
  if (target.protocol !== port.protocol || target.size !== port.size) {
    throw new ValidationError(
      'PublicationPorts',
      workload,
      `cannot publish ${port.text} as ${target.text}: both must have the same protocol (tcp, udp or sctp) and the same number of ports`,
    );
  }
  if (request.isChosen && port.size > 1) {
    throw new ValidationError(
      'PublicationPorts',
      workload,
      `the engine would choose ${port.size} ports for ${port.text}, which may not be consecutive; publish them one by one`,
    );
  }
  const hostAddress = canonicalAddress(workload, request.hostAddress ?? '127.0.0.1');
  const family: Family = hostAddress.includes(':') ? 'ipv6' : 'ipv4';
  if (family === 'ipv6') {
    checkIpv6(declarations, workload, hostAddress);
  }
  const loopback = Cidr.parse('127.0.0.0/8').containsAddress(hostAddress);
  const sources = (request.sources ?? []).map((source, index) => sourceBlock(declarations, [workload, index], source, family));
  if (loopback && sources.length > 0) {
    throw new ValidationError(
      'SourcesOnLoopback',
      workload,
      `${port.text} on ${hostAddress} is reachable only from the host, so 'sources' has no effect; also set 'hostAddress', or remove 'sources'`,
    );
  }
  if (!loopback && sources.length === 0) {
    throw new ValidationError(
      'PublishNeedsSources',
      workload,
      `publishing ${port.text} on ${hostAddress} needs 'sources'; list the clients that may connect, such as [Peer.cidr('198.51.100.0/24')], or allow every client with [Peer.${family === 'ipv4' ? 'anyIpv4' : 'anyIpv6'}()]`,
    );
  }
  if (!loopback && !WILDCARDS.includes(hostAddress) && !declarations.store.hostAddresses.includes(hostAddress)) {
    throw new ValidationError(
      'NotAHostAddress',
      workload,
      `'hostAddress' ${hostAddress} is not an address of the daemon; use ${declarations.store.hostAddresses.join(' or ')}, or add it to 'additionalHostAddresses' of the daemon`,
    );
  }
  refuseUnenforced(declarations, { ...request, family, sources: loopback ? undefined : sources });
  const fact: PublicationFact = {
    workload,
    hostAddress,
    family,
    ...(!request.isChosen && { hostPort: port._spec() }),
    targetPort: target._spec(),
    sources: [...new Set(sources)].sort(),
    rate: request.rate?._spec(),
    origin: `publish ${workload} ${hostAddress} ${request.isChosen ? `any port to ${port.text}` : port.text}`,
  };
  refuseShared(declarations, fact, port);
  refuseConflict(declarations, fact, port);
  return fact;
}

/** The same of a service: each address of each node counts, so nothing of any node may have the port. */
export function servicePublicationFact(
  declarations: Declarations,
  nodes: readonly Declarations[],
  request: PublicationRequest & { readonly swarmMode: 'host' | 'ingress' },
): PublicationFact {
  const { swarmMode, port } = request;
  if (!Array.isArray(request.sources)) {
    throw new ValidationError(
      'PublishNeedsSources',
      request.workload,
      `publishing ${port.text} needs 'sources'; list the clients that may connect, such as [Peer.cidr('198.51.100.0/24')]`,
    );
  }
  const fact = publicationFact(declarations, { ...request, hostAddress: '0.0.0.0' });
  nodes.forEach((node) => refuseConflict(node, fact, port));
  // The ingress checks the published port; the port of a task does not matter.
  return { ...fact, swarmMode, ...(swarmMode === 'ingress' && { targetPort: port._spec() }) };
}

/** What an engine can publish over IPv6, and for which clients. */
function checkIpv6(declarations: Declarations, workload: string, hostAddress: string): void {
  declarations.needIpv6(workload, `'hostAddress' ${hostAddress} is IPv6`, 'publish on an IPv4 address');
  if (!declarations.store.translates('ipv6')) {
    throw new ValidationError(
      'Ipv6NotTranslated',
      workload,
      `engine ${declarations.store.engine.version} cannot publish on ${hostAddress}, because it writes no rules for IPv6; publish on an IPv4 address, or use engine 27.0 or later`,
    );
  }
  if (hostAddress === '::1') {
    throw new ValidationError(
      'NotAHostAddress',
      workload,
      "'hostAddress' ::1 does not reach a container: the kernel does not forward IPv6 loopback addresses, even if a rule translates them; publish on 127.0.0.1",
    );
  }
}

/** Without the guard, a publication is open to all sources, or, if the engine enforces it, only to the host. */
function refuseUnenforced(
  declarations: Declarations,
  {
    workload,
    port,
    rate,
    family,
    sources,
  }: Pick<PublicationRequest, 'workload' | 'port' | 'rate'> & { family: Family; sources?: string[] },
): void {
  if (rate !== undefined) {
    refuseWithoutGuard(declarations, workload, `a rate on ${port.text}`, 'publish without it');
  }
  const [everybody, peer] = family === 'ipv4' ? ['0.0.0.0/0', 'Peer.anyIpv4()'] : ['::/0', 'Peer.anyIpv6()'];
  if (sources !== undefined && !sources.includes(everybody)) {
    const wayOut = `add ${peer} to 'sources' if every client may connect`;
    refuseWithoutGuard(declarations, workload, `publishing ${port.text} for ${sources.join(', ')} alone`, wayOut);
  }
  // Before 28, the engine translates packets of neighbours to a loopback address before any check.
  if (sources === undefined && !can(declarations.store.engine.version, 'closesUnpublished')) {
    const wayOut = 'allow the host with a flow from Peer.host(), or use engine 28 or later';
    refuseWithoutGuard(
      declarations,
      workload,
      `publishing ${port.text} on loopback, which engines before 28 also open to machines on the networks of the host,`,
      wayOut,
    );
  }
}

function canonicalAddress(place: string, address: string): string {
  return Cidr.parse(singleBlock(needAddress(place, 'hostAddress', address, address === 'localhost' ? '127.0.0.1' : '192.0.2.10')))
    .networkAddress;
}

function sourceBlock(declarations: Declarations, [place, index]: readonly [string, number], source: IPeer, family: Family): string {
  const fact = isPeer(source) ? source._peerFact : undefined;
  const fail = (why: string): never => {
    throw new ValidationError('SourceNotOutside', place, why);
  };
  if (fact?.kind === 'host') {
    return fail(
      "'sources' contains the host, which reaches every publication in any case; remove it, or leave out 'hostAddress' to publish only for the host",
    );
  }
  if (fact?.kind !== 'block') {
    const got = isPeer(source) ? source.peerText : typeof source === 'string' ? `"${source}"` : 'an object of another class';
    const wayOut = isPeer(source)
      ? 'to allow a container, declare a flow: connections.allowFrom(…)'
      : `write Peer.cidr('${typeof source === 'string' && /^[\d.]+\/\d+$/.test(source) ? source : '198.51.100.0/24'}')`;
    return fail(
      `'sources[${index}]' must be an address or a block outside, made by Peer.cidr(), Peer.address() or Peer.anyIpv4(), got ${got}; ${wayOut}`,
    );
  }
  if (fact.family !== family) {
    throw new ValidationError(
      'WrongFamily',
      place,
      `source ${fact.block} is not in the address family of 'hostAddress' (${family}); publish each family separately`,
    );
  }
  const block = Cidr.parse(fact.block);
  const pool = declarations.store.addressPools.map((text) => Cidr.parse(text)).find((each) => each.containsBlock(block));
  if (pool !== undefined) {
    fail(`source ${fact.block} is in the address pool ${pool.text}, which contains only containers; declare a flow from the container: connections.allowFrom(…)`); // prettier-ignore
  }
  const what = nowhere(fact.block);
  if (what !== undefined) {
    fail(`source ${fact.block} is ${what}, and no machine outside has that address; name the machines that may connect`);
  }
  const host = declarations.store.hostAddresses.find((address) => block.text === singleBlock(address));
  if (host !== undefined) {
    fail(
      `source ${host} is the host, which reaches every publication in any case; remove it, or leave out 'hostAddress' to publish only for the host`,
    );
  }
  return fact.block;
}

/** One host port belongs to one workload: Docker would refuse the second, and a wildcard takes every address. */
function refuseConflict(declarations: Declarations, fact: PublicationFact, port: Port): void {
  const { hostPort } = fact;
  const fixed = declarations.store.allPublications().flatMap((other) => (other.hostPort ? [{ ...other, hostPort: other.hostPort }] : []));
  const clash = fixed.find((other) => {
    if (hostPort === undefined) return false;
    const samePlace =
      other.hostAddress === fact.hostAddress ||
      (other.family === fact.family && [other, fact].some((p) => WILDCARDS.includes(p.hostAddress)));
    return samePlace && overlap(other.hostPort, hostPort);
  });
  if (clash !== undefined) {
    throw new ValidationError(
      'PublicationConflict',
      fact.workload,
      `${port.text} on ${fact.hostAddress} is already in use: '${clash.workload}' publishes ${portText(clash.hostPort)} on ${clash.hostAddress}; use another port or address`,
    );
  }
}

/** If the host port is not known, the guard sees only the port inside, so a source of one publication could use every other one. */
function refuseShared(declarations: Declarations, fact: PublicationFact, port: Port): void {
  const other = declarations.store
    .allPublications()
    .find(
      ({ workload, hostPort, targetPort }) =>
        workload === fact.workload && overlap(targetPort, fact.targetPort) && (hostPort === undefined || fact.hostPort === undefined),
    );
  if (other !== undefined) {
    const place = other.hostPort === undefined ? 'a port that the engine chooses' : portText(other.hostPort);
    throw new ValidationError(
      'RandomPortShared',
      fact.workload,
      `cannot publish ${port.text} on ${fact.hostAddress}: port ${portText(other.targetPort)} of the container is already published on ${other.hostAddress}, as ${place}, and if the engine chooses the host port, the guard identifies a publication by the port of the container; let the program listen on a second port, or publish both on ports that you choose`,
    );
  }
}

function overlap(a: PortSpec, b: PortSpec): boolean {
  return a.protocol === b.protocol && a.first <= b.last && b.first <= a.last;
}

function portText({ protocol, first, last }: PortSpec): string {
  return `${protocol}/${first}${last > first ? `-${last}` : ''}`;
}
