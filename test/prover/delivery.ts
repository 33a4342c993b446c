import { Journey, type Landing, type Station } from './journey';
import { familyOf, Network } from './network';
import { anyPacket, type Packet, Run, UNKNOWNS } from './packet';
import { and, eq, FALSE, inRange, ite, not, num, or, type Term, TRUE, variable } from './terms';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import type { Family } from '../../src/topology/private/terms';
import { addressNumber } from '../oracle/packet-oracle';

/** Who sends. What stands outside uses any source it likes. */
export type Sender =
  | { readonly kind: 'container'; readonly key: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'outside'; readonly interface: string };

/** Receivers by name: `container KEY`, `host`, `outside`. */
export type Receivers = ReadonlyMap<string, Term>;

const ANSWERS: Readonly<Record<string, readonly (readonly [asks: number, answers: number])[]>> = {
  icmp: [
    [8, 0],
    [13, 14],
    [15, 16],
    [17, 18],
  ],
  'ipv6-icmp': [
    [128, 129],
    [139, 140],
  ],
};

/** The packets of a sender that get somewhere, and whose answers come back: one formula for each receiver. */
export function deliveries(view: HostView, family: Family, sender: Sender, protocol: string): Receivers {
  const network = new Network(view, family);
  return joined(departures(network, sender, protocol).map((departure) => new Exchange(network, protocol).connect(departure, true)));
}

/** Addresses of one station: no group of stations, and none that is nobody's. */
export function isUnicast(view: HostView, family: Family, term: Term): Term {
  const network = new Network(view, family);
  // Up to Linux 5.13 the lowest address of a subnet is a broadcast address, too.
  const lowest = [...network.own.values()].flat().flatMap(({ block: { first, last } }) => (last - first > 1n ? [first] : []));
  const reserved = family === 'ipv4' ? [inRange(term, 0, 0xffffff), inRange(term, 0xe0000000n, 0xffffffffn)] : [eq(term, num(128, 0))];
  const special = [network.isMulticast(term), network.isBroadcast(term), network.isLinkLocal(term), ...reserved];
  return and(...special.map(not), family === 'ipv4' ? not(network.isAny(term, lowest)) : TRUE);
}

interface Departure {
  readonly station: Station;
  readonly packet: Packet;
  readonly when: Term;
}

function departures(network: Network, sender: Sender, protocol: string): Departure[] {
  const { width } = network;
  if (sender.kind === 'outside') {
    return [{ station: sender, packet: anyPacket(width, protocol, variable(width, UNKNOWNS.source)), when: TRUE }];
  }
  if (sender.kind === 'host') return [fromHost(network, anyPacket(width, protocol, num(width, 0)))];
  // A program may bind to any address of its container, and send by any of its links.
  return network.attachmentsOf(sender.key).flatMap((attachment) =>
    network.addressesOf(sender.key).map((address) => ({
      station: { kind: 'container', key: sender.key, attachment } as const,
      packet: anyPacket(width, protocol, network.constant(address)),
      when: TRUE,
    })),
  );
}

/** The host takes a source of the interface that it sends by, and talks to itself from the address that it asks. */
function fromHost(network: Network, packet: Packet): Departure {
  const { destination } = packet;
  let source = destination;
  let when = network.isLocal(destination);
  for (const way of network.waysTo(destination)) {
    const next = way.gateway === undefined ? destination : network.constant(way.gateway);
    const address = network.addressToward(way.interface, next);
    if (address === undefined) continue;
    const takes = and(way.when, not(network.isLocal(destination)));
    source = ite(takes, address, source);
    when = or(when, takes);
  }
  return { station: { kind: 'host' }, packet: { ...packet, source }, when };
}

/** Packets of one protocol, there and back. */
class Exchange {
  private readonly journey: Journey;

  constructor(
    private readonly network: Network,
    private readonly protocol: string,
  ) {
    this.journey = new Journey(network);
  }

  public connect({ station, packet, when }: Departure, mayBeProxied: boolean): Receivers {
    const asked = { ...packet };
    const arrivals = this.journey.send(station, new Run(when, { ...packet }, this.protocol, undefined, false));
    return joined(
      arrivals.map((landing) => {
        const done = this.isAnswered(station, asked, landing);
        return landing.station.kind === 'host' && mayBeProxied
          ? this.throughProxies(done, landing.run.packet)
          : new Map([[nameOf(landing.station), done]]);
      }),
    );
  }

  /** The cases in which an arrival needs no answer, or its answer arrives where it is waited for, as the one that is waited for. */
  private isAnswered(from: Station, asked: Packet, { station, run }: Landing): Term {
    const kinds = ANSWERS[this.protocol];
    const wants = kinds ? or(...kinds.map(([type]) => eq(run.packet.icmpType, num(8, type)))) : TRUE;
    const { source, sourcePort, destination, destinationPort, icmpType, icmpCode } = run.packet;
    const answer: Packet = {
      source: destination,
      sourcePort: destinationPort,
      destination: source,
      destinationPort: sourcePort,
      icmpType: (kinds ?? []).reduce((other, [asks, answers]) => ite(eq(icmpType, num(8, asks)), num(8, answers), other), num(8, 0)),
      icmpCode,
      mark: num(32, 0),
    };
    const exits: Station[] =
      station.kind === 'container' ? this.network.attachmentsOf(station.key).map((attachment) => ({ ...station, attachment })) : [station];
    // Whether the first packet left an entry decides what its answer is to connection tracking.
    const cases = [
      { when: and(run.guard, wants, run.isTracked), answered: run.connection },
      { when: and(run.guard, wants, not(run.isTracked)), answered: undefined },
    ];
    const back = cases.flatMap(({ when, answered }) =>
      exits.flatMap((exit) => this.journey.send(exit, new Run(when, { ...answer }, this.protocol, answered, true))),
    );
    const returned = back
      .filter((landing) => nameOf(landing.station) === nameOf(from))
      .map(({ run: { guard, packet } }) =>
        and(
          guard,
          eq(packet.source, asked.destination),
          eq(packet.sourcePort, asked.destinationPort),
          eq(packet.destination, asked.source),
          eq(packet.destinationPort, asked.sourcePort),
        ),
      );
    return or(and(run.guard, not(wants)), ...returned);
  }

  /** What listens for the engine takes the connection, and opens one of the host's own to the container. */
  private throughProxies(arrives: Term, packet: Packet): Receivers {
    let left = arrives;
    const found: Receivers[] = [];
    for (const proxy of this.network.view.proxies) {
      const taken = and(left, this.network.listensAt(proxy, this.protocol, packet.destination, packet.destinationPort));
      left = and(left, not(taken));
      if (taken === FALSE) continue;
      const { address, port } = proxy.target;
      const network = new Network(this.network.view, familyOf(address));
      const second = {
        ...anyPacket(network.width, this.protocol, num(network.width, 0)),
        destination: network.constant(addressNumber(address)),
        destinationPort: num(16, port),
      };
      const reached = new Exchange(network, this.protocol).connect(fromHost(network, second), false);
      found.push(new Map([...reached].map(([name, when]) => [name, and(taken, when)])));
    }
    return joined([new Map([['host', left]]), ...found]);
  }
}

const nameOf = (station: Station): string => (station.kind === 'container' ? `container ${station.key}` : station.kind);

function joined(all: readonly Receivers[]): Receivers {
  const result = new Map<string, Term>();
  for (const [name, when] of all.flatMap((each) => [...each])) {
    if (when !== FALSE) result.set(name, or(result.get(name) ?? FALSE, when));
  }
  return result;
}
