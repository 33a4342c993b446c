// Wires: an ipvlan that bridges, one that routes, and a macvlan. Whom containers there ask for names, and what a container of others on the same wire gets to.
// Between stations of a wire no rule of the host stands, and by themselves they ask whom they like; all else that is undeclared stays closed.
import { arrived, eachResolver, listenEverywhere, named, type Promised } from './attacks-2-dns-stage';
import {
  apply,
  cardOf,
  FIREWALL,
  macOf,
  memberships,
  open,
  picture,
  sh,
  type Shot,
  shotText,
  UnwatchedDeployment,
  volley,
} from './attacks-stage';
import { BridgeSegment, Cidr, HardenedContainer, IpvlanMode, IpvlanSegment, type ISegment, MacvlanSegment, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, type Program } from '../harness/deployment';
import { containerActor, gateways, routeFrom, serveAll } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { patient, sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import type { Probes } from '../lab/probe';

/** An ipvlan is one. */
export const needsModules = true;

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T05', 'T08', 'T30', 'T31', 'T46'];

const LAN = { ipv4Block: Cidr.parse(NET.lan), ipv4Gateway: NET.router, ipRange: Cidr.parse('192.0.2.64/26') };
const reason = 'devices of the LAN find them by broadcast';
const PORTS = { tcp: [22, 8080, 8443], udp: [5353], icmp: true };
const OTHER = { container: 'other' } as const;

type Kind = 'macvlan' | IpvlanMode;

/** `Station` asks db, in whose segment it has another address; `Asker` may ask LAN client A for names; `Web` publishes for LAN client A. */
const programOf =
  (kind: Kind): Program =>
  ({ stack, daemon, image }) => {
    const given = { daemon, reason, parent: 'eth0' };
    const wire: ISegment =
      kind === 'macvlan'
        ? new MacvlanSegment(stack, 'Wire', { ...given, ...LAN })
        : new IpvlanSegment(stack, 'Wire', {
            ...given,
            mode: kind,
            ...(kind === IpvlanMode.L2 ? LAN : { ipv6Block: Cidr.parse('2001:db8:9::/64') }),
          });
    const back = new BridgeSegment(stack, 'Back', { daemon });
    const container = (id: string, segment: ISegment) => new HardenedContainer(stack, id, { segment, image });
    container('Station', wire).connections.allowTo(container('Db', back), Port.tcp(8080));
    container('Asker', wire).connections.allowDnsTo(Peer.address(NET.lanA));
    const sources = [Peer.address(NET.lanA)];
    container('Web', back).publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources });
  };

/** Docker's resolver passes on what `app-asker` asks, to whom it may ask. */
const promised: Promised = {
  expected: (asker, way, server) => asker === 'app-asker' && server === 'lanA' && /^(embedded|conf)/.test(way),
  isLoose: () => true,
};
const OURS = named('station', 'asker');

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    // Before 25.0 no container can be in an ipvlan that routes and in a bridge network, and the synth refuses that.
    const kinds: Kind[] = engine === '20.10' ? [IpvlanMode.L2, 'macvlan'] : [IpvlanMode.L3, IpvlanMode.L2, 'macvlan'];
    if (engine === '20.10') checks.skip('l3', 'the engine starts no container that is also in a bridge network');
    const deployment = new UnwatchedDeployment(lab, programOf(kinds[0]), {
      daemon: { dualStack: true, additionalHostAddresses: [NET.host2, NET.host6] },
    });
    deployment.up();
    open(lab);
    for (const kind of kinds) {
      checks.step(kind, () => {
        deployment.change(programOf(kind));
        apply(lab);
        if (kind === IpvlanMode.L3) routesBack(lab, deployment);
        new Neighbours(lab, checks, kind).all();
        names(checks, lab, deployment, kind);
      });
    }
  });
}

/** The router of the LAN has a route to the block of a wire that routes. */
function routesBack(lab: Lab, { daemon }: UnwatchedDeployment): void {
  const [{ ipv4 }] = daemon._declarations.store.derived().topology.wires;
  for (const ns of ['lanA', 'lanB', 'inet'] as const) lab.inNs(ns, ['ip', 'route', 'replace', ipv4.block, 'via', NET.host]);
}

function names(checks: Checks, lab: Lab, deployment: UnwatchedDeployment, kind: Kind): void {
  eachResolver(checks, lab, deployment, { where: `${kind}, names`, askers: OURS, networks: ['app-wire'], promised });
  const heard = listenEverywhere(lab, OURS);
  const out = ['inet4', 'lanA4'].filter((way) => arrived(heard, 'app-station', way).length > 0);
  checks.shown(`${kind}: by itself a container asks the LAN and the internet, as the threat model says`, out.length === 2, out.join());
  // Stations of a wire do not reach its own host, but by an ipvlan that routes, where the guard stands.
  const atHost = ['host4', 'other4'].filter((way) => arrived(heard, 'app-station', way).length > 0);
  checks.shown(`${kind}: a name server on its own host hears nothing`, atHost.length === 0, atHost.join());
}

/** A container of others on the wire, with Docker's default capabilities. */
class Neighbours {
  private readonly probes: Probes;
  private readonly ends;

  constructor(
    private readonly lab: Lab,
    private readonly checks: Checks,
    private readonly kind: Kind,
  ) {
    lab.docker('run', '-d', '--name', OTHER.container, '--network', 'app-wire', 'lab:1');
    const containers = ['app-station', 'app-db', 'app-web'].map((name) => containerActor(lab, name));
    this.ends = containers.flatMap(({ name, endpoints }) => endpoints.map((end) => ({ name, ...end })));
    const host = { name: 'host', where: { host: true } as const, endpoints: [] };
    this.probes = serveAll(lab, [...containers, host], PORTS);
    // What a station sends to its router for a container comes to the host by its line.
    routeFrom(lab, ['lanB', 'inet']);
  }

  all(): void {
    this.asked();
    this.frames();
    if (this.kind === IpvlanMode.L3) this.asTheHost();
    this.lab.docker('rm', '-f', OTHER.container);
    const { code, stdout } = this.lab.host([FIREWALL, 'check']);
    this.checks.check(`${this.kind}: check has nothing to say`, code === 0, stdout);
  }

  private shots(from: string, where: Where, dsts: readonly { name: string; address: string }[]): Shot[] {
    const shot = (what: string, dst: string, proto: Shot['proto'], port?: number): Shot => ({ from, where, what, dst, proto, port, timeoutMs: patient(300) }); // prettier-ignore
    return dsts.flatMap(({ name, address }) => [
      ...[...PORTS.tcp, 443].map((port) => shot(name, address, 'tcp', port)),
      ...PORTS.udp.map((port) => shot(name, address, 'udp', port)),
      shot(name, address, 'icmp'),
    ]);
  }

  /** By its routes: containers in segments, the host on every address, what is published; and the stations of the wire themselves. */
  private asked(): void {
    const { lab, checks, kind } = this;
    const inside = this.ends.filter(({ network }) => network !== 'app-wire');
    const atHost = [NET.host, NET.host2, ...gateways(lab)].map((address) => ({ name: 'host', address }));
    const shut = [...this.shots('other', OTHER, [...inside, ...atHost]), ...this.shots('lanB', { ns: 'lanB' }, inside)];
    const hits = volley(lab, shut);
    for (const hit of hits) checks.check(`${kind}: ${shotText(hit)} is closed`, !hit.reached, `${hit.result.outcome} ${hit.result.token ?? ''}`); // prettier-ignore
    checks.say(`${kind}: ${hits.length} tries of a neighbour on the wire and of the LAN, ${hits.filter(({ reached }) => reached).length} got through`); // prettier-ignore
    const onWire = volley(lab, this.shots('other', OTHER, this.ends.filter(({ network }) => network === 'app-wire'))); // prettier-ignore
    const reached = onWire.filter((hit) => hit.reached).length;
    checks.shown(`${kind}: a neighbour reaches a container of ours at its address on the wire, as the threat model says: ${reached} of ${onWire.length}`, reached > 0); // prettier-ignore
    const back = picture(lab);
    sh(lab, 'iptables -w 10 -t raw -F; iptables -w 10 -t mangle -F; iptables -w 10 -I FORWARD 1 -j ACCEPT');
    const through = volley(lab, shut).filter((hit) => hit.reached);
    back();
    sh(lab, 'conntrack -F >/dev/null 2>&1; :');
    for (const from of ['other', 'lanB']) {
      const count = through.filter((hit) => hit.from === from).length;
      checks.shown(`control, ${kind}: without the guard ${count} tries of ${from} get through`, count > 0);
    }
  }

  /** Past its routes: frames to the host's card and to that of the station, with its own source and with those of others. */
  private frames(): void {
    const { lab, checks, kind } = this;
    const at = (name: string, isWire: boolean) => this.ends.filter((end) => end.name === name && (end.network === 'app-wire') === isWire);
    const [db, inSegment, [onWire]] = [at('app-db', false), at('app-station', false), at('app-station', true)];
    const targets = [...db, ...inSegment].map(({ address }) => address);
    const cards = [macOf(lab, 'eth0'), cardOf(lab, 'app-station', onWire.address)];
    const own = containerActor(lab, OTHER.container).endpoints.map(({ address }) => address);
    const sources = [...own, NET.lanA, NET.lanA6, HOST_ADDRESS, NET.host6, ...inSegment.map(({ address }) => address)];
    const shots = cards.flatMap((mac) =>
      targets.flatMap((dst) =>
        sources
          .filter((src) => src.includes(':') === dst.includes(':'))
          .map((src) => ({ id: `${src} ${dst} ${mac}`, way: 'frame', src, dst, sport: 40_001, port: 5353, device: 'eth0', mac })),
      ),
    );
    const heard = (act: () => void) => {
      const wanted = { direction: 'in', proto: 'udp', text: 'forged ' };
      const sniffers = ['app-db', 'app-station'].map((container) => this.probes.start({ container }, 'sniff', wanted));
      act();
      sleep(patient(300));
      return sniffers.map((sniffer) => sniffer.stop<{ total: number; sample: { dst: string; device: string }[] }>());
    };
    const both = () => [OTHER, { ns: 'lanB' } as const].forEach((where) => this.probes.volley(where, { shots, rounds: 1 }));
    const [atDb, atStation] = heard(both);
    checks.shown(`${kind}: of frames past the routes none arrives at a container in a segment`, atDb.total === 0, JSON.stringify(atDb));
    // A kernel takes what is for any address of its own by any card: on the wire nothing is promised, and its neighbours in the segment it passes nothing.
    checks.say(`${kind}: ${atStation.total} for the station's address in a segment arrive by the wire: ${[...new Set(atStation.sample.map(({ device }) => device))].join()}`); // prettier-ignore
    const back = picture(lab);
    sh(lab, 'iptables -w 10 -t raw -F; iptables -w 10 -t mangle -F; iptables -w 10 -I FORWARD 1 -j ACCEPT');
    const [without] = heard(both);
    back();
    checks.shown(`control, ${kind}: without the guard ${without.total} arrive there`, without.total > 0);
  }

  /** The host routes what comes from such a wire as its own: datagrams to it in its own name, in those of others, and as a member of a segment. */
  private asTheHost(): void {
    const { lab, checks, kind } = this;
    const station = { container: 'app-station' };
    const { device } = memberships(lab, station.container).find(({ network }) => network === 'app-wire')!;
    const own = this.ends.filter(({ name, network }) => name === station.container && network !== 'app-wire').map(({ address }) => address);
    const inside = this.ends.filter(({ name }) => name === 'app-db').map(({ address }) => address);
    const others = [NET.host, NET.host2, '127.0.0.1', NET.lanA, NET.host6, '::1', NET.lanA6, ...inside, ...gateways(lab)];
    const shot = (way: string, src: string, by: string) => ({ id: `${way} ${src}`, way, src, dst: src.includes(':') ? NET.host6 : NET.host, sport: 40_003, port: 6001, device: by }); // prettier-ignore
    // Over IPv4 a container without a capability sends from its own addresses alone.
    const plain = [...own, ...others.filter((src) => src.includes(':'))].map((src) => shot('freebind', src, device));
    const raw = [...own, ...others].map((src) => shot('raw', src, 'eth0'));
    const heard = (): Readonly<Record<string, number>> => {
      const running = this.probes.talk({ host: true }, { ports: [6001], talks: [] });
      this.probes.volley(station, { shots: plain, uid: 10001 });
      this.probes.volley(OTHER, { shots: raw });
      sleep(patient(200));
      return running.stop<{ counts: Record<string, number> }>().counts;
    };
    const guarded = heard();
    for (const { id } of plain) checks.shown(`${kind}: the host hears no ${id} of a container without a capability`, !guarded[id], String(guarded[id])); // prettier-ignore
    const { length } = raw.filter(({ id }) => guarded[id]);
    checks.shown(`${kind}: nor any of ${raw.length} of a container of others with NET_RAW`, length === 0, JSON.stringify(guarded));
    const back = picture(lab, 'iptables', 'ip6tables');
    sh(lab, 'for t in iptables ip6tables; do $t -w 10 -t mangle -F BULKHEAD-OUTPUT; done');
    const unguarded = heard();
    back();
    for (const [what, list] of [
      ['its own addresses', plain.filter(({ src }) => own.includes(src))],
      ["the host's", plain.filter(({ src }) => !own.includes(src))],
      ['any with NET_RAW', raw],
    ] as const) {
      // prettier-ignore
      const through = list.filter(({ id }) => unguarded[id]).map(({ src }) => src);
      checks.shown(`control, ${kind}: without the guard the host hears it from ${what}: ${through.join(', ')}`, through.length > 0, JSON.stringify(unguarded)); // prettier-ignore
    }
  }
}
