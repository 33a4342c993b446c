import { isLinkLocal, isLoopback } from './address';
import { type Flight, type Stop, unclear, unreachable } from './flight';
import { passHook } from './hooks';
import type { Container, ContainerLink, Host } from './host';
import type { Attachment, Wire } from './host-view';
import { askForNeighbour } from './neighbours';
import type { Packet } from './packet';
import { isRouted } from '../../../topology/private/wires';

/** Where packets start and end. */
export type Station =
  | { readonly kind: 'container'; readonly container: Container; readonly attachment: Attachment }
  | { readonly kind: 'host' }
  | { readonly kind: 'outside'; readonly interface: string };

export type Landing = Station | Stop;

const HOST: Station = { kind: 'host' };

/** From a container, over one of its attachments. */
export function sendFromContainer(flight: Flight, container: Container, attachment: Attachment, packet: Packet): Landing {
  if (container.own.has(packet.destination)) {
    return { kind: 'container', container, attachment };
  }
  const link = attachment.interface;
  return attachment.kind === 'bridge' ? sendOverBridge(flight, container, link, packet) : sendOverWire(flight, link, packet);
}

/** From the host itself. */
export function sendFromHost(flight: Flight, packet: Packet): Landing {
  packet.inInterface = '';
  const first = outInterfaceOf(flight, packet);
  if (typeof first === 'object') return first;
  packet.outInterface = first;
  const { destination: asked, mark } = packet;
  const stop = passHook(flight, 'output', packet);
  if (stop) {
    return stop;
  }
  // Within the hook, the interface stays the first one, whatever was translated: the kernel routes again only after it.
  if (packet.destination !== asked || packet.mark !== mark) {
    const second = outInterfaceOf(flight, packet);
    if (typeof second === 'object') return second;
    packet.outInterface = second;
    if (flight.steps) flight.note('routing', packet, `over ${second}`);
  }
  const out = flight.host.interfaceNamed(packet.outInterface);
  const keepsLoopback = out?.kind === 'loopback' || (packet.family === 'ipv4' && out?.routeLocalnet === true);
  return isLoopback(packet.family, packet.source) && !keepsLoopback ? unreachable('martian-source') : transmit(flight, packet);
}

/** From a machine on a LAN segment, or on a bridge, to which an interface of the host is also attached. */
export function sendFromOutside(flight: Flight, wire: string, packet: Packet): Landing {
  const neighbour = flight.host.portAt(wire, packet.destination);
  // The host's rules may see packets between members of a bridge.
  if (neighbour && flight.host.interfaceNamed(wire)?.kind === 'bridge') {
    return sendOverBridge(flight, undefined, wire, packet);
  }
  if (neighbour) {
    return barrierOn(flight.host.wireOn(wire)) ?? arriveAt(flight, neighbour, packet);
  }
  return flight.host.interfaceNamed(wire) ? receive(flight, wire, packet) : unreachable('nobody-has-address');
}

/** Frames of macvlan and ipvlan never meet the host's rules, unless an interface of the host shares their LAN segment. */
function sendOverWire(flight: Flight, parent: string, packet: Packet): Landing {
  const { host } = flight;
  const { family, destination } = packet;
  const neighbour = host.portAt(parent, destination);
  // It also answers here for its addresses on other links, but no route to them uses this LAN segment.
  if (neighbour && (neighbour.isOwn || !flight.routesOnly)) {
    return neighboursOn(host.wireOn(parent)) ?? arriveAt(flight, neighbour, packet);
  }
  const hop = host.hopTo(family, destination, packet);
  const isBehindHost = host.isLocal(family, destination) || (hop !== undefined && host.interfaceNamed(hop.interface)?.kind === 'bridge');
  if (!isBehindHost) {
    return barrierOn(host.wireOn(parent)) ?? { kind: 'outside', interface: parent };
  }
  const shim = host.shimOn(parent);
  if (shim !== undefined) return receive(flight, shim, packet);
  // The host routes it as its own, bound to the parent, so it reaches the host's addresses but no bridges.
  if (isRouted(host.wireOn(parent)?.mode) && host.isLocal(family, destination)) {
    packet.hasSocket = false;
    return sendFromHost(flight, packet);
  }
  return pluginOn(host.wireOn(parent)) ?? unreachable('kept-apart');
}

/** It is not known what a plugin accepts, between its containers or towards the host. */
function pluginOn(wire: Wire | undefined): Stop | undefined {
  return wire?.mode === 'plugin' ? unclear(`which traffic the ${wire.parent} permits`) : undefined;
}

/** What separates the containers of a LAN segment from each other, or may. */
function neighboursOn(wire: Wire | undefined): Stop | undefined {
  switch (wire?.mode) {
    case 'private':
      return unreachable('kept-apart');
    case 'vepa':
      return unclear(`whether the switch on ${wire.parent} sends frames back`);
    default:
      return pluginOn(wire);
  }
}

/** What filters between the containers of a LAN segment and all other machines there. */
function barrierOn(wire: Wire | undefined): Stop | undefined {
  if (wire === undefined) return undefined;
  if (wire.isClosed) return unreachable('closed-wire');
  return wire.guardedBy === undefined
    ? unclear(`which filter is between the LAN and the containers on ${wire.parent}`)
    : unreachable('guarded');
}

function sendOverBridge(flight: Flight, sender: Container | undefined, bridge: string, packet: Packet): Landing {
  const { host } = flight;
  const neighbour = host.isLocal(packet.family, packet.destination) ? undefined : host.portAt(bridge, packet.destination);
  const isToOthers = neighbour === undefined && isAmongOthers(host, bridge, packet);
  const isFrame = isToOthers || (neighbour !== undefined && (neighbour.isOwn || (!flight.routesOnly && flight.choices.pick(2) === 1)));
  if (!host.interfaceNamed(bridge)?.filtersFrames?.[packet.family]) {
    return isFrame ? arriveOn(flight, bridge, neighbour, packet) : receive(flight, bridge, packet);
  }
  const unheard = isFrame && packet.family === 'ipv6' && !packet.isAnswer ? askForNeighbour(flight, sender, bridge, packet) : undefined;
  if (unheard) {
    return unheard;
  }
  packet.inInterface = bridge;
  const asked = packet.destination;
  const stop = passHook(flight, 'prerouting', packet);
  if (stop) {
    return stop;
  }
  if (packet.destination === asked) {
    return isFrame ? passBridge(flight, sender, bridge, packet) : routeInput(flight, packet);
  }
  // If a frame is translated to the same bridge, it stays a frame. IPv4 looks up a route as for a routed packet, so there forwarding must be on.
  const staysOnBridge =
    (packet.family === 'ipv6' || host.isForwarding(packet.family)) &&
    !host.isLocal(packet.family, packet.destination) &&
    host.hopTo(packet.family, packet.destination, packet)?.interface === bridge;
  return staysOnBridge ? passBridge(flight, sender, bridge, packet) : routeInput(flight, packet);
}

/** A frame between ports of a bridge that shows its frames to the rules. */
function passBridge(flight: Flight, sender: Container | undefined, bridge: string, packet: Packet): Landing {
  const { host } = flight;
  const port = host.portAt(bridge, packet.destination);
  if (!port && !isAmongOthers(host, bridge, packet)) {
    return unreachable('nobody-has-address');
  }
  if (port && port.container === sender && !host.interfaceNamed(bridge)?.hairpin) {
    return unreachable('no-hairpin');
  }
  packet.outInterface = bridge;
  packet.isFrame = true;
  const stop = passHook(flight, 'forward', packet);
  if (stop) {
    return stop;
  }
  packet.inInterface = '';
  return passHook(flight, 'postrouting', packet) ?? arriveOn(flight, bridge, port, packet);
}

function receive(flight: Flight, name: string, packet: Packet): Landing {
  packet.inInterface = name;
  packet.outInterface = '';
  const isFromOutside = flight.host.interfaceNamed(name)?.kind !== 'loopback';
  // IPv6 refuses these before any rule, IPv4 only when it routes.
  if (packet.family === 'ipv6' && isFromOutside) {
    if (isLoopback('ipv6', packet.destination)) return unreachable('martian-destination');
    if (isLoopback('ipv6', packet.source)) return unreachable('martian-source');
  }
  return passHook(flight, 'prerouting', packet) ?? routeInput(flight, packet);
}

function routeInput(flight: Flight, packet: Packet): Landing {
  const { host } = flight;
  const { family } = packet;
  const martian = martianOf(flight, packet);
  if (martian) {
    return martian;
  }
  const nowhere = fromNowhere(host, packet);
  if (nowhere) {
    return nowhere;
  }
  if (host.kindOf(family, packet.destination) !== 'unicast') {
    if (flight.steps) flight.note('routing', packet, 'to the host itself');
    return passHook(flight, 'input', packet) ?? HOST;
  }
  if (!host.isForwarding(family)) {
    return unreachable('forwarding-off');
  }
  const hop = host.hopTo(family, packet.destination, packet);
  if (hop?.doubt !== undefined) return unclear(hop.doubt);
  if (!hop || isLinkLocal(family, packet.destination) || isLinkLocal(family, packet.source)) {
    return unreachable('no-route');
  }
  packet.outInterface = hop.interface;
  if (flight.steps) flight.note('routing', packet, `over ${hop.interface}`);
  return passHook(flight, 'forward', packet) ?? transmit(flight, packet);
}

/** Addresses that cannot come from a network, or not go to it. Decided only here, so after translation of the destination. */
function martianOf({ host }: Flight, { family, source, destination, inInterface }: Packet): Stop | undefined {
  const from = host.interfaceNamed(inInterface);
  if (from?.kind === 'loopback') {
    return undefined;
  }
  const takesLoopback = family === 'ipv4' && from?.routeLocalnet === true;
  if (isLoopback(family, destination) && !takesLoopback) {
    return unreachable('martian-destination');
  }
  // The kernel checks only over IPv4 that a source is not one of the host's own addresses.
  const isOwnSource = isLoopback(family, source) ? !takesLoopback : family === 'ipv4' && host.isLocal(family, source);
  return isOwnSource ? unreachable('martian-source') : undefined;
}

/** `rp_filter` exists only for IPv4. The kernel checks the return route when it looks up the route, so after translation of the destination. */
function fromNowhere(host: Host, packet: Packet): Stop | undefined {
  const how = packet.family === 'ipv4' ? host.interfaceNamed(packet.inInterface)?.reversePath : undefined;
  if (how === undefined) return undefined;
  const way = host.wayBack(packet);
  if (way?.doubt !== undefined) return unclear(way.doubt);
  const isRight = way !== undefined && (how === 'loose' || way.interface === packet.inInterface);
  return isRight ? undefined : unreachable('reverse-path');
}

/** Out of the interface that routing chose. */
function transmit(flight: Flight, packet: Packet): Landing {
  const stop = passHook(flight, 'postrouting', packet);
  if (stop) {
    return stop;
  }
  const { host } = flight;
  const name = packet.outInterface;
  const out = host.interfaceNamed(name);
  switch (out?.kind) {
    case 'loopback':
      return receive(flight, name, packet);
    case 'bridge':
      return arriveOn(flight, name, host.portAt(name, packet.destination), packet);
    case 'macvlan-shim': {
      const wire = out.parent ?? name;
      const neighbour = host.portAt(wire, packet.destination);
      return neighbour ? arriveAt(flight, neighbour, packet) : { kind: 'outside', interface: wire };
    }
    default: {
      // Whether another route of the host, or the router, leads to a separate LAN segment is not known here.
      const wire = host.wireWith(packet.destination);
      if (wire) return pluginOn(wire) ?? barrierOn(wire)!;
      return host.portAt(name, packet.destination) ? unreachable('kept-apart') : { kind: 'outside', interface: name };
    }
  }
}

/** Whether a machine on the bridge that is not a container may have the address. */
function isAmongOthers(host: Host, bridge: string, { family, destination }: Packet): boolean {
  const hasOthers = host.interfaceNamed(bridge)?.hasOthers === true;
  return hasOthers && !host.isLocal(family, destination) && host.isOnLink(family, bridge, destination);
}

/** At a port of a bridge. If other machines are attached to it, a packet for no container goes to them: a router among them may have any address. */
function arriveOn(flight: Flight, bridge: string, port: ContainerLink | undefined, packet: Packet): Landing {
  const isOthers = port === undefined && flight.host.interfaceNamed(bridge)?.hasOthers === true;
  return isOthers ? { kind: 'outside', interface: bridge } : arriveAt(flight, port, packet);
}

function arriveAt(flight: Flight, port: ContainerLink | undefined, packet: Packet): Landing {
  if (!port) {
    return unreachable('nobody-has-address');
  }
  if (isLoopback(packet.family, packet.source)) {
    return unreachable('martian-source');
  }
  if (flight.steps) flight.note('link', packet, `to ${port.container.key}`);
  return { kind: 'container', container: port.container, attachment: port.attachment };
}

/** Where the host sends it. */
function outInterfaceOf({ host }: Flight, packet: Packet): string | Stop {
  const { family, destination } = packet;
  if (host.isLocal(family, destination)) return host.loopback;
  const hop = host.hopTo(family, destination, packet);
  if (hop?.doubt !== undefined) return unclear(hop.doubt);
  return hop?.interface ?? unreachable('no-route');
}
