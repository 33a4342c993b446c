// What attacks, mutation and survival share: a larger three-tier application, many shots at the same time, and our rules as text.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ConnectionRate, HardenedContainer, Peer, Port, ThreeTierNetwork, WorkloadGroup } from '../../../src';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import type { Position } from '../harness/forged-tries';
import { INTERNET, LAN_A } from '../harness/three-tier';
import { LabError, sleep } from '../lab/exec';
import type { Lab, Where } from '../lab/lab';
import { netnsFile } from '../lab/names';
import { NET } from '../lab/network';
import type { Probe, ProbeResult } from '../lab/probe';

/** Both families, and all addresses that the host of the lab has. */
export const EVERY_ADDRESS = { dualStack: true, additionalHostAddresses: [NET.host2, NET.host6, NET.host62] };

export const FIREWALL = '/usr/local/sbin/bulkhead-firewall';
export const POOL = '10.20.0.0/16';
const LAB_DIR = path.join(__dirname, '..', 'lab');

/** No watch: what a scenario breaks stays broken until it says otherwise. */
export class UnwatchedDeployment extends Deployment {
  watch(): void {}
}

/** Three tiers with a neighbour of web in DMZ, a UDP flow, a second allowed source, and publications for everybody and for loopback. */
export const siege: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image });
  const web2 = new HardenedContainer(stack, 'Web2', { segment: tiers.dmz, image });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
  const db = new HardenedContainer(stack, 'Db', { segment: tiers.data, image, defaultPort: Port.tcp(5432) });
  web.publish(Port.tcp(443), {
    targetPort: Port.tcp(8443),
    hostAddress: HOST_ADDRESS,
    sources: [Peer.address(LAN_A), Peer.address(INTERNET)],
    rate: ConnectionRate.perSecond(50),
  });
  web2.publish(Port.tcp(8081), { targetPort: Port.tcp(9090), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  web.publish(Port.tcp(9443), { targetPort: Port.tcp(9090) });
  web.connections.allowTo(api, Port.tcp(8080));
  web.connections.allowTo(api, Port.udp(8080));
  api.connections.allowTo(db);
};

/** The same with every kind of rule that there is: a set, a rate beside it, egress general and named, and flows with the host both ways. */
export const everyRule: Program = (given) => {
  const { stack, image } = given;
  siege(given);
  const at = <T>(id: string) => stack.node.findChild(id) as T;
  const [tiers, web, web2, api, db] = [
    at<ThreeTierNetwork>('Shop'),
    ...['Web', 'Web2', 'Api', 'Db'].map((id) => at<HardenedContainer>(id)),
  ] as const;
  const more = (id: string, segment: ThreeTierNetwork['app']) => new HardenedContainer(stack, id, { segment, image });
  const front = new WorkloadGroup(stack, 'Front', { members: [web, web2, more('Web3', tiers.dmz)] });
  const back = new WorkloadGroup(stack, 'Back', { members: [api, more('Api2', tiers.app), more('Api3', tiers.app)] });
  front.connections.allowTo(back, Port.tcp(9090));
  web2.connections.allowTo(api, Port.tcp(22), { rate: ConnectionRate.perSecond(20) });
  web.connections.allowTo(Peer.anyIpv4(), Port.tcp(9090));
  web.connections.allowTo(Peer.address('169.254.10.1'), Port.tcp(22));
  db.connections.allowTo(Peer.host(), Port.tcp(22));
  db.connections.allowFrom(Peer.host(), Port.tcp(9090));
};

// --- shots -----------------------------------------------------------------------------------------------------------------------------

export interface Shot extends Omit<Probe, 'id'> {
  readonly from: string;
  readonly where: Where;
  readonly what: string;
}

export interface Hit extends Shot {
  readonly result: ProbeResult;
  /** The packet arrived: somebody answered, or refused. */
  readonly reached: boolean;
}

export const shotText = (shot: Shot): string =>
  `${shot.from} -> ${shot.what} ${shot.dst} ${shot.proto}/${shot.port ?? 0}${shot.device ? ` by ${shot.device}` : ''}`;

/** Network namespace of a place, as a file. */
export function netns(lab: Lab, where: Where): string {
  if ('container' in where) return `/proc/${lab.containerPid(where.container)}/ns/net`;
  return netnsFile(lab.id, 'ns' in where ? where.ns : 'host');
}

let volleys = 0;

/** All shots from all sources at the same time: a whole matrix takes as long as its longest time-out. */
export function volley(lab: Lab, shots: readonly Shot[]): Hit[] {
  const dir = path.join(lab.runDir, `volley-${volleys++}`);
  fs.mkdirSync(dir);
  const groups = new Map<string, { shot: Shot; index: number }[]>();
  shots.forEach((shot, index) => {
    const file = netns(lab, shot.where);
    groups.set(file, [...(groups.get(file) ?? []), { shot, index }]);
  });
  const lines = [...groups].map(([file, group], number) => {
    const probes = group.map(({ shot: { from: _from, where: _where, what: _what, ...probe }, index }) => ({ ...probe, id: String(index) }));
    fs.writeFileSync(path.join(dir, `${number}.json`), JSON.stringify(probes));
    return `nsenter --net=${file} -- python3 -B -S -E "$1/probe.py" probe "$2/${number}.json" >"$2/${number}.out" 2>"$2/${number}.err" &`;
  });
  const done = lab.inWhere({ host: true }, ['sh', '-c', `${lines.join('\n')}\nwait`, 'sh', LAB_DIR, dir], { timeout: 120_000 });
  const results = new Map<string, ProbeResult>();
  [...groups.keys()].forEach((file, number) => {
    const out = fs.readFileSync(path.join(dir, `${number}.out`), 'utf8');
    if (!out.trim()) {
      throw new LabError(`shots from ${file}`, ['probe'], done.stderr + fs.readFileSync(path.join(dir, `${number}.err`), 'utf8'));
    }
    for (const result of JSON.parse(out) as ProbeResult[]) results.set(result.id, result);
  });
  fs.rmSync(dir, { recursive: true });
  return shots.map((shot, index) => {
    const result = results.get(String(index)) ?? { id: '', outcome: 'error' as const, ms: 0, detail: 'no answer of the prober' };
    return { ...shot, result, reached: result.outcome === 'open' || result.outcome === 'refused' };
  });
}

/** Shots without any capability and as the containers' user, from a container's network. */
export function unprivileged(lab: Lab, container: string, probes: readonly Probe[]): ProbeResult[] {
  const code = `import os, sys; sys.path.insert(0, ${JSON.stringify(LAB_DIR)}); import probe, encodings.idna
os.setgroups([]); os.setgid(10001); os.setuid(10001); sys.argv[1:] = ['probe']; probe.main({'probe': probe.probe})`;
  const argv = ['python3', '-B', '-c', code];
  const done = lab.inContainer(container, argv, { input: JSON.stringify(probes), timeout: 60_000 });
  if (done.code !== 0) throw new LabError('unprivileged shots', argv, done.stdout + done.stderr);
  return JSON.parse(done.stdout) as ProbeResult[];
}

// --- the host's rules ------------------------------------------------------------------------------------------------------------------

export function sh(lab: Lab, script: string, ...args: string[]): string {
  return lab.mustHost(script.slice(0, 80), ['sh', '-c', script, 'sh', ...args], { timeout: 120_000 });
}

/** The more open case: a host that forwards already in both families, and believes every source over IPv4. */
export function open(lab: Lab): void {
  sh(
    lab,
    'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done',
  );
}

/** A container of others with Docker's default capabilities, which sends frames by that bridge: to the host, unless a try says otherwise. */
export function frameSender(lab: Lab, name: string, network: string, bridge: string): Position {
  lab.docker('run', '-d', '--name', name, '--network', network, 'lab:1');
  return { name, where: { container: name }, way: 'frame', device: 'eth0', mac: macOf(lab, bridge), by: bridge };
}

export function macOf(lab: Lab, bridge: string): string {
  return sh(lab, 'cat "/sys/class/net/$1/address"', bridge).trim();
}

/** MAC address of a container where it has that address. */
export function cardOf(lab: Lab, container: string, address: string): string {
  const links = JSON.parse(lab.inContainer(container, ['ip', '-j', 'addr']).stdout) as {
    address: string;
    addr_info?: { local: string }[];
  }[];
  return links.find((link) => link.addr_info?.some(({ local }) => local === address))!.address;
}

export function apply(lab: Lab): string {
  return lab.mustHost('applying the guard', [FIREWALL, 'apply'], { timeout: 120_000 });
}

/** Our chains, the jumps to them and our sets, as the kernel tells them: without counters, and without the sources that rules put into sets. */
export function ourRules(lab: Lab): string {
  const text = sh(
    lab,
    `for t in iptables ip6tables; do for b in raw mangle nat filter; do $t-save -t $b 2>/dev/null | sed "s/^/$t $b /"; done; done | grep BULKHEAD; ipset save | grep -v "^add [^ ]*-rate-" | sort`,
  );
  return text.replace(/ \[\d+:\d+\]/g, '').replace(/ initval \S+/g, '');
}

/** Docker's own rules, for each network of ours those that name its bridge, in order. */
export function dockersRules(lab: Lab, bridges: readonly string[]): string {
  const text = sh(
    lab,
    'for t in iptables ip6tables; do for b in raw nat filter; do $t-save -t $b 2>/dev/null | sed "s/^/$t $b /"; done; done',
  );
  const lines = text.split('\n').filter((line) => / -A /.test(line) && !line.includes('BULKHEAD'));
  return bridges.map((bridge) => [bridge, ...lines.filter((line) => new RegExp(`(^| )${bridge}( |$)`).test(line))].join('\n')).join('\n');
}

export function ourBridges(lab: Lab): string[] {
  return sh(lab, 'cd /sys/class/net && ls -d bh-* | sort').split('\n').filter(Boolean);
}

/** Waits for something; the milliseconds that it took, or nothing when it never came. */
export function waitFor(holds: () => boolean, timeout: number): number | undefined {
  const began = Date.now();
  for (;;) {
    if (holds()) return Date.now() - began;
    if (Date.now() - began > timeout) return undefined;
    sleep(200);
  }
}

/** Docker's own filtering out of the way, in this lab's namespace: only the guard decides. */
export function neutraliseDocker(lab: Lab): void {
  sh(lab, 'iptables -w 10 -I FORWARD 1 -m comment --comment lab-open -j ACCEPT');
  sh(lab, 'iptables -w 10 -t raw -F PREROUTING; iptables -w 10 -t raw -A PREROUTING -j BULKHEAD-ENTER');
}

/** Guard and Docker both out of the way: the proof that a probe can work at all. */
export function openEverything(lab: Lab): void {
  neutraliseDocker(lab);
  sh(lab, 'iptables -w 10 -t raw -F PREROUTING');
  sh(lab, 'for c in FORWARD INPUT OUTPUT; do iptables -w 10 -t mangle -I $c 1 -m comment --comment lab-open -j ACCEPT; done');
}

/** Takes a picture of all tables, of IPv4 unless told; the function given back restores them. */
export function picture(lab: Lab, ...tools: readonly ('iptables' | 'ip6tables')[]): () => void {
  const saved = (tools.length > 0 ? tools : (['iptables'] as const)).map((tool) => [tool, sh(lab, `${tool}-save`)] as const);
  return () => saved.forEach(([tool, input]) => lab.mustHost('restoring the tables', [`${tool}-restore`, '-w', '10'], { input }));
}

/** Name, address and network of each membership of a container. */
export function memberships(
  lab: Lab,
  name: string,
): { network: string; address: string; gateway: string; bridge: string; device: string; mac: string }[] {
  const all = JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', name)) as Record<
    string,
    { IPAddress: string; NetworkID: string; MacAddress: string }
  >;
  const links = JSON.parse(lab.inContainer(name, ['ip', '-j', 'addr']).stdout) as { ifname: string; addr_info?: { local: string }[] }[];
  return Object.entries(all).map(([network, { IPAddress: address, MacAddress: mac }]) => {
    const inspected = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .}}', network)) as {
      Options: Record<string, string>;
      IPAM: { Config: { Gateway: string }[] };
    };
    const device = links.find((link) => link.addr_info?.some(({ local }) => local === address))?.ifname ?? '';
    return {
      network,
      address,
      mac,
      device,
      gateway: inspected.IPAM.Config[0].Gateway,
      bridge: inspected.Options['com.docker.network.bridge.name'],
    };
  });
}
