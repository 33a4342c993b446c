// One program with each kind of flow of datagrams, and those flows.
import { translatesIpv6, type Program } from './deployment';
import { type Place, placesOf, type StandingFlow, Tries, UNDECLARED } from './forged-tries';
import { BridgeSegment, HardenedContainer, type IDaemon, UnguardedDaemon, Peer, Port, Reachability } from '../../../src';
import { addTo } from '../../../src/private/multimap';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';

/** What everybody listens on, and sends from. */
export const PORTS = [53, 5300, 5353, 5454, UNDECLARED, 9090, 9091, 9999, 40001, 40002, 40003, 40004, 40005, 40006, 40007];

/** web asks api in a segment and its twin in a conduit; others have egress, a publication, and flows with the host. Evil and Inner have nothing to do with them. */
export const program: Program = ({ stack, daemon, image }) => {
  const isUnguarded = daemon instanceof UnguardedDaemon;
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
  pub.publish(Port.udp(9999), { hostAddress: NET.host, sources: [isUnguarded ? Peer.anyIpv4() : Peer.address(NET.lanA)] });
  evil.publish(Port.tcp(8081), { hostAddress: NET.host, sources: [Peer.anyIpv4()] });
  if (daemon._declarations.store.has('ipv6') && translatesIpv6(daemon)) {
    out.connections.allowTo(Peer.address(NET.lanB6), Port.udp(53));
    pub.publish(Port.udp(9999), { hostAddress: NET.host6, sources: [isUnguarded ? Peer.anyIpv6() : Peer.address(NET.lanA6)] });
  }
};

const CONTAINERS = ['web', 'api', 'twin', 'out', 'pub', 'tohost', 'fromhost', 'evil', 'inner'].map((name) => `app-${name}`);

export class Flows {
  readonly places = new Map<string, Place[]>();
  readonly flows: StandingFlow[] = [];
  readonly tries: Tries;
  private readonly view;

  constructor(lab: Lab, daemon: IDaemon) {
    const { view, derived } = Reachability.of(daemon)._proof;
    this.view = view;
    this.tries = Tries.of(daemon, lab);
    for (const place of placesOf(lab, daemon, CONTAINERS)) addTo(this.places, place.name, place);
    const dual = derived.topology.networks.some(({ ipv6 }) => ipv6 !== undefined);
    const translated = dual && translatesIpv6(daemon);
    for (const family of dual ? ([4, 6] as const) : ([4] as const)) {
      this.inside(`web-api-${family}`, ['app-web', 40001], ['app-api', 5353], family);
      this.inside(`web-twin-${family}`, ['app-web', 40002], ['app-twin', 5454], family);
      this.withHost(family);
      if (family === 4 || translated) this.withOutside(family);
    }
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
    const gateway = (name: string) => this.of(name, family).find(({ bridge }) => bridge!.startsWith('bh-g-'))!;
    const outside = (name: 'lanA' | 'lanB', address: string): Place => ({ name, where: { ns: name }, address, bridge: UPLINK });
    this.flows.push(
      {
        id: `egress-${family}`,
        source: gateway('app-out'),
        target: outside('lanB', lanB),
        asked: lanB,
        answered: own,
        sport: 40003,
        port: 53,
      },
      {
        id: `published-${family}`,
        source: outside('lanA', lanA),
        target: gateway('app-pub'),
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
