// Every way to publish, a container on the host's network and one on none: deployed by Terraform, asked from everywhere, and compared with the proof, who
// answers included. Then an engine that chooses another port, and what a range costs.
import { type IDaemon, Reachability } from '../../../src';
import { publicationCost } from '../../../src/engine/private/publication-cost';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Checks } from '../harness/checks';
import { declaredVersion, Deployment } from '../harness/deployment';
import {
  type Actor,
  type Answer,
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
import { INSIDE, INSIDE_IPV6, type Opened, openedBy, OUTSIDE, portsOf, programOf, SCTP_PORT } from '../harness/publishing';
import type { EngineId } from '../lab/cache';
import { run as runProgram, sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import type { Probes } from '../lab/probe';
import * as terraform from '../lab/terraform';

const HOST_ADDRESSES = [NET.host, NET.host2, NET.host6, NET.host62];
const OUTPUTS: Readonly<Record<string, string>> = { chosen: 'chosen', datagrams: 'datagrams', hidden: 'hidden', chosen6: 'chosen6' };
/** A port that nothing names. */
const UNNAMED = 61_234;

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T06', 'T31', 'T50'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const ipv6 = declaredVersion(lab).isAtLeast('27.0');
    const additionalHostAddresses = ipv6 ? HOST_ADDRESSES.slice(1) : [NET.host2];
    const deployment = new Deployment(lab, programOf({ range: true, ipv6 }), { daemon: { dualStack: ipv6, additionalHostAddresses } });
    deployment.up();
    checks.say(`engine ${lab.version().version}, containers are up, ${ipv6 ? 'dual stack' : 'IPv4 alone'}`);
    const opened = openedBy({ ipv6 }).map((one) => withPort(lab, deployment, one));
    outputs(checks, lab, deployment, opened);
    empty(checks, deployment, 'the plan after apply is empty');
    const probes = packets(checks, lab, deployment.daemon, opened, ipv6);
    alone(checks, lab, deployment.daemon, probes);
    anotherPort(checks, lab, deployment, probes);
    cost(checks, lab, deployment, ipv6);
    sctp(checks, lab, deployment, ipv6, probes);
    deployment.destroy();
  });
}

function empty(checks: Checks, deployment: Deployment, what: string): void {
  const plan = deployment.plan();
  checks.shown(what, !plan.changes, plan.text);
}

/** The port that Terraform tells, where the engine chose. */
function withPort(lab: Lab, deployment: Deployment, one: Opened): Required<Opened> {
  const told = terraform.output<string>(deployment.stackDir, lab.terraformEnv());
  return { ...one, port: one.port ?? Number(told[OUTPUTS[one.container]]) };
}

/** What the engine itself says of a container's port. */
function portOf(lab: Lab, { container, target, proto }: Pick<Opened, 'container' | 'target' | 'proto'>): number {
  return Number(/:(\d+)$/m.exec(lab.docker('port', `app-${container}`, `${target}/${proto}`))?.[1]);
}

function outputs(checks: Checks, lab: Lab, deployment: Deployment, opened: readonly Required<Opened>[]): void {
  const told = terraform.output<string>(deployment.stackDir, lab.terraformEnv());
  checks.shown('a fixed port is an output', told.single === '443', told.single);
  for (const one of opened.filter(({ container, target }) => container in OUTPUTS && target !== 9091)) {
    const real = portOf(lab, one);
    const range = lab.mustHost('reading the range', ['cat', '/proc/sys/net/ipv4/ip_local_port_range']).trim().split(/\s+/).map(Number);
    checks.shown(
      `the port of ${one.container} is an output, and one of the host's ephemeral ones`,
      one.port === real && range[0] <= real && real <= range[1],
      `${one.port}, the engine says ${real}, the host ${range.join()}`,
    );
  }
  const pids = runProgram(['ip', 'netns', 'pids', `${lab.id}-host`])
    .stdout.trim()
    .split('\n');
  const programs = pids.map((pid) => runProgram(['cat', `/proc/${pid}/cmdline`]).stdout.split('\0')[0]);
  const proxies = programs.filter((program) => program.endsWith('docker-proxy'));
  checks.shown(
    'no docker-proxy runs on the host',
    proxies.length === 0 && programs.some((program) => program.endsWith('dockerd')),
    programs.join(),
  );
}

function packets(checks: Checks, lab: Lab, daemon: IDaemon, opened: readonly Required<Opened>[], ipv6: boolean): Probes {
  const names = [...INSIDE, ...(ipv6 ? INSIDE_IPV6 : [])].map((name) => `app-${name}`);
  const containers = names.map((name) => containerActor(lab, name));
  const host: Actor = { name: 'host', where: { host: true }, endpoints: [] };
  const agent: Actor = { name: 'app-agent', where: { container: 'app-agent' }, endpoints: [] };
  const outside = OUTSIDE.map((ns): Actor => {
    const key = ns === 'inet' ? 'internet' : ns;
    return { name: ns, where: { ns }, endpoints: [NET[key], NET[`${key}6`]].map((address) => ({ network: ns, address })) };
  });
  routeFrom(lab, OUTSIDE);
  const { publications } = daemon._declarations.store.derived().topology;
  const placeholderPorts = publications.filter(({ isChosen }) => isChosen).map(({ hostPort }) => hostPort.first);
  const ports = portsOf(opened, [...placeholderPorts, UNNAMED]);
  const probes = serveAll(lab, [...containers, host, ...outside], ports);
  const sources = [...containers, host, agent, ...outside];
  const targets = targetsOf(lab, containers, ports, ipv6);
  const answers = ask(probes, sources, targets, declared(lab, opened));
  const receivers = receiverOf(daemon, sources, opened);
  judge(checks, 'publishing', answers, (q) => receivers(q) !== undefined);
  const told = answers.filter(({ token }) => token !== undefined);
  const others = told.filter((answer) => receivers(answer) !== answer.token);
  checks.shown(`${told.length} answers come from whom the proof names`, told.length > 0 && others.length === 0, () =>
    others.map((each) => `${text(each)}: ${each.token}, the proof says ${receivers(each)}`).join('\n'),
  );
  return probes;
}

function text({ source, address, proto, port }: Answer): string {
  return `${source} -> ${address} ${proto}/${port}`;
}

function targetsOf(lab: Lab, containers: readonly Actor[], ports: Ports, ipv6: boolean): Target[] {
  const insiders = new Set(containers.map(({ name }) => name));
  const onHost = new Set(['host', 'app-agent']);
  const addresses = ipv6 ? HOST_ADDRESSES : [NET.host, NET.host2];
  return [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports }))),
    ...addresses.map((address) => ({ name: 'host', address, ports })),
    ...gateways(lab).map((address) => ({ name: 'host', address, ports, only: insiders })),
    { name: 'host', address: '127.0.0.1', ports, only: onHost },
    ...[NET.lanA, ...(ipv6 ? [NET.lanA6] : [])].map((address) => ({ name: 'lanA', address, ports, only: insiders })),
  ];
}

/** In plain words, with the addresses that the engine tells. */
function declared(lab: Lab, opened: readonly Required<Opened>[]): (q: Question) => boolean {
  const home = (name: string) => containerActor(lab, name).endpoints.filter(({ network }) => network === 'app-back');
  const config = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', 'app-back')) as { Gateway: string }[];
  const flows = new Set([
    ...home('app-db').map(({ address }) => `app-client ${address} tcp/9100`),
    ...home('app-db').flatMap(({ address }) => ['host', 'app-agent'].map((who) => `${who} ${address} tcp/9101`)),
    ...config.map(({ Gateway }) => `app-client ${Gateway} tcp/9102`),
  ]);
  return ({ source, target, address, proto, port }) => {
    const isOutside = (OUTSIDE as readonly string[]).includes(source);
    if (target === 'host' && (isOutside || source === 'host' || source === 'app-agent')) {
      const published = opened.find((one) => one.addresses.includes(address) && one.proto === proto && one.port === port);
      // What the host itself serves to its network is the administrator's.
      return published === undefined || !isOutside || published.sources.includes(source);
    }
    return flows.has(`${source} ${address} ${proto}/${port}`);
  };
}

/** Who gets it, by the packet walk alone. It knows no chosen port, so the one that was chosen is asked as what stands in for it. */
function receiverOf(daemon: IDaemon, actors: readonly Actor[], opened: readonly Required<Opened>[]): (q: Question) => string | undefined {
  const { view, derived } = Reachability.of(daemon)._proof;
  const { workloads, publications } = derived.topology;
  const paths = new Map(workloads.map(({ name, path }) => [name, path]));
  const names = new Map(workloads.map(({ name, path }) => [path, name]));
  const chosen = publications.filter(({ isChosen }) => isChosen);
  const familyOf = (address: string) => (address.includes(':') ? ('ipv6' as const) : ('ipv4' as const));
  const portIn = ({ address, proto, port }: Question) => {
    const real = opened.find((one) => one.port === port && one.proto === proto && one.addresses.includes(address));
    const standIn = chosen.find((plan) => names.get(plan.workload) === `app-${real?.container}` && plan.targetPort.first === real?.target);
    if (standIn !== undefined) return standIn.hostPort.first;
    return chosen.some(({ hostPort }) => hostPort.first === port) ? UNNAMED : port;
  };
  const sourceOf = ({ source, address: to }: Question): ProbeSource => {
    const { where, endpoints } = actors.find(({ name }) => name === source)!;
    if ('host' in where || source === 'app-agent') return { kind: 'host' };
    if ('container' in where) return { kind: 'container', key: paths.get(where.container)!, routesOnly: true };
    const { address } = endpoints.find((endpoint) => familyOf(endpoint.address) === familyOf(to))!;
    return { kind: 'outside', interface: UPLINK, address };
  };
  return (q) => {
    const family = familyOf(q.address);
    const protocol = q.proto === 'icmp' && family === 'ipv6' ? 'ipv6-icmp' : q.proto;
    const { disposition, receiver } = walk(view, { family, from: sourceOf(q), to: q.address, protocol, port: portIn(q) });
    if (disposition === 'UNKNOWN') throw new Error(`the walk is in doubt about ${q.source} -> ${q.address} ${q.proto}/${q.port}`);
    if (disposition !== 'DELIVERED' || receiver === undefined) return undefined;
    if (receiver.kind === 'container') return names.get(receiver.container!);
    return receiver.kind === 'host' ? 'host' : q.target;
  };
}

/** On no network there is nobody to ask, and nobody who asks. */
function alone(checks: Checks, lab: Lab, daemon: IDaemon, probes: Probes): void {
  const links = lab.inContainer('app-alone', ['ip', '-o', 'link', 'show']).stdout.trim().split('\n');
  checks.shown('a container on no network has its loopback interface alone', links.length === 1 && links[0].includes(' lo:'), links.join());
  const asked = [NET.host, NET.lanA, NET.internet, ...gateways(lab).filter((address) => !address.includes(':'))];
  const results = probes.run(
    { container: 'app-alone' },
    asked.map((dst, i) => ({ id: String(i), proto: 'tcp', dst, port: 80, timeoutMs: 700 })),
  );
  checks.shown(
    'and reaches none of the addresses around',
    results.every(({ outcome }) => outcome === 'unreachable'),
    JSON.stringify(results),
  );
  const kept = Reachability.of(daemon).withoutSegment();
  checks.check('the proof names both containers that are in no segment', kept.length === 2, JSON.stringify(kept));
  const [own, hosts] = ['app-agent', 'host'].map((who) =>
    lab.inWhere(who === 'host' ? { host: true } : { container: who }, ['readlink', '/proc/self/ns/net']).stdout.trim(),
  );
  checks.shown("the container on the host's network is in the namespace of the host", own === hosts && own !== '', `${own} ${hosts}`);
  for (const name of ['app-agent', 'app-alone']) {
    const mounts = lab.docker('inspect', '--format', '{{json .Mounts}}', name);
    checks.shown(`${name} has the stamp`, mounts.includes('/.bulkhead-guard'), mounts);
  }
}

/** The engine chooses anew with each start: rules that know no port need no change. */
function anotherPort(checks: Checks, lab: Lab, deployment: Deployment, probes: Probes): void {
  const one = { container: 'chosen', target: 9090, proto: 'tcp' } as const;
  const before = portOf(lab, one);
  // The engine gives the next port of its range, so one that is free again comes back at the end of it only.
  lab.docker('restart', '-t', '1', 'app-chosen');
  const now = portOf(lab, one);
  checks.say(`the port was ${before}, and is ${now} after a start`);
  probes.serve({ container: 'app-chosen' }, [{ proto: 'tcp', address: '0.0.0.0', port: 9090, token: 'app-chosen' }]);
  const askFrom = (ns: 'lanA' | 'lanB') =>
    probes.one({ ns }, { proto: 'tcp', dst: NET.host, port: now, timeoutMs: 2000, tries: ns === 'lanA' ? 3 : 1 });
  const [allowed, refused] = [askFrom('lanA'), askFrom('lanB')];
  checks.shown('after a start whoever may ask the new port gets an answer', allowed.token === 'app-chosen', JSON.stringify(allowed));
  checks.shown('and nobody else does', refused.outcome === 'timeout', JSON.stringify(refused));
  terraform.apply(deployment.stackDir, lab.terraformEnv());
  const told = terraform.output<string>(deployment.stackDir, lab.terraformEnv()).chosen;
  checks.shown('the next apply tells the new port', told === String(now), `${told}, now ${now}`);
  empty(checks, deployment, 'and leaves an empty plan');
}

/** How many rules of the engine there are, of both families and in all its tables. */
function ruleCount(lab: Lab): number {
  const saves = ['iptables-save', 'ip6tables-save'].map((program) => lab.mustHost('reading the rules', [program]));
  return saves
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('-A ') && !line.includes('BULKHEAD')).length;
}

function cost(checks: Checks, lab: Lab, deployment: Deployment, ipv6: boolean): void {
  const { topology } = deployment.daemon._declarations.store.derived();
  const plans = topology.publications.filter(({ workload }) => workload === 'app/Range');
  const predicted = publicationCost(topology, deployment.daemon._declarations.store.engine, plans);
  const before = ruleCount(lab);
  deployment.change(programOf({ range: false, ipv6 }));
  const made = before - ruleCount(lab);
  checks.shown(
    `a range of ${plans[0].hostPort.last - plans[0].hostPort.first + 1} ports is ${predicted.rules} rules and ${predicted.proxies} proxies, as predicted`,
    made === predicted.rules && predicted.proxies === 0,
    `${made} rules`,
  );
}

/**
 * On a kernel without SCTP no engine holds such a port (the scenario `sctp` has one that does), but the kernel tracks and translates the packets: so the guard
 * of a program that publishes one is put in place, the engine's translation is made by hand, and first packets are sent as they are.
 */
function sctp(checks: Checks, lab: Lab, deployment: Deployment, ipv6: boolean, probes: Probes): void {
  deployment.synth(programOf({ range: false, ipv6, sctp: true }));
  deployment.install();
  const { publications } = deployment.daemon._declarations.store.derived().topology;
  const { address } = publications.find(({ hostPort }) => hostPort.protocol === 'sctp')!;
  const to = ['-p', 'sctp', '--dport', String(SCTP_PORT), '-d'];
  lab.iptables('a translation', '-t', 'nat', '-I', 'PREROUTING', ...to, NET.host, '-j', 'DNAT', '--to', address);
  lab.iptables('and what lets it through', '-I', 'FORWARD', ...to, address, '-j', 'ACCEPT');
  const arrived = (ns: 'lanA' | 'lanB', dst: string, sport: number): number => {
    const sniffer = probes.start({ container: 'app-single' }, 'sniff', { direction: 'in', proto: '132', port: SCTP_PORT, src: NET[ns] });
    const { sent } = probes.attack({ ns }, 'sctp-init', { src: NET[ns], dst, sport, port: SCTP_PORT, count: 5, intervalMs: 50 });
    checks.check('the packets were sent', sent === 5, String(sent));
    sleep(300);
    return sniffer.stop<{ total: number }>().total;
  };
  const [allowed, refused] = [arrived('lanA', NET.host, 40_001), arrived('lanB', NET.host, 40_002)];
  checks.shown('SCTP: whoever may ask gets through by the translation', allowed > 0, `${allowed} of 5`);
  checks.shown('SCTP: nobody else does', refused === 0, `${refused} of 5`);
  const straight = arrived('lanA', address, 40_003);
  checks.shown('SCTP: nor does who may ask, past the translation', straight === 0, `${straight} of 5`);
}
