import { checkSegmentless } from './check-segmentless';
import { Cidr } from '../../addressing/cidr';
import { nowhere } from '../../addressing/private/nowhere';
import type { Port } from '../../firewall/port';
import { ValidationError } from '../../private/errors';
import type { Declarations } from '../../topology/private/declarations';
import { existingRefusal, type FlowWish } from '../../topology/private/existing';
import type { PeerFact } from '../../topology/private/facts';
import { shareNetwork } from '../../topology/private/sharers';
import type { FlowOptions } from '../flow-options';
import type { IPeer } from '../peer';

/**
 * Checks everything about a flow that is known when it is declared.
 * @returns the registry of the daemon of both ends
 */
export function checkFlow(
  place: string,
  source: IPeer,
  destination: IPeer,
  port: Port,
  { ipv4Only = false, rate, conduit }: FlowOptions,
): Declarations {
  const from = source._peerFact;
  const to = destination._peerFact;
  checkSegmentless(place, source, destination);
  if (from.kind === 'block') refuseOutside(place, source, destination);
  const declarations = source._peerDeclarations ?? destination._peerDeclarations;
  if (declarations === undefined) {
    throw new ValidationError(
      'NoWorkload',
      place,
      `a flow needs a workload, group or segment at one end, got ${source.peerText} and ${destination.peerText}`,
    );
  }
  if (source._peerDeclarations && destination._peerDeclarations && source._peerDeclarations !== destination._peerDeclarations) {
    throw new ValidationError(
      'FlowAcrossDaemons',
      place,
      `${source.peerText} is on daemon '${source._peerDeclarations.store.daemonPath}' and ${destination.peerText} on '${destination._peerDeclarations.store.daemonPath}'; publish a port of the destination, and allow egress from the source to its host`,
    );
  }
  if (shareNetwork(from, to)) {
    throw new ValidationError(
      'FlowToSelf',
      place,
      `${source.peerText} and ${destination.peerText} share one network, where each reaches every port of the other on 127.0.0.1; remove the flow`,
    );
  }
  if (from.kind === 'workload' && to.kind === 'workload' && from.path === to.path) {
    throw new ValidationError(
      'FlowToSelf',
      place,
      'a workload does not need a flow to itself: connections inside a workload are always open; remove the flow',
    );
  }
  if (declarations.store.swarm.isWhole) {
    checkOverlays(place, source, destination, rate !== undefined, conduit === true);
  }
  if (to.kind === 'block') {
    if (to.family === 'ipv6') {
      declarations.needIpv6(place, `${to.block} is IPv6`, 'name an IPv4 block, such as Peer.anyIpv4()');
      checkIpv6Egress(place, declarations, from, to.block, ipv4Only);
    }
    checkNowhere(place, declarations, from, to.block, port);
    checkEgress(place, declarations, to.block, port);
  }
  checkWires(place, declarations, source, destination);
  checkExisting(place, declarations, [source, destination], { isLimited: rate !== undefined, isConduit: conduit === true });
  const reason = declarations.refusalOf({ source: from, destination: to });
  if (reason !== undefined) {
    throw new ValidationError('TierForbidsFlow', place, reason);
  }
  return declarations;
}

/** What permits connections from outside, by the place of the destination. */
function refuseOutside(place: string, { peerText }: IPeer, { _peerDeclarations, _peerFact, peerText: to }: IPeer): never {
  const fail = (why: string): never => {
    throw new ValidationError('SourceOutside', place, `${peerText} is outside the host, and ${why}`);
  };
  const segments = (_peerDeclarations?.store.segmentsOf(_peerFact) ?? []).map((path) => _peerDeclarations!.store.segmentFact(path));
  const wire = segments.find((segment) => segment.wire !== undefined && segment.overlay === undefined);
  if (wire !== undefined) {
    fail(`${to} is a machine of the LAN in '${wire.path}': every address that the LAN lets through already reaches it there, and no rule of Bulkhead applies; remove the flow, or place the workload in a BridgeSegment and call publish() there`); // prettier-ignore
  }
  const existing = segments.find((segment) => segment.existing !== undefined);
  if (existing !== undefined) {
    fail(`'${existing.networkName}' is a network that Bulkhead does not manage, where workloads cannot publish; remove the flow, or place the workload in a BridgeSegment and call publish() there`); // prettier-ignore
  }
  const whose = _peerFact.kind === 'workload' ? `call publish() on ${to}` : `call publish() on each workload of ${to}`;
  return fail(`only a publication admits connections from outside; ${whose}, with ${peerText} in 'sources'`);
}

/** No rule of a host applies in an overlay, and all tasks of a node share its access to the outside. */
function checkOverlays(place: string, source: IPeer, destination: IPeer, hasRate: boolean, wantsConduit: boolean): void {
  for (const { _peerFact, peerText } of [source, destination]) {
    if (_peerFact.kind === 'block') {
      throw new ValidationError(
        'OverlayFlow',
        place,
        `a service has no egress to ${peerText}: tasks of all services leave a node at addresses that the engine gives them, so no rule can distinguish one service from another; run the workload that needs egress as a HardenedContainer`,
      );
    }
    if (_peerFact.kind === 'host') {
      throw new ValidationError(
        'OverlayFlow',
        place,
        'a service can run on any node, so it cannot have a flow to or from one host; publish a port',
      );
    }
  }
  if (hasRate) {
    throw new ValidationError(
      'OverlayFlow',
      place,
      "rules of a host do not apply to traffic inside an overlay, so they cannot limit its rate; remove 'rate'",
    );
  }
  if (wantsConduit) {
    throw new ValidationError(
      'OverlayFlow',
      place,
      "a conduit is a network of one host, and a service can run on any host; place the two services in a separate overlay, and remove 'conduit'",
    );
  }
}

/** Flows with unmanaged networks and containers that Bulkhead could not enforce. */
function checkExisting(place: string, declarations: Declarations, peers: readonly IPeer[], wish: FlowWish): void {
  const [sources, destinations] = peers.map(({ _peerFact }) => {
    const ends = declarations.store.endsOf(_peerFact);
    return ends.length > 0 ? ends : [_peerFact.kind];
  });
  for (const from of sources) {
    for (const to of destinations) {
      const reason = existingRefusal(from, to, wish);
      if (reason !== undefined) {
        throw new ValidationError('ExistingFlow', place, `${peers[0].peerText} to ${peers[1].peerText}: ${reason}`);
      }
    }
  }
}

/** Flows that the kernel or the LAN segment itself would not carry. */
function checkWires(place: string, declarations: Declarations, source: IPeer, destination: IPeer): void {
  const wiresOf = ({ _peerFact }: IPeer) =>
    declarations.store.segmentsOf(_peerFact).flatMap((path) => {
      const { wire } = declarations.store.segmentFact(path);
      return wire ? [{ path, wire }] : [];
    });
  for (const from of wiresOf(source)) {
    for (const to of wiresOf(destination)) {
      if (from.path !== to.path) {
        throw new ValidationError(
          'WireFlow',
          place,
          `${source.peerText} is on interface ${from.wire.parent} and ${destination.peerText} on ${to.wire.parent}, and a flow does not attach a container to another LAN segment; place both in one segment, or place one of them in a BridgeSegment`,
        );
      }
      if (from.wire.mode === 'private') {
        throw new ValidationError(
          'WireFlow',
          place,
          `in mode private the kernel isolates the containers on ${from.wire.parent} from each other, so ${source.peerText} cannot reach ${destination.peerText}; use mode bridge`,
        );
      }
    }
  }
}

/** Refuses what Bulkhead would not enforce: a reader of a program assumes that a declared limit is in force. */
export function refuseWithoutGuard(declarations: Declarations, place: string, what: string, wayOut: string): void {
  if (!declarations.store.hasGuard) {
    throw new ValidationError(
      'NeedsGuard',
      place,
      `${what} needs rules on the host, and Bulkhead manages only the API of daemon '${declarations.store.daemonPath}', not its host; ${wayOut}, or use a HardenedDaemon`,
    );
  }
}

/** A packet to such an address never leaves the container, or no bridge forwards it. A LAN carries multicast and broadcast. */
function checkNowhere(place: string, declarations: Declarations, source: PeerFact, block: string, port: Port): void {
  const what = nowhere(block);
  if (what === 'loopback') {
    throw new ValidationError(
      'EgressToHost',
      place,
      `${block} is loopback, and inside a container that is the container itself; to reach the host use Peer.host() for ${port.text}`,
    );
  }
  const isOnLan = declarations.store.segmentsOf(source).some((path) => declarations.store.segmentFact(path).wire !== undefined);
  if (what === 'unspecified' || (what !== undefined && !isOnLan)) {
    const wayOut = what === 'unspecified' ? 'Peer.anyIpv4() for every address' : 'place the workload on the LAN, in a MacvlanSegment';
    throw new ValidationError(
      'EgressNowhere',
      place,
      `${block} is ${what}, and no machine outside has that address; name the address of a machine, such as Peer.address('198.51.100.7'), or ${wayOut}`,
    );
  }
}

/** Egress is for addresses outside: containers have names, and the host is a separate peer. */
function checkEgress(place: string, declarations: Declarations, text: string, port: Port): void {
  const block = Cidr.parse(text);
  const inside = declarations.store.addressPools.find((pool) => sameFamily(pool, text) && Cidr.parse(pool).containsBlock(block));
  if (inside !== undefined) {
    throw new ValidationError(
      'EgressToContainers',
      place,
      `${text} is in the address pool ${inside}, which contains only containers; allow the flow to the workload or segment itself`,
    );
  }
  // A larger block is the host's network; the block without the host is meant.
  const isTiny = block.prefixLength >= (text.includes(':') ? 127 : 31);
  const host = declarations.store.hostAddresses.find((address) => sameFamily(address, text) && isTiny && block.containsAddress(address));
  if (host !== undefined) {
    throw new ValidationError('EgressToHost', place, `${host} is the host; use Peer.host() instead for ${port.text}`);
  }
}

/**
 * Without translation, machines outside would have to answer to addresses that have no meaning there. On a LAN segment, they are addresses of the
 * LAN.
 */
function checkIpv6Egress(place: string, declarations: Declarations, source: PeerFact, block: string, ipv4Only: boolean): void {
  if (ipv4Only) {
    throw new ValidationError(
      'WrongFamily',
      place,
      `'ipv4Only' is set on a flow to ${block}, which is IPv6; remove 'ipv4Only', or name an IPv4 block`,
    );
  }
  const homes = declarations.store.segmentsOf(source).map((path) => declarations.store.segmentFact(path));
  const without = homes.find(({ wire, ipv6Block }) => wire !== undefined && ipv6Block === undefined);
  if (without !== undefined) {
    throw new ValidationError(
      'WrongFamily',
      place,
      `${block} is IPv6, and the containers of '${without.path}' have IPv4 addresses only; name an IPv4 block, or give the segment an 'ipv6Block'`,
    );
  }
  if (homes.some(({ wire }) => wire === undefined) && !declarations.store.translates('ipv6') && !declarations.store.isIpv6Routed) {
    throw new ValidationError(
      'Ipv6NotTranslated',
      place,
      `replies from ${block} would not return: engine ${declarations.store.engine.version} does not translate IPv6 addresses; use engine 27.0 or later, name an IPv4 block, or give the daemon an 'ipv6Pool' of global addresses that are routed to the host`,
    );
  }
}

function sameFamily(a: string, b: string): boolean {
  return a.includes(':') === b.includes(':');
}
