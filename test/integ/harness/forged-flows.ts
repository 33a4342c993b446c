// Flows of datagrams that stand, everybody who could send into them or beside them from a source of others, and what the walk says of each try.
import { isAtLeast } from './deployment';
import type { Program } from './deployment';
import { containerActor, subnets } from './matrix';
import { BridgeSegment, HardenedContainer, type IDaemon, ImportedDaemon, Peer, Port, Reachability } from '../../../src';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { ProbeSource, ProbeSpec } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Lab, Where } from '../lab/lab';
import { NET } from '../lab/network';

export const UNDECLARED = 6000;
/** Which address and port of the host the kernel translates this flow to over IPv6 is not known here, so nobody can answer it. */
export const UNKNOWN_ANSWER = 'egress-6';
/** What everybody listens on, and sends from. */
export const PORTS = [53, 5300, 5353, 5454, UNDECLARED, 9090, 9091, 9999, 40001, 40002, 40003, 40004, 40005, 40006, 40007];

/** web asks api in a segment and its twin in a conduit; others have egress, a publication, and flows with the host. Evil and Inner have nothing to do with them. */
export const program: Program = ({ stack, daemon, image }) => {
  const isImported = daemon instanceof ImportedDaemon;
  const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
  const container = (id: string, place: BridgeSegment) => new HardenedContainer(stack, id, { segment: place, image });
  const [web, api, twin] = [container('Web', segment('Front')), container('Api', segment('Back')), container('Twin', segment('Far'))];
  const [out, pub, toHost, fromHost] = ['Out', 'Pub', 'ToHost', 'FromHost'].map((id) => container(id, segment(`${id}Net`)));
  const [evil] = [container('Evil', segment('Other')), container('Inner', segment('Deep'))];
  web.connections.allowTo(api, Port.udp(5353));
  web.connections.allowTo(twin, Port.udp(5454), { conduit: true });
  out.connections.allowTo(Peer.address(NET.lanB), Port.udp(53));
  toHost.connections.allowTo(Peer.host(), Port.udp(9090));
  fromHost.connections.allowFrom(Peer.host(), Port.udp(9091));
  pub.publish(Port.udp(9999), { hostAddress: NET.host, sources: [isImported ? Peer.anyIpv4() : Peer.address(NET.lanA)] });
  evil.publish(Port.tcp(8081), { hostAddress: NET.host, sources: [Peer.anyIpv4()] });
  if (daemon._registry.has('ipv6') && isAtLeast(daemon, '27.0')) {
    out.connections.allowTo(Peer.address(NET.lanB6), Port.udp(53));
    pub.publish(Port.udp(9999), { hostAddress: NET.host6, sources: [isImported ? Peer.anyIpv6() : Peer.address(NET.lanA6)] });
  }
};

const CONTAINERS = ['web', 'api', 'twin', 'out', 'pub', 'tohost', 'fromhost', 'evil', 'inner'].map((name) => `app-${name}`);

/** An end of a flow: who it is, where, and by which interface of the host its packets come. */
export interface Place {
  readonly name: string;
  readonly where: Where;
  readonly address: string;
  /** Undefined for the host. */
  readonly bridge?: string;
}

export interface StandingFlow {
  readonly id: string;
  readonly source: Place;
  readonly target: Place;
  /** Address that is asked, where that is not the target's. */
  readonly asked: string;
  /** Address that the target answers to, where that is not the source's. */
  readonly answered: string;
  readonly sport: number;
  readonly port: number;
}

/** Who sends, over which of its devices, and how. */
export interface Position {
  readonly name: string;
  readonly where: Where;
  readonly uid?: number;
  readonly way: 'freebind' | 'raw' | 'frame' | 'ping' | 'connect';
  readonly device?: string;
  /** Whom a frame goes to. */
  readonly mac?: string;
  /** Interface of the host that it comes by; empty for the host's own. */
  readonly by: string;
}

export interface Try {
  readonly id: string;
  readonly what: string;
  readonly position: Position;
  readonly victim: string;
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly port: number;
  readonly predicted: boolean;
  /** The guard promises that it is closed: it comes from where the real sender is not, and has to do with our containers. */
  readonly isJudged: boolean;
}

/** What others do with the host and the outside is theirs; containers of others count as outside where they ask; a local user is only told of. */
function isJudged({ name }: Position, { source, target }: StandingFlow, from: Place): boolean {
  const isOfOurs = [source, target].some(({ where }) => 'container' in where) || name.startsWith('app-');
  return isOfOurs && name !== 'local user' && !(name === 'stranger' && from === source && from.bridge === UPLINK);
}

export class Flows {
  readonly places = new Map<string, Place[]>();
  readonly flows: StandingFlow[] = [];
  private readonly view;
  private readonly paths: ReadonlyMap<string, string>;

  constructor(
    private readonly lab: Lab,
    daemon: IDaemon,
  ) {
    const proof = Reachability.of(daemon)._proof;
    const { topology } = proof.derived;
    this.view = proof.view;
    this.paths = new Map(topology.workloads.map(({ name, path }) => [name, path]));
    const bridges = new Map(topology.networks.map(({ networkName, bridge }) => [networkName, bridge]));
    for (const name of CONTAINERS) {
      const places = containerActor(lab, name).endpoints.map(({ network, address }) => ({
        name,
        where: { container: name },
        address,
        bridge: bridges.get(network)!,
      }));
      this.places.set(name, places);
    }
    const dual = topology.networks.some(({ ipv6 }) => ipv6 !== undefined);
    const translated = dual && isAtLeast(daemon, '27.0');
    for (const family of dual ? ([4, 6] as const) : ([4] as const)) {
      this.inside(`web-api-${family}`, ['app-web', 40001], ['app-api', 5353], family);
      this.inside(`web-twin-${family}`, ['app-web', 40002], ['app-twin', 5454], family);
      this.withHost(family);
      if (family === 4 || translated) this.withOutside(family);
    }
  }

  /** Everywhere that a container has an address, so that neighbours on the LAN can try. */
  routeFromLan(): void {
    for (const { Subnet } of subnets(this.lab)) {
      this.lab.inNs('lanA', ['ip', 'route', 'replace', Subnet, 'via', Subnet.includes(':') ? NET.host6 : NET.host]);
    }
  }

  talks(name: string): { id: string; sport: number; dst: string; port: number }[] {
    return this.flows.filter(({ source }) => source.name === name).map(({ id, sport, asked, port }) => ({ id, sport, dst: asked, port }));
  }

  get names(): string[] {
    return [...new Set(this.flows.flatMap(({ source, target }) => [source.name, target.name]))];
  }

  whereOf(name: string): Where {
    const end = this.flows.flatMap(({ source, target }) => [source, target]).find((place) => place.name === name)!;
    return end.where;
  }

  /** Inside every standing flow both ways, and beside those between containers as first packets to a declared port and to another. */
  tries(positions: readonly Position[], first: number): Try[] {
    let count = first;
    return positions.flatMap((position) =>
      this.flows.flatMap((flow): Try[] => {
        const { source, target, asked, answered, sport, port } = flow;
        const [isSix, canSix] = [asked.includes(':'), position.way !== 'freebind' || asked.includes(':')];
        if (!canSix || (isSix ? false : position.way === 'ping' || position.way === 'connect')) return [];
        const opener: ProbeSpec = { ...this.probe(source, asked, port, sport) };
        const make = (
          what: string,
          victim: Place,
          from: Place,
          ends: Pick<Try, 'src' | 'dst' | 'sport' | 'port'>,
          within?: ProbeSpec['within'],
        ): Try => ({
          id: String(count++),
          what: `${flow.id} ${what}`,
          position,
          victim: victim.name,
          ...ends,
          predicted: this.predict(position, ends, victim, within),
          isJudged: (from.bridge ?? '') !== position.by && isJudged(position, flow, from),
        });
        const original = { src: source.address, dst: asked, sport, port };
        const reply = { src: target.address, dst: answered, sport: port, port: sport };
        const isInside = source.bridge !== undefined && source.bridge === target.bridge;
        // From station to station of the LAN nothing passes the host.
        const isOnLan = (place: Place) => position.by === UPLINK && place.bridge === UPLINK;
        const standing = [
          ...(isOnLan(target) ? [] : [make('as its source', target, source, original, { opener, direction: 'original' })]),
          ...(isOnLan(source) || flow.id === UNKNOWN_ANSWER
            ? []
            : [make('as its target', source, target, reply, { opener, direction: 'reply' })]),
        ];
        const fresh = (isOnLan(target) ? [] : isInside ? [port, UNDECLARED] : [port]).map((to) => {
          const from = 20_000 + count;
          return make(`new to ${to}`, target, source, { src: source.address, dst: asked, sport: from, port: to });
        });
        if (position.way === 'freebind' || position.way === 'raw' || position.way === 'frame') return [...standing, ...fresh];
        return isInside ? fresh.slice(0, 1) : [];
      }),
    );
  }

  private predict(
    { by, way }: Position,
    { src, dst, port, sport }: Pick<Try, 'src' | 'dst' | 'sport' | 'port'>,
    victim: Place,
    within?: ProbeSpec['within'],
  ): boolean {
    const family = dst.includes(':') ? 'ipv6' : 'ipv4';
    const from: ProbeSource = by === '' ? { kind: 'host', address: src } : { kind: 'outside', interface: by, address: src };
    const what =
      way === 'ping'
        ? ({ protocol: 'ipv6-icmp' } as const)
        : ({ protocol: way === 'connect' ? 'tcp' : 'udp', port, sourcePort: sport } as const);
    // TCP needs its answer, which goes to the owner of the source.
    const mode = way === 'connect' ? {} : within ? { within } : { oneWay: true as const };
    const { disposition, receiver } = walk(this.view, { family, from, to: dst, ...what, ...mode });
    const isVictim =
      'container' in victim.where
        ? receiver?.container === this.paths.get(victim.name)
        : receiver?.kind === ('host' in victim.where ? 'host' : 'outside');
    return disposition === 'DELIVERED' && isVictim;
  }

  private probe({ name, where, address, bridge }: Place, to: string, port: number, sourcePort: number): ProbeSpec {
    const from: ProbeSource =
      'container' in where
        ? { kind: 'container', key: this.paths.get(name)!, via: bridge!, address }
        : 'host' in where
          ? { kind: 'host' }
          : { kind: 'outside', interface: UPLINK, address };
    return { family: to.includes(':') ? 'ipv6' : 'ipv4', from, to, protocol: 'udp', port, sourcePort };
  }

  private inside(id: string, [from, sport]: [string, number], [to, port]: [string, number], family: 4 | 6): void {
    const target = this.of(to, family).find(({ bridge }) => this.of(from, family).some((place) => place.bridge === bridge))!;
    const source = this.of(from, family).find(({ bridge }) => bridge === target.bridge)!;
    this.flows.push({ id, source, target, asked: target.address, answered: source.address, sport, port });
  }

  private withHost(family: 4 | 6): void {
    const gateway = (bridge: string) =>
      this.view.interfaces
        .find(({ name }) => name === bridge)!
        .addresses.map((text) => text.split('/')[0])
        .find((text) => text.includes(':') === (family === 6))!;
    const [to] = this.of('app-tohost', family);
    const [from] = this.of('app-fromhost', family);
    const host = (address: string): Place => ({ name: 'host', where: { host: true }, address });
    this.flows.push(
      {
        id: `to-host-${family}`,
        source: to,
        target: host(gateway(to.bridge!)),
        asked: gateway(to.bridge!),
        answered: to.address,
        sport: 40005,
        port: 9090,
      },
      {
        id: `from-host-${family}`,
        source: host(gateway(from.bridge!)),
        target: from,
        asked: from.address,
        answered: gateway(from.bridge!),
        sport: 40006,
        port: 9091,
      },
    );
    const [own, lanB] = family === 4 ? [NET.host, NET.lanB] : [NET.host6, NET.lanB6];
    const resolver: Place = { name: 'lanB', where: { ns: 'lanB' }, address: lanB, bridge: UPLINK };
    this.flows.push({
      id: `host-resolver-${family}`,
      source: host(own),
      target: resolver,
      asked: lanB,
      answered: own,
      sport: 40007,
      port: 5300,
    });
  }

  private withOutside(family: 4 | 6): void {
    const [own, lanA, lanB] = family === 4 ? [NET.host, NET.lanA, NET.lanB] : [NET.host6, NET.lanA6, NET.lanB6];
    const edge = (name: string) => this.of(name, family).find(({ bridge }) => bridge!.startsWith('bh-e-'))!;
    const outside = (name: 'lanA' | 'lanB', address: string): Place => ({ name, where: { ns: name }, address, bridge: UPLINK });
    this.flows.push(
      {
        id: `egress-${family}`,
        source: edge('app-out'),
        target: outside('lanB', lanB),
        asked: lanB,
        answered: own,
        sport: 40003,
        port: 53,
      },
      {
        id: `published-${family}`,
        source: outside('lanA', lanA),
        target: edge('app-pub'),
        asked: own,
        answered: lanA,
        sport: 40004,
        port: 9999,
      },
    );
  }

  private of(name: string, family: 4 | 6): Place[] {
    return this.places.get(name)!.filter(({ address }) => address.includes(':') === (family === 6));
  }
}
