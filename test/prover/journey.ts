import { passHook } from './hooks';
import type { Network, Neighbour } from './network';
import { NotModelled } from './network';
import type { Run } from './packet';
import { Run as NewRun } from './packet';
import { and, eq, FALSE, not, num, or, type Term, TRUE } from './terms';
import type { Attachment } from '../../src/reachability/private/walk/host-view';
import { addressNumber } from '../oracle/packet-oracle';

/** Where packets set out and arrive. */
export type Station =
  | { readonly kind: 'container'; readonly key: string; readonly attachment: Attachment }
  | { readonly kind: 'host' }
  | { readonly kind: 'outside'; readonly interface: string };

/** A packet that arrived, in the cases of its guard. */
export interface Landing {
  readonly station: Station;
  readonly run: Run;
}

const HOST: Station = { kind: 'host' };

/**
 * The ways of one packet over a host, all of them at once: ways part by copies of a run with other guards. A sender that may choose among ways takes
 * each, so that guards of its ways need not exclude each other.
 */
export class Journey {
  constructor(private readonly network: Network) {}

  public send(from: Station, run: Run): Landing[] {
    if (run.guard === FALSE) return [];
    switch (from.kind) {
      case 'host':
        return this.fromHost(run);
      case 'container':
        return this.fromContainer(from, run);
      case 'outside':
        return this.fromOutside(from.interface, run);
    }
  }

  private fromContainer(from: Station & { kind: 'container' }, run: Run): Landing[] {
    const { network } = this;
    const { destination } = run.packet;
    const isOwn = network.isAny(destination, network.addressesOf(from.key));
    const stays = run.copy(and(run.guard, isOwn));
    const leaves = run.copy(and(run.guard, not(isOwn)));
    const link = from.attachment.interface;
    return [
      { station: from, run: stays },
      ...(from.attachment.kind === 'bridge' ? this.ontoBridge(link, leaves, from.key) : this.ontoWire(link, leaves)),
    ].filter(({ run: { guard } }) => guard !== FALSE);
  }

  private fromHost(run: Run): Landing[] {
    const { network } = this;
    run.hasSocket = true;
    const asked = run.packet.destination;
    const ways = this.exitsOfHost(asked);
    return [...ways].flatMap(([name, when]) => {
      const one = run.copy(and(run.guard, when));
      one.in = '';
      one.out = name;
      passHook(network, 'output', one);
      // The interface is looked up again only where the destination was translated, and after all chains of the hook.
      const isSame = eq(one.packet.destination, asked);
      const again = [...this.exitsOfHost(one.packet.destination)].map(([second, to]) => ({ second, when: and(not(isSame), to) }));
      return [{ second: name, when: isSame }, ...again].flatMap(({ second, when: then }) => {
        const sent = one.copy(and(one.guard, then));
        sent.out = second;
        const keeps = network.kindOf(second) === 'loopback' || (network.family === 'ipv4' && network.interfaces.get(second)?.routeLocalnet);
        if (!keeps) sent.guard = and(sent.guard, not(network.isLoopback(sent.packet.source)));
        return this.transmit(sent);
      });
    });
  }

  private exitsOfHost(destination: Term): Map<string, Term> {
    const { network } = this;
    const local = network.isLocal(destination);
    const exits = new Map<string, Term>();
    for (const [name, when] of network.exitsTo(destination)) exits.set(name, and(when, not(local)));
    exits.set(network.loopback, or(exits.get(network.loopback) ?? FALSE, local));
    return new Map([...exits].filter(([, when]) => when !== FALSE));
  }

  private fromOutside(wire: string, run: Run): Landing[] {
    const { network } = this;
    if (network.kindOf(wire) === 'bridge') return this.ontoBridge(wire, run, undefined);
    if (!network.interfaces.has(wire)) throw new NotModelled(`a wire ${wire} that the host does not hang on`);
    const direct = network.neighboursOn(wire).flatMap((neighbour) => this.arrive(neighbour, run));
    const isOwn = network.isAny(run.packet.destination, this.ownOn(wire));
    return [...direct, ...this.receive(wire, run.copy(and(run.guard, not(isOwn))))];
  }

  private ownOn(link: string): bigint[] {
    return this.network
      .neighboursOn(link)
      .filter(({ isOwn }) => isOwn)
      .map(({ address }) => address);
  }

  /** Macvlan in mode bridge: neighbours see each other, the rest of the wire and not the host, unless by a shim. */
  private ontoWire(parent: string, run: Run): Landing[] {
    const { network } = this;
    const { destination } = run.packet;
    const direct = network.neighboursOn(parent).flatMap((neighbour) => this.arrive(neighbour, run));
    const rest = run.copy(and(run.guard, not(network.isAny(destination, this.ownOn(parent)))));
    const bridges = [...network.exitsTo(destination)].filter(([name]) => network.kindOf(name) === 'bridge').map(([, when]) => when);
    const isBehindHost = or(network.isLocal(destination), ...bridges);
    const shim = network.view.interfaces.find((each) => each.kind === 'macvlan-shim' && each.parent === parent);
    const others = run.copy(and(rest.guard, not(isBehindHost)));
    return [
      ...direct,
      { station: { kind: 'outside', interface: parent } as const, run: others },
      ...(shim ? this.receive(shim.name, rest.copy(and(rest.guard, isBehindHost))) : []),
    ].filter(({ run: { guard } }) => guard !== FALSE);
  }

  private ontoBridge(bridge: string, run: Run, sender: string | undefined): Landing[] {
    const { network } = this;
    const { destination } = run.packet;
    const neighbours = network.neighboursOn(bridge).filter(({ container }) => container !== sender);
    const isForeign = not(network.isLocal(destination));
    const filters = network.interfaces.get(bridge)?.filtersFrames?.[network.family] === true;
    // Only who has an address here is certain to be asked for it; for an address elsewhere the sender may turn to its gateway as well.
    const owned = network.isAny(destination, this.ownOn(bridge));
    const toHost = run.copy(and(run.guard, not(and(isForeign, owned))));
    const frames = neighbours.flatMap((neighbour) => {
      const address = network.constant(neighbour.address);
      const frame = run.copy(and(run.guard, isForeign, eq(destination, address)), { destination: address });
      if (frame.guard === FALSE) return [];
      return filters ? this.filteredFrame(bridge, frame, neighbour, sender) : this.arriveAt(neighbour, frame);
    });
    return [...frames, ...(filters ? this.filteredToHost(bridge, toHost, sender) : this.receive(bridge, toHost))];
  }

  /** From port to port, past iptables (br_netfilter). */
  private filteredFrame(bridge: string, frame: Run, neighbour: Neighbour, sender: string | undefined): Landing[] {
    const { network } = this;
    if (network.family === 'ipv6' && !frame.isAnswer) frame.guard = and(frame.guard, this.isFound(bridge, frame, neighbour, sender));
    const asked = frame.packet.destination;
    frame.in = bridge;
    passHook(network, 'prerouting', frame);
    const isSame = eq(frame.packet.destination, asked);
    const same = frame.copy(and(frame.guard, isSame));
    const other = frame.copy(and(frame.guard, not(isSame)));
    return [...this.leaveBridge(bridge, same, [neighbour], sender), ...this.translatedOnBridge(bridge, other, sender)];
  }

  /** To the host by the address of the bridge's own device: the rules are asked when the frame is seen, and not again. */
  private filteredToHost(bridge: string, run: Run, sender: string | undefined): Landing[] {
    const asked = run.packet.destination;
    run.in = bridge;
    passHook(this.network, 'prerouting', run);
    const isSame = eq(run.packet.destination, asked);
    return [
      ...this.route(run.copy(and(run.guard, isSame))),
      ...this.translatedOnBridge(bridge, run.copy(and(run.guard, not(isSame))), sender),
    ];
  }

  /** br_nf_pre_routing_finish: what is routed back to its bridge stays a frame, all else goes up to the host. */
  private translatedOnBridge(bridge: string, run: Run, sender: string | undefined): Landing[] {
    const { network } = this;
    if (run.guard === FALSE) return [];
    const { destination } = run.packet;
    // IPv4 asks as for a packet from a wire: martians and a host that forwards nothing end here. IPv6 looks up the route alone.
    const isAllowed = network.family === 'ipv6' ? TRUE : and(this.isNoMartian(run), this.forwards());
    const leads = and(not(network.isLocal(destination)), network.exitsTo(destination).get(bridge) ?? FALSE);
    const stays = run.copy(and(run.guard, leads, isAllowed));
    const goesUp = run.copy(and(run.guard, not(and(leads, isAllowed))));
    return [...this.leaveBridge(bridge, stays, network.neighboursOn(bridge), sender), ...this.route(goesUp)];
  }

  private leaveBridge(bridge: string, run: Run, neighbours: readonly Neighbour[], sender: string | undefined): Landing[] {
    const { network } = this;
    if (run.guard === FALSE) return [];
    // A bridge does not send a frame back to the port that it came from, unless told to.
    const reached = neighbours.filter(({ container }) => container !== sender || network.interfaces.get(bridge)?.hairpin);
    run.guard = and(
      run.guard,
      network.isAny(
        run.packet.destination,
        reached.map(({ address }) => address),
      ),
    );
    run.out = bridge;
    passHook(network, 'forward', run);
    run.in = '';
    passHook(network, 'postrouting', run);
    return reached.flatMap((neighbour) => this.arrive(neighbour, run));
  }

  /** Before the first frame over IPv6 a question goes to the group of the address, and its answer back; both are frames, too. */
  private isFound(bridge: string, { packet }: Run, { address }: Neighbour, sender: string | undefined): Term {
    const { network } = this;
    const mine = sender === undefined ? [...(network.own.get(bridge) ?? [])].map((each) => each.address) : this.ownOf(sender, bridge);
    if (sender === undefined) throw new NotModelled('who asks for neighbours from outside');
    const linkLocal = network.constant(addressNumber('fe80::1'));
    const isMine = network.isAny(packet.source, mine);
    const group = network.constant(addressNumber('ff02::1:ff00:0') + (address % (1n << 24n)));
    const cases = [
      { when: isMine, asker: packet.source },
      { when: not(isMine), asker: linkLocal },
    ].filter(({ when }) => when !== FALSE);
    return or(
      ...cases.map(({ when, asker }) =>
        and(when, this.frameOfDiscovery(bridge, 135, asker, group), this.frameOfDiscovery(bridge, 136, network.constant(address), asker)),
      ),
    );
  }

  private ownOf(container: string, link: string): bigint[] {
    return this.network
      .neighboursOn(link)
      .filter((each) => each.isOwn && each.container === container)
      .map(({ address }) => address);
  }

  private frameOfDiscovery(bridge: string, type: number, source: Term, destination: Term): Term {
    const { network } = this;
    const zero = num(16, 0);
    const packet = {
      source,
      destination,
      sourcePort: zero,
      destinationPort: zero,
      icmpType: num(8, type),
      icmpCode: num(8, 0),
      mark: num(32, 0),
    };
    const run = new NewRun(TRUE, packet, 'ipv6-icmp', undefined, false);
    run.in = bridge;
    passHook(network, 'prerouting', run);
    run.out = bridge;
    passHook(network, 'forward', run);
    run.in = '';
    passHook(network, 'postrouting', run);
    return run.guard;
  }

  private receive(name: string, run: Run): Landing[] {
    const { network } = this;
    const { packet } = run;
    run.in = name;
    run.out = '';
    run.hasSocket = false;
    if (network.family === 'ipv6' && network.kindOf(name) !== 'loopback') {
      run.guard = and(run.guard, not(network.isLoopback(packet.destination)), not(network.isLoopback(packet.source)));
    }
    passHook(network, 'prerouting', run);
    return this.route(run);
  }

  private forwards(): Term {
    return this.network.view.forwarding[this.network.family] ? TRUE : FALSE;
  }

  /** ip_route_input: addresses that cannot come by a wire. IPv6 does not look whether a source is the host's own. */
  private isNoMartian({ packet: { source, destination }, in: name }: Run): Term {
    const { network } = this;
    if (network.kindOf(name) === 'loopback') return TRUE;
    const takesLoopback = network.family === 'ipv4' && network.interfaces.get(name)?.routeLocalnet === true;
    const loopback = takesLoopback ? TRUE : and(not(network.isLoopback(destination)), not(network.isLoopback(source)));
    const own = and(network.isLocal(source), not(network.isLoopback(source)));
    return and(loopback, network.family === 'ipv4' ? not(own) : TRUE);
  }

  private route(run: Run): Landing[] {
    const { network } = this;
    run.guard = and(run.guard, this.isNoMartian(run));
    if (run.guard === FALSE) return [];
    const { destination, source } = run.packet;
    const isForHost = or(network.isLocal(destination), network.isMulticast(destination), network.isBroadcast(destination));
    const stays = run.copy(and(run.guard, isForHost));
    passHook(network, 'input', stays);
    const landings: Landing[] = stays.guard === FALSE ? [] : [{ station: HOST, run: stays }];
    const mayPass = and(this.forwards(), not(isForHost), not(network.isLinkLocal(destination)), not(network.isLinkLocal(source)));
    for (const [name, when] of network.exitsTo(destination)) {
      // Nothing but the host's own addresses is on loopback.
      if (name === network.loopback) continue;
      const on = run.copy(and(run.guard, mayPass, when));
      on.out = name;
      passHook(network, 'forward', on);
      landings.push(...this.transmit(on));
    }
    return landings;
  }

  private transmit(run: Run): Landing[] {
    const { network } = this;
    passHook(network, 'postrouting', run);
    if (run.guard === FALSE) return [];
    const { destination } = run.packet;
    switch (network.kindOf(run.out)) {
      case 'loopback':
        return this.receive(run.out, run);
      case 'bridge':
        return network.neighboursOn(run.out).flatMap((neighbour) => this.arrive(neighbour, run));
      case 'macvlan-shim': {
        const wire = network.interfaces.get(run.out)!.parent ?? run.out;
        const there = network.neighboursOn(wire);
        const rest = run.copy(
          and(
            run.guard,
            not(
              network.isAny(
                destination,
                there.map(({ address }) => address),
              ),
            ),
          ),
        );
        return [...there.flatMap((neighbour) => this.arrive(neighbour, run)), { station: { kind: 'outside', interface: wire }, run: rest }];
      }
      default: {
        // The kernel keeps a macvlan and its parent apart.
        const apart = network.isAny(
          destination,
          network.neighboursOn(run.out).map(({ address }) => address),
        );
        const rest = run.copy(and(run.guard, not(apart)));
        return rest.guard === FALSE ? [] : [{ station: { kind: 'outside', interface: run.out }, run: rest }];
      }
    }
  }

  private arrive(neighbour: Neighbour, run: Run): Landing[] {
    const address = this.network.constant(neighbour.address);
    return this.arriveAt(neighbour, run.copy(and(run.guard, eq(run.packet.destination, address)), { destination: address }));
  }

  /** A container takes no packet from a loopback address. */
  private arriveAt({ container: key, attachment }: Neighbour, run: Run): Landing[] {
    run.guard = and(run.guard, not(this.network.isLoopback(run.packet.source)));
    return run.guard === FALSE ? [] : [{ station: { kind: 'container', key, attachment }, run }];
  }
}
