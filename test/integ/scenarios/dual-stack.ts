// Both families in one program: egress, the host, publications and datagrams over IPv6, link-local addresses, and a neighbour that takes another's address.
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, isAtLeast, translatesIpv6, type Program } from '../harness/deployment';
import {
  type Actor,
  ask,
  containerActor,
  gateways,
  judge,
  type Ports,
  type Question,
  serveAll,
  routeFrom,
  type Target,
} from '../harness/matrix';
import { predictor } from '../harness/predict';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import type { Probe, Probes } from '../lab/probe';

const PORTS: Ports = { tcp: [80, 443, 5432, 8081, 9090, 9091], udp: [53, 5353, 9090], icmp: true };
const NAMES = ['web', 'other', 'api', 'client', 'server', 'out', 'any', 'tohost', 'fromhost'].map((name) => `app-${name}`);

const programOf =
  (tcp: boolean): Program =>
  ({ stack, daemon, image }) => {
    const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
    const [front, back, names, alone] = [segment('Front'), segment('Back'), segment('Names'), segment('Alone')];
    const container = (id: string, place = front) => new HardenedContainer(stack, id, { segment: place, image });
    const [web, api, any, out] = [container('Web'), container('Api', back), container('Any'), container('Out', alone)];
    const other = container('Other', back);
    if (tcp) web.connections.allowTo(api, Port.tcp(5432));
    // Of three members each could pass for web in a datagram over IPv6.
    web.connections.allowTo(api, Port.udp(5353), { ipv4Only: true });
    other.connections.allowTo(api, Port.tcp(9091), { ipv4Only: true });
    container('Client').connections.allowTo(container('Server', names), Port.udp(5353));
    container('ToHost').connections.allowTo(Peer.host(), Port.tcp(9090));
    container('FromHost').connections.allowFrom(Peer.host(), Port.tcp(9090));
    if (translatesIpv6(daemon)) {
      out.connections.allowTo(Peer.address(NET.internet6), Port.tcp(443));
      out.connections.allowTo(Peer.address(NET.lanA6), Port.udp(53));
      any.connections.allowTo(Peer.anyIpv6(), Port.tcp(80));
      any.publish(Port.tcp(8081), { targetPort: Port.tcp(9090), hostAddress: '::', sources: [Peer.anyIpv6()] });
    }
  };

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T04'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(true), {
      daemon: { dualStack: true, additionalHostAddresses: [NET.host6, NET.host62] },
    });
    deployment.up();
    const containers = NAMES.map((name) => containerActor(lab, name));
    const outside = (['lanA', 'inet'] as const).map((ns): Actor => {
      const addresses = ns === 'lanA' ? [NET.lanA, NET.lanA6] : [NET.internet, NET.internet6];
      return { name: ns, where: { ns }, endpoints: addresses.map((address) => ({ network: ns, address })) };
    });
    const actors = [...containers, { name: 'host', where: { host: true } as const, endpoints: [] }, ...outside];
    const probes = serveAll(lab, actors, PORTS);
    const translates = isAtLeast(deployment.daemon, '27.0');
    const answers = ask(probes, actors, targetsOf(lab, containers), declared(lab, containers, translates));
    judge(checks, 'dual stack', answers, predictor(deployment.daemon, actors));
    if (translates) {
      const { token } = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: NET.host62, port: 8081, timeoutMs: 3000, tries: 3 });
      checks.shown('a publication on every IPv6 address of the host leads to its container', token === 'app-any', token);
    }
    linkLocal(checks, lab, probes);
    forgery(checks, lab, probes);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    removal(checks, lab, probes, deployment);
  });
}

function targetsOf(lab: Lab, containers: readonly Actor[]): Target[] {
  routeFrom(lab, ['lanA', 'inet']);
  const insiders = new Set(NAMES);
  const foreignContainers = new Set([...NAMES, 'lanA', 'inet']);
  return [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    ...[NET.host, NET.host6, NET.host62].map((address) => ({ name: 'host', address, ports: PORTS, only: foreignContainers })),
    ...gateways(lab).map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    ...[NET.lanA, NET.lanA6].map((address) => ({ name: 'lanA', address, ports: PORTS, only: insiders })),
    ...[NET.internet, NET.internet6].map((address) => ({ name: 'inet', address, ports: PORTS, only: insiders })),
  ];
}

/** Said in plain words, with addresses that the engine tells. */
function declared(lab: Lab, containers: readonly Actor[], translates: boolean): (q: Question) => boolean {
  const on = (name: string, network: string) => {
    const { endpoints } = containers.find((actor) => actor.name === `app-${name}`)!;
    return endpoints.filter((endpoint) => endpoint.network === `app-${network}`).map(({ address }) => address);
  };
  const config = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', 'app-front')) as { Gateway: string }[];
  const open = new Set([
    ...on('api', 'back').map((address) => `app-web ${address} tcp/5432`),
    ...on('api', 'back').flatMap((address) =>
      address.includes(':') ? [] : [`app-web ${address} udp/5353`, `app-other ${address} tcp/9091`],
    ),
    ...on('server', 'names').map((address) => `app-client ${address} udp/5353`),
    ...on('fromhost', 'front').map((address) => `host ${address} tcp/9090`),
    ...config.map(({ Gateway }) => `app-tohost ${Gateway} tcp/9090`),
    ...(translates
      ? [
          `app-out ${NET.internet6} tcp/443`,
          `app-out ${NET.lanA6} udp/53`,
          `app-any ${NET.internet6} tcp/80`,
          `app-any ${NET.lanA6} tcp/80`,
        ]
      : []),
  ]);
  // What the host itself serves to its network is the administrator's.
  return (q) => (['lanA', 'inet'].includes(q.source) ? q.target === 'host' : open.has(`${q.source} ${q.address} ${q.proto}/${q.port}`));
}

/** Every interface with IPv6 has such an address, whoever asked for one or not: between containers, and between them and the host. */
function linkLocal(checks: Checks, lab: Lab, probes: Probes): void {
  const addresses = (text: string) =>
    [...text.matchAll(/^\d+: ([^\s@]+)\S*\s+inet6 (fe80:[0-9a-f:]+)\//gm)].map(([, device, address]) => ({ device, address }));
  const words = ['ip', '-6', '-o', 'addr', 'show', 'scope', 'link'];
  const own = new Map(NAMES.map((name) => [name, addresses(lab.inWhere({ container: name }, words).stdout)]));
  const host = addresses(lab.inNs('host', words).stdout).filter(({ device }) => device.startsWith('bh-'));
  checks.check('containers and bridges have link-local addresses', host.length > 0 && [...own.values()].every((list) => list.length > 0));
  let [sent, reached] = [0, 0];
  for (const [name, list] of own) {
    const others = [...[...own].filter(([other]) => other !== name).flatMap(([, theirs]) => theirs), ...host];
    const batch = list.flatMap(({ device }) =>
      others.flatMap(({ address }): Omit<Probe, 'id'>[] => [
        { proto: 'tcp', dst: `${address}%${device}`, port: 9090, timeoutMs: 500 },
        { proto: 'udp', dst: `${address}%${device}`, port: 5353, timeoutMs: 500 },
      ]),
    );
    const results = probes.run(
      { container: name },
      batch.map((probe, i) => ({ ...probe, id: String(i) })),
    );
    sent += results.length;
    reached += results.filter(({ outcome }) => outcome === 'open' || outcome === 'refused').length;
  }
  checks.shown(`of ${sent} probes to link-local addresses none arrives`, reached === 0, `${reached} arrived`);
}

function removal(checks: Checks, lab: Lab, probes: Probes, deployment: Deployment): void {
  const held = probes.start({ container: 'app-web' }, 'hold', {
    dst: ipv6(lab, 'app-api', 'app-back'),
    port: 5432,
    seconds: 140,
    deadAfterMs: 4000,
    timeoutMs: 5000,
  });
  deployment.change(programOf(false));
  const result = held.result(20_000);
  checks.shown('a removed flow ends its connection over IPv6', result.alive === false && (result.answers ?? 0) > 0, JSON.stringify(result));
}

function ipv6(lab: Lab, name: string, network: string): string {
  return containerActor(lab, name).endpoints.find((one) => one.network === network && one.address.includes(':'))!.address;
}

/** Why datagrams over IPv6 are refused in a network of several: no capability is needed to send from a neighbour's address. */
function forgery(checks: Checks, lab: Lab, probes: Probes): void {
  const delivered = (victim: string, from: string, src: string, dst: string): number => {
    const sniffer = probes.start({ container: victim }, 'sniff', { direction: 'in', proto: 'udp', port: 5353, src });
    probes.attack({ container: from }, 'freebind', { src, dst, port: 5353, uid: 10001, count: 10, intervalMs: 100 });
    sleep(400);
    return sniffer.stop<{ total: number }>().total;
  };
  const kept = delivered('app-api', 'app-other', ipv6(lab, 'app-web', 'app-back'), ipv6(lab, 'app-api', 'app-back'));
  checks.shown("'ipv4Only': nobody reaches the port over IPv6 with the address of who may over IPv4", kept === 0, `${kept} delivered`);
  const client = ipv6(lab, 'app-client', 'app-names');
  lab.docker('run', '-d', '--name', 'joiner', 'lab:1');
  const joining = lab.host(['docker', 'network', 'connect', 'app-names', 'joiner']);
  const joined = joining.code === 0 ? ipv6(lab, 'joiner', 'app-names') : joining.stderr;
  checks.check('a container that is connected by hand gets an IPv6 address of the range left to Docker', /:f000::/.test(joined), joined);
  lab.docker('rm', '-f', 'joiner');
  lab.docker('run', '-d', '--name', 'stranger', '--network', 'app-names', 'lab:1');
  let forged = 0;
  // It asks for nobody on the link before it knows that its own link-local address is unique there.
  for (let round = 0; forged === 0 && round < 8; round++) {
    forged = delivered('app-server', 'stranger', client, ipv6(lab, 'app-server', 'app-names'));
  }
  checks.shown('control: in a network of two, a third one that was attached by hand does', forged > 0);
  lab.docker('rm', '-f', 'stranger');
}
