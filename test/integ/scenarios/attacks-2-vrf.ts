// Routing domains of others on the host (VRF): a bridge of ours that somebody puts into one, where rules no longer see the bridge, and an uplink in one.
// What is undeclared is asked by packets all the while, and it is measured how long the watch leaves a bridge there.
import {
  apply,
  FIREWALL,
  memberships,
  open,
  ourBridges,
  picture,
  sh,
  type Shot,
  shotText,
  UnwatchedDeployment,
  volley,
  waitFor,
} from './attacks-stage';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, isAtLeast, translatesIpv6, type Program } from '../harness/deployment';
import { containerActor, gateways, routeFrom, serveAll } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { patient, sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import type { Probes } from '../lab/probe';

/** Few kernels have it, and the guest's does. */
export const needsModules = true;

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T05', 'T40', 'T80'];

const [DOMAIN, TABLE] = ['vrf-x', '77'];
const NAMES = ['app-web', 'app-api', 'app-db'] as const;
const PORTS = { tcp: [22, 8080, 8443, 9090], udp: [5353], icmp: true };
const HEALING = patient(30_000);
const ADDRESSES = { dualStack: true, additionalHostAddresses: [NET.host6] };

/** web → api and the host's 9090, and to LAN client B; it publishes 443 for LAN client A. db stands alone. */
const program: Program = ({ stack, daemon, image }) => {
  const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
  const container = (id: string, place: BridgeSegment) => new HardenedContainer(stack, id, { segment: place, image });
  const [web, api] = [container('Web', segment('Front')), container('Api', segment('Back'))];
  container('Db', segment('Inner'));
  web.connections.allowTo(api, Port.tcp(8080));
  api.connections.allowTo(Peer.host(), Port.tcp(9090));
  const six = translatesIpv6(daemon);
  for (const address of six ? [NET.lanB, NET.lanB6] : [NET.lanB]) web.connections.allowTo(Peer.address(address), Port.tcp(9090));
  for (const [hostAddress, client] of [[HOST_ADDRESS, NET.lanA], ...(six ? [[NET.host6, NET.lanA6]] : [])]) {
    web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress, sources: [Peer.address(client)] });
  }
};

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const made = lab.host(['ip', 'link', 'add', DOMAIN, 'type', 'vrf', 'table', TABLE]);
    if (made.code !== 0) return checks.skip('routing domains', `this kernel has no VRF: ${made.stderr.trim()}`);
    const domain = new Domain(lab, checks);
    domain.judge('before', domain.shots());
    checks.step('a bridge of ours in a domain', () => domain.bridges());
    checks.step('the way out of that', () => domain.watched());
    checks.step('the uplink in a domain', () => domain.uplink());
  });
}

class Domain {
  private readonly deployment: UnwatchedDeployment;
  private readonly probes: Probes;
  private readonly names: readonly string[];
  private readonly declared: readonly Shot[];

  constructor(
    private readonly lab: Lab,
    private readonly checks: Checks,
  ) {
    this.deployment = new UnwatchedDeployment(lab, program, { daemon: ADDRESSES });
    this.deployment.up();
    apply(lab);
    open(lab);
    // Sockets of the host that are bound to no domain take what comes by one, and bridges keep their IPv6 addresses when a master takes them down.
    sh(lab, 'for f in tcp udp raw; do echo 1 >/proc/sys/net/ipv4/${f}_l3mdev_accept; done; echo 1 >/proc/sys/net/ipv6/conf/all/keep_addr_on_down; ip link set vrf-x up'); // prettier-ignore
    const outside = (['lanA', 'lanB'] as const).map((ns) => ({ name: ns, where: { ns } as const, endpoints: [] }));
    const host = { name: 'host', where: { host: true } as const, endpoints: [] };
    this.probes = serveAll(lab, [...NAMES.map((name) => containerActor(lab, name)), host, ...outside], PORTS);
    routeFrom(lab, ['lanA', 'lanB']);
    this.names = ourBridges(lab);
    this.declared = this.declaredShots();
  }

  /** Each container at the host, at LAN client A and at the others; the LAN and the host at each container. */
  shots(more: Partial<Shot> = {}): Shot[] {
    const places = NAMES.flatMap((name) => containerActor(this.lab, name).endpoints.map(({ address }) => ({ name, address })));
    const ours = gateways(this.lab);
    const hosts = [HOST_ADDRESS, NET.host2, NET.host6, ...ours];
    const one = (from: string, where: Where, what: string, dst: string, also: Partial<Shot> = {}): Shot[] => [
      { from, where, what, dst, proto: 'tcp', port: 22, timeoutMs: 900, ...also },
      { from, where, what, dst, proto: 'udp', port: 5353, timeoutMs: 900, ...also },
      { from, where, what, dst, proto: 'icmp', timeoutMs: 900, ...also },
    ];
    return [
      ...NAMES.flatMap((name) => [
        ...[...hosts, NET.lanA, NET.lanA6].flatMap((dst) => one(name, { container: name }, hosts.includes(dst) ? 'host' : 'lanA', dst)),
        ...memberships(this.lab, name).flatMap(({ device, bridge }) => one(name, { container: name }, 'host', `${linkLocal(this.lab, bridge)}%${device}`)), // prettier-ignore
        ...places.filter((place) => place.name !== name).flatMap((place) => one(name, { container: name }, place.name, place.address)),
      ]),
      ...places.flatMap(({ name, address }) => [
        ...one('lanB', { ns: 'lanB' }, name, address),
        ...one('host', { host: true }, name, address, more),
      ]),
    ];
  }

  private declaredShots(): Shot[] {
    const shot = (from: string, where: Where, dst: string, port: number): Shot => ({ from, where, what: 'declared', dst, proto: 'tcp', port, timeoutMs: 2500, tries: 3 }); // prettier-ignore
    const [web, api] = ['app-web', 'app-api'].map((name) => containerActor(this.lab, name).endpoints);
    const shared = api.filter(({ network }) => web.some((end) => end.network === network));
    const six = isAtLeast(this.deployment.daemon, '27.0');
    const families = six ? [4, 6] : [4];
    return [
      ...shared.map(({ address }) => shot('app-web', { container: 'app-web' }, address, 8080)),
      ...families.map((family) => shot('app-web', { container: 'app-web' }, family === 4 ? NET.lanB : NET.lanB6, 9090)),
      ...families.map((family) => shot('lanA', { ns: 'lanA' }, family === 4 ? HOST_ADDRESS : NET.host6, 443)),
    ];
  }

  /** What is undeclared is closed, and what is declared lives. */
  judge(what: string, shots: readonly Shot[], isLive = true): void {
    const hits = volley(this.lab, [...shots, ...this.declared]);
    const undeclared = hits.slice(0, shots.length);
    const through = undeclared.filter(({ reached }) => reached);
    for (const hit of undeclared) this.checks.check(`${what}: ${shotText(hit)} is closed`, !hit.reached, `${hit.result.outcome} ${hit.result.token ?? ''}`); // prettier-ignore
    const live = hits.slice(shots.length).filter(({ result }) => result.token !== undefined);
    const dead = hits.slice(shots.length).filter(({ result }) => result.token === undefined);
    const count = (six: boolean) => undeclared.filter(({ dst }) => dst.includes(':') === six).length;
    this.checks.say(`${what}: ${count(false)} undeclared flows over IPv4, ${count(true)} over IPv6, ${through.length} got through; ${live.length} of ${this.declared.length} declared live${dead.length > 0 ? `, not ${dead.map(shotText).join(', ')}` : ''}`); // prettier-ignore
    if (isLive) this.checks.shown(`${what}: what is declared lives`, dead.length === 0, dead.map(shotText).join());
  }

  /** The guard out of the way: the same shots get through. */
  private control(what: string, shots: readonly Shot[]): void {
    const tools = ['iptables', 'ip6tables'] as const;
    const back = picture(this.lab, ...tools);
    sh(this.lab, tools.map((tool) => `${tool} -w 10 -t raw -F; ${tool} -w 10 -t mangle -F; ${tool} -w 10 -I FORWARD 1 -j ACCEPT`).join('; ')); // prettier-ignore
    const through = volley(this.lab, shots).filter(({ reached }) => reached);
    back();
    sh(this.lab, 'conntrack -F >/dev/null 2>&1; :');
    for (const six of [false, true]) {
      const those = through.filter(({ dst }) => dst.includes(':') === six);
      const senders = [...new Set(those.map(({ from }) => from))].join(', ');
      this.checks.shown(`control, ${what}: without the guard ${those.length} get through over ${six ? 'IPv6' : 'IPv4'}, from ${senders}`, those.length > 0); // prettier-ignore
    }
  }

  private enslave(): void {
    sh(this.lab, `for b in ${this.names.join(' ')}; do ip link set "$b" master ${DOMAIN}; done; conntrack -F >/dev/null 2>&1; :`);
  }

  private masters(): string {
    return sh(this.lab, 'ls -d /sys/class/net/bh-*/master 2>/dev/null; :').trim();
  }

  /** Nobody looks: what the rules close by themselves while the kernel names the domain and not the bridge. */
  bridges(): void {
    this.enslave();
    const bound = this.shots({ device: DOMAIN });
    this.judge('our bridges in a domain, and no watch', bound, false);
    this.control('our bridges in a domain', bound);
    const told = this.lab.host([FIREWALL, 'check']);
    this.checks.shown('check tells of a bridge that has a master', told.code !== 0 && told.stdout.includes('/master'), told.stdout);
    this.checks.say(`check says: ${told.stdout.trim().split('\n').join(' | ')}`);
    apply(this.lab);
    this.checks.shown('apply takes our bridges out of it', this.masters() === '', this.masters());
    this.judge('after apply', this.shots());
    const healthy = this.lab.host([FIREWALL, 'check']);
    this.checks.shown('and check has nothing to say', healthy.code === 0, healthy.stdout);
  }

  /** The watch does the same as soon as it hears of the link; a container that asks all the while. */
  watched(): void {
    const unit = this.lab.startUnit('bulkhead-watch')!;
    waitFor(() => this.lab.host([FIREWALL, 'check']).code === 0, HEALING);
    const sniffer = this.probes.start({ ns: 'lanA' }, 'sniff', { direction: 'in', proto: 'udp', port: 6000 });
    const flood = this.probes.start({ container: 'app-web' }, 'flood', { proto: 'udp', dst: NET.lanA, port: 6000, rate: 50, seconds: 110 });
    const gaps = this.names.map((name) => {
      const script = `ip link set "$1" master ${DOMAIN}; a=$(date +%s%N); n=0
        while [ -e "/sys/class/net/$1/master" ] && [ $n -lt 600 ]; do n=$((n + 1)); sleep 0.05; done; b=$(date +%s%N); echo $(((b - a) / 1000000)); [ ! -e "/sys/class/net/$1/master" ]`;
      return Number(sh(this.lab, script, name).trim());
    });
    sleep(300);
    const { sent = 0 } = flood.stop();
    const { total } = sniffer.stop<{ total: number }>();
    this.checks.shown(`the watch takes each of ${gaps.length} bridges out of a domain, after ${gaps.join(', ')} ms`, gaps.every((ms) => ms < patient(5_000))); // prettier-ignore
    this.checks.shown(`of ${sent} datagrams that app-web sent meanwhile ${total} got out`, sent > 0 && total === 0);
    const ms = waitFor(() => this.masters() === '' && this.lab.host([FIREWALL, 'check']).code === 0, HEALING);
    this.checks.shown(`the watch has all as it was after ${ms} ms`, ms !== undefined, this.lab.host([FIREWALL, 'check']).stdout);
    this.lab.stopUnit(unit);
    this.judge('after the watch', this.shots());
  }

  /** The host's own line in a domain, with routes that lead from it to the containers and back: what others may have for a host of two customers. */
  uplink(): void {
    sh(
      this.lab,
      `ip link set eth0 master ${DOMAIN}
      for a in ${NET.host6} 2001:db8:1::11; do ip -6 addr replace $a/64 dev eth0 nodad; done
      ip route replace default via ${NET.router} dev eth0 table ${TABLE}; ip -6 route replace default via ${NET.router6} dev eth0 table ${TABLE}
      ip route show | grep ' dev bh-' | while read -r block _ dev _; do ip route replace "$block" dev "$dev" table ${TABLE}; done
      ip -6 route show | grep ' dev bh-' | grep -v '^fe80' | while read -r block _ dev _; do ip -6 route replace "$block" dev "$dev" table ${TABLE}; done
      ip route replace default via ${NET.router} dev eth0; ip -6 route replace default via ${NET.router6} dev eth0
      ip route replace ${NET.lan} dev eth0; ip -6 route replace ${NET.lan6} dev eth0
      for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done; conntrack -F >/dev/null 2>&1; :`,
    );
    const shots = this.shots();
    // Docker is not made for that: addresses in a domain are none of the host's own to its translation, and from 28 on it drops what enters a domain for a
    // container by its address, as what is translated does when it meets the rules of entrance again.
    this.judge('the uplink in a domain', shots, false);
    const back = picture(this.lab, 'iptables', 'ip6tables');
    sh(
      this.lab,
      `for t in iptables ip6tables; do $t -w 10 -t raw -F PREROUTING; $t -w 10 -t raw -A PREROUTING -j BULKHEAD-ENTER; done
      iptables -w 10 -t nat -I PREROUTING 1 -d ${HOST_ADDRESS} -j DOCKER; ip6tables -w 10 -t nat -I PREROUTING 1 -d ${NET.host6} -j DOCKER || :`,
    );
    this.judge("the uplink in a domain, with Docker's own rules made for it", shots);
    back();
    this.control('the uplink in a domain', shots);
    const told = this.lab.host([FIREWALL, 'check']);
    this.checks.shown('check has nothing to say of a master of others', told.code === 0, told.stdout);
  }
}

/** The host's own address on the link. */
function linkLocal(lab: Lab, bridge: string): string {
  return sh(lab, 'ip -6 -o addr show dev "$1" scope link | awk \'{ sub("/.*", "", $4); print $4; exit }\'', bridge).trim();
}
