import type { Address } from './address';
import { type Flight, notUnderstood, type Stop, unclear, unreachable } from './flight';
import type { Container, Host } from './host';
import type { Attachment } from './host-view';
import type { ProbeSource, ProbeSpec } from './outcome';
import { echoRequest, icmpAnswer, Packet, protocolName } from './packet';
import { type Landing, sendFromContainer, sendFromHost, sendFromOutside, type Station } from './path';
import type { Family } from '../../../topology/private/terms';

/** A sender and its packet, before it leaves. */
export interface Departure {
  readonly kind: 'departure';
  readonly station: Station;
  readonly packet: Packet;
}

const EPHEMERAL = 40_000;

export function departureOf(flight: Flight, probe: ProbeSpec): Departure | Stop {
  const { family, from } = probe;
  const destination = flight.host.valueOf(family, probe.to);
  const isKnownSource = from.address === undefined || flight.host.valueOf(family, from.address) !== undefined;
  if (destination === undefined || !isKnownSource) {
    const text = destination === undefined ? `destination ${probe.to}` : `source ${from.address}`;
    return notUnderstood([{ table: '', chain: '', text }]);
  }
  const way = wayOf(flight, family, from, destination);
  return way.kind === 'stop'
    ? way
    : { kind: 'departure', station: way.station, packet: firstPacket(flight, probe, way.source, destination) };
}

/** One more packet of the connection that a flight has made, from somewhere else. */
export function laterDeparture(flight: Flight, { from, family, within }: ProbeSpec): Departure | Stop {
  const { connection, host } = flight;
  if (!connection || !within) return unreachable('no-connection');
  const { protocol: given, icmpType: asked } = within.opener;
  const protocol = protocolName(given);
  const { source, sourcePort, destination, destinationPort, toAddress, toPort, fromAddress } = connection;
  const isAnswer = within.direction === 'reply';
  const request = asked ?? echoRequest(protocol);
  const packet = isAnswer
    ? new Packet(family, protocol, toAddress, toPort, fromAddress, sourcePort, icmpAnswer(protocol, request) ?? 0, 0, true, host)
    : new Packet(family, protocol, source, sourcePort, destination, destinationPort, request, 0, false, host);
  packet.isLater = true;
  const way = wayOf(flight, family, from, packet.destination);
  return way.kind === 'stop' ? way : { kind: 'departure', station: way.station, packet };
}

function firstPacket({ host }: Flight, probe: ProbeSpec, source: Address, destination: Address): Packet {
  const protocol = protocolName(probe.protocol);
  const { family, port = 0, sourcePort = EPHEMERAL, icmpType = echoRequest(protocol), icmpCode = 0 } = probe;
  const packet = new Packet(family, protocol, source, sourcePort, destination, port, icmpType, icmpCode, false, host);
  if (!packet.hasPorts) {
    packet.sourcePort = 0;
    packet.destinationPort = 0;
  }
  return packet;
}

/** A connection of the host's own, as the daemon's proxy makes. */
export function departureFromHost(flight: Flight, probe: ProbeSpec): Departure | Stop {
  return departureOf(flight, { ...probe, from: { kind: 'host' } });
}

export function send(flight: Flight, station: Station, packet: Packet): Landing {
  switch (station.kind) {
    case 'container':
      return sendFromContainer(flight, station.container, station.attachment, packet);
    case 'host':
      return sendFromHost(flight, packet);
    case 'outside':
      return sendFromOutside(flight, station.interface, packet);
  }
}

/** Undefined where the message asks for no answer. */
export function answerTo(packet: Packet): Packet | undefined {
  const type = packet.isIcmp ? icmpAnswer(packet.protocol, packet.icmpType) : 0;
  const { family, protocol, source, sourcePort, destination, destinationPort, kinds } = packet;
  return type === undefined
    ? undefined
    : new Packet(family, protocol, destination, destinationPort, source, sourcePort, type, 0, true, kinds);
}

/** The receiver answers over any of its links: the one that leads there, the one on which the request arrived, and the others. */
export function sendAnswer(flight: Flight, receiver: Station, answer: Packet): Landing {
  if (receiver.kind !== 'container') {
    return send(flight, receiver, answer);
  }
  const { container, attachment } = receiver;
  const exits = exitsOf(flight.host, container, answer.family, answer.destination, flight.routesOnly, attachment);
  const exit = exits[flight.choices.pick(exits.length)];
  return exit ? sendFromContainer(flight, container, exit, answer) : unreachable('no-route');
}

interface Way {
  readonly kind: 'way';
  readonly station: Station;
  readonly source: Address;
}

function wayOf(flight: Flight, family: Family, from: ProbeSource, destination: Address): Way | Stop {
  switch (from.kind) {
    case 'container':
      return wayFromContainer(flight, family, from, destination);
    case 'host':
      return wayFromHost(flight.host, family, from.address, destination);
    case 'outside':
      return { kind: 'way', station: { kind: 'outside', interface: from.interface }, source: flight.host.valueOf(family, from.address)! };
  }
}

function wayFromHost(host: Host, family: Family, given: string | undefined, destination: Address): Way | Stop {
  const hop = host.hopTo(family, destination);
  if (hop?.doubt !== undefined) return unclear(hop.doubt);
  const chosen = host.isLocal(family, destination) ? destination : hop && (hop.source ?? host.addressOn(family, hop.interface, hop.next));
  const source = given === undefined ? chosen : host.valueOf(family, given);
  if (source === undefined) {
    return unreachable(hop ? 'no-address-of-family' : 'no-route');
  }
  return { kind: 'way', station: { kind: 'host' }, source };
}

function wayFromContainer(
  { host, choices }: Flight,
  family: Family,
  from: ProbeSource & { kind: 'container' },
  destination: Address,
): Way | Stop {
  const container = host.containers.get(from.key);
  if (!container) {
    return notUnderstood([{ table: '', chain: '', text: `container ${from.key}` }]);
  }
  const { via, routesOnly = false } = from;
  if (container.addresses[family].size === 0) {
    return unreachable('no-address-of-family');
  }
  const [only, ...more] = container.attachments;
  if (more.length === 0 && via === undefined && from.address === undefined && !routesOnly) {
    const source = container.addresses[family].get(only)!;
    return { kind: 'way', station: { kind: 'container', container, attachment: only }, source };
  }
  const exits = exitsOf(host, container, family, destination, routesOnly && via === undefined).filter(
    (exit) => via === undefined || exit.interface === via,
  );
  const given = from.address === undefined ? undefined : host.valueOf(family, from.address);
  const ways = exits.flatMap((exit) => sourcesOf(container, family, exit, given, routesOnly).map((source) => ({ exit, source })));
  const way = ways[choices.pick(ways.length)];
  return way
    ? { kind: 'way', station: { kind: 'container', container, attachment: way.exit }, source: way.source }
    : unreachable('no-route');
}

/** A program may bind to any address of its container, whatever link it sends over. */
function sourcesOf(container: Container, family: Family, exit: Attachment, given: Address | undefined, routesOnly: boolean): Address[] {
  const own = container.addresses[family].get(exit)!;
  if (given !== undefined) {
    return [given];
  }
  const others = [...container.addresses[family].values()].filter((address) => address !== own);
  return routesOnly ? [own] : [own, ...others];
}

/** Those that routes lead over come first; without `routesOnly` the rest follows, since `SO_BINDTODEVICE` needs no route. */
function exitsOf(
  host: Host,
  container: Container,
  family: Family,
  destination: Address,
  routesOnly: boolean,
  asked?: Attachment,
): readonly Attachment[] {
  if (container.attachments.length === 1 && !routesOnly) {
    return container.attachments;
  }
  const all = container.attachments.filter((each) => container.addresses[family].has(each));
  const onLink = all.filter((each) => isOnLink(host, family, each, destination));
  const routed = onLink.length > 0 ? onLink : all.filter((each) => each.isGateway[family]);
  if (routesOnly) {
    return routed.slice(0, 1);
  }
  return [...new Set([...routed, ...(asked ? [asked] : []), ...all])];
}

function isOnLink(host: Host, family: Family, attachment: Attachment, destination: Address): boolean {
  const link = attachment.interface;
  return host.isOnLink(family, link, destination) || host.portAt(link, destination)?.isOwn === true;
}
