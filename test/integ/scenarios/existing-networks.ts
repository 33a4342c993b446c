// Networks and containers that others made: what ours may do there and others to ours, over which network a container leaves, and that Terraform reads
// what it must not change. Every probe is predicted, too.
import { BridgeSegment, Cidr, HardenedContainer, type ISegment, Peer, Port, Reachability } from '../../../src';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, isAtLeast, type Program, STACK } from '../harness/deployment';
import { type Actor, ask, containerActor, gateways, type Ports, type Question, serveAll, type Target } from '../harness/matrix';
import { readSwitches, type Switches } from '../harness/packets-switches';
import { UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import * as terraform from '../lab/terraform';

const PORTS: Ports = { tcp: [443, 5432, 8080, 9090], udp: [5353], icmp: true };

/** As Compose makes it, its block chosen by the engine; and one without a way out. */
const OPEN = 'shop_default';
const CLOSED = 'zoo_back';
const CLOSED_BLOCK = '172.30.5.0/24';
const CLOSED_GATEWAY = '172.30.5.254';

const OURS = ['Member', 'Front', 'Back', 'Vaulter', 'Fixed'];
/** Containers of others by name, with the construct that the program has for them; of the last nobody told it. */
const THEIRS = new Map([
  ['old', 'app/Old'],
  ['vault', 'app/Vault'],
  ['stranger', 'app/Legacy/*'],
]);
/** Those of whom the program does not know where they are, or that they are. */
const UNKNOWN = ['vault', 'stranger'];

interface Told {
  readonly block: string;
  readonly gateway: string;
  readonly old: string;
  readonly isInternal?: boolean;
}

const programOf =
  ({ block, gateway, old, isInternal = false }: Told): Program =>
  ({ stack, daemon, image }) => {
    const legacy = BridgeSegment.fromSegmentAttributes(stack, 'Legacy', {
      daemon,
      networkName: OPEN,
      ipv4Block: Cidr.parse(block),
      ipv4Gateway: gateway,
      isInternal,
      reason: 'the old shop is made by Compose',
      joinReason: 'the new front asks the old shop until spring',
    });
    const zoo = BridgeSegment.fromSegmentAttributes(stack, 'Zoo', {
      daemon,
      networkName: CLOSED,
      ipv4Block: Cidr.parse(CLOSED_BLOCK),
      ipv4Gateway: CLOSED_GATEWAY,
      isInternal: true,
      reason: 'the vault is kept by another team',
      joinReason: 'the vault is asked by one workload',
    });
    const [fresh, deep] = ['New', 'Deep'].map((id) => new BridgeSegment(stack, id, { daemon }));
    const oldShop = HardenedContainer.fromContainerAttributes(stack, 'Old', { segment: legacy, containerName: 'old', ipv4Address: old });
    const vault = HardenedContainer.fromContainerAttributes(stack, 'Vault', { segment: zoo, containerName: 'vault' });
    const container = (id: string, segment: ISegment = deep, ipv4Address?: string) =>
      new HardenedContainer(stack, id, { segment, image, ipv4Address });
    const [member, front, back] = [container('Member', legacy), container('Front', fresh), container('Back')];
    const [vaulter, fixed] = [container('Vaulter'), container('Fixed', zoo, '172.30.5.77')];
    member.connections.allowTo(oldShop, Port.tcp(8080));
    member.connections.allowTo(back, Port.tcp(5432));
    if (!isInternal) member.connections.allowTo(Peer.address(NET.internet), Port.tcp(443));
    front.connections.allowTo(oldShop, Port.tcp(8080));
    front.publish(Port.tcp(443), { targetPort: Port.tcp(9090), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    vaulter.connections.allowTo(vault, Port.tcp(8080));
    vaulter.connections.allowTo(Peer.address(NET.internet), Port.tcp(443));
    back.connections.allowTo(fixed, Port.tcp(9090));
  };

export function run(engine: EngineId, checks: Checks): void {
  for (const hasGuard of [true, false]) {
    withLab(engine, (lab) => {
      const empty: Program = () => {};
      if (!hasGuard) lab.mustHost('forwarding', ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
      const deployment = hasGuard ? new Deployment(lab, empty) : new UnguardedDeployment(lab, empty);
      deployment.up();
      const told = makeTheirs(lab);
      const before = ids(lab);
      bring(deployment, programOf(told), hasGuard);
      const what = hasGuard ? 'with the guard' : 'without it';
      packets(checks, what, lab, deployment);
      const plan = deployment.plan();
      checks.shown(`${what}: the plan after apply is empty`, !plan.changes, plan.text);
      if (hasGuard) {
        gatewayByName(checks, lab);
        otherThanTold(checks, lab, deployment, told);
      }
      deployment.synth(programOf(told));
      deployment.destroy();
      checks.shown(`${what}: destroy leaves what others made as it was`, ids(lab) === before, `${before}\n${ids(lab)}`);
      const left =
        lab.docker('ps', '-aq', '--filter', `name=^${STACK}-`) + lab.docker('network', 'ls', '-q', '--filter', `name=^${STACK}-`);
      checks.shown(`${what}: and nothing of ours`, left === '', left);
    });
  }
}

function makeTheirs(lab: Lab): Told {
  lab.docker('network', 'create', OPEN);
  lab.docker('network', 'create', '--internal', '--subnet', CLOSED_BLOCK, '--gateway', CLOSED_GATEWAY, CLOSED);
  for (const [name, network] of [
    ['old', OPEN],
    ['stranger', OPEN],
    ['vault', CLOSED],
  ]) {
    lab.docker('run', '-d', '--name', name, '--network', network, 'lab:1');
  }
  const [{ Subnet: block, Gateway: gateway }] = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', OPEN)) as {
    Subnet: string;
    Gateway: string;
  }[];
  return { block, gateway, old: addressOn(containerActor(lab, 'old'), OPEN)! };
}

/** Of networks and containers of others; what is made anew has another one. */
function ids(lab: Lab): string {
  return [OPEN, CLOSED, ...THEIRS.keys()].map((name) => lab.docker('inspect', '--format', '{{.Id}}', name)).join(' ');
}

function bring(deployment: Deployment, program: Program, hasGuard: boolean): void {
  deployment.synth(program);
  if (hasGuard) deployment.install();
  terraform.apply(deployment.stackDir, deployment.lab.terraformEnv());
}

function packets(checks: Checks, what: string, lab: Lab, { daemon }: Deployment): void {
  const ours = OURS.map((id) => containerActor(lab, nameOf(id)));
  const containers = [...ours, ...[...THEIRS.keys()].map((name) => containerActor(lab, name))];
  const outside = (
    [
      ['lanA', NET.lanA],
      ['inet', NET.internet],
    ] as const
  ).map(([ns, address]): Actor => ({ name: ns, where: { ns }, endpoints: [{ network: ns, address }] }));
  const actors: Actor[] = [...containers, { name: 'host', where: { host: true }, endpoints: [] }, ...outside];
  const blocks = new Set(containers.flatMap(({ endpoints }) => endpoints.map(({ address }) => `${address}/32`)));
  for (const ns of ['lanA', 'inet'] as const) {
    // What comes from the internet has its address, not that of its router.
    for (const block of blocks) {
      lab.inNs(ns, ['ip', 'route', 'replace', block, 'via', HOST_ADDRESS, 'src', ns === 'inet' ? NET.internet : NET.lanA]);
    }
  }
  lab.inNs('inet', ['ip', 'route', 'replace', NET.lan, 'dev', 'eth0', 'src', NET.internet]);
  const probes = serveAll(lab, actors, PORTS);
  const insiders = new Set(containers.map(({ name }) => name));
  const foreignContainers = new Set([...insiders, 'lanA', 'inet']);
  const targets: Target[] = [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    { name: 'host', address: HOST_ADDRESS, ports: PORTS, only: foreignContainers },
    ...gateways(lab).map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    { name: 'lanA', address: NET.lanA, ports: PORTS, only: insiders },
    { name: 'inet', address: NET.internet, ports: PORTS, only: insiders },
  ];
  const { view, derived } = Reachability.of(daemon)._proof;
  const shown = shownAt(derived.topology.existing, ours);
  const switches = readSwitches(lab, [], containers);
  defaultRoutes(checks, what, view, ours, switches, isAtLeast(daemon, '26.0'));
  const asRouted = routed(view, switches, containers);
  const model = (q: Question) => predicted(asRouted, shown, q);
  const answers = ask(probes, actors, targets, (q) => model(q).disposition !== 'DROPPED' && model(q).disposition !== 'UNREACHABLE', 600);
  let [unknown, wrong] = [0, 0];
  for (const answer of answers) {
    const { disposition, by, doubts } = model(answer);
    const text = `${what}: ${answer.source} -> ${answer.target} ${answer.address} ${answer.proto}/${answer.port}`;
    if (disposition === 'UNKNOWN') {
      unknown++;
      checks.check(`${text}: the doubt is about whom nobody knows`, isOfUnknown(answer), () => doubts.join('; '));
      continue;
    }
    const isOpen = disposition === 'DELIVERED';
    const isRight = answer.observed === isOpen && (!isOpen || answer.token === undefined || answer.token === by);
    if (!isRight) wrong++;
    checks.check(text, isRight, () => `predicted ${disposition} ${by ?? ''}, observed ${answer.outcome} ${answer.token ?? ''}`);
  }
  const opened = answers.filter(({ observed }) => observed);
  checks.say(
    `${what}: ${answers.length} probes, ${answers.length - unknown} predicted, ${wrong} wrong; ${unknown} UNKNOWN, of ${UNKNOWN.join(' and ')} alone`,
  );
  for (const flow of [
    `app-member old tcp/8080`,
    `app-member app-back tcp/5432`,
    `app-member inet tcp/443`,
    `app-front old tcp/8080`,
    `lanA host tcp/443`,
    `app-vaulter vault tcp/8080`,
    `app-vaulter inet tcp/443`,
    `app-back app-fixed tcp/9090`,
  ]) {
    const isOpen = opened.some(({ source, target, proto, port }) => `${source} ${target} ${proto}/${port}` === flow);
    checks.check(`${what}: what was declared is open: ${flow}`, isOpen);
  }
  const { token } = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: HOST_ADDRESS, port: 443, timeoutMs: 3000, tries: 3 });
  checks.shown(`${what}: a publication works beside a network of others with a way out`, token === 'app-front', token);
  const { outcome } = probes.one(
    { container: 'app-member' },
    { proto: 'tcp', dst: addressOn(containers[5], OPEN)!, port: 8080, timeoutMs: 3000, tries: 3 },
  );
  checks.check(`${what}: a member finds the container of others`, outcome === 'open', outcome);
}

function isOfUnknown({ source, target }: Question): boolean {
  return UNKNOWN.includes(source) || UNKNOWN.includes(target);
}

function nameOf(id: string): string {
  return `${STACK}-${id.toLowerCase()}`;
}

function keyOf(name: string): string {
  return THEIRS.get(name) ?? `${STACK}/${OURS.find((id) => nameOf(id) === name)!}`;
}

function addressOn({ endpoints }: Actor, network: string): string | undefined {
  return endpoints.find((endpoint) => endpoint.network === network)?.address;
}

/** Where the proof shows containers of ours whose addresses the engine chose. */
function shownAt(
  existing: readonly { networkName: string; members: readonly { workload: string; ipv4: string }[] }[],
  ours: readonly Actor[],
): ReadonlyMap<string, string> {
  return new Map(
    existing.flatMap(({ networkName, members }) =>
      members.map(({ workload, ipv4 }) => {
        const actor = ours.find(({ name }) => keyOf(name) === workload)!;
        return [addressOn(actor, networkName)!, ipv4] as const;
      }),
    ),
  );
}

/** Programs send where their routes lead, which before 26 may be a network without a way out; a proof counts every way. */
function routed(view: HostView, { defaultRoutes: leading }: Switches, actors: readonly Actor[]): HostView {
  const byKey = new Map(actors.map((actor) => [keyOf(actor.name), actor]));
  const containers = view.containers.map((container) => {
    const actor = byKey.get(container.key);
    if (actor === undefined) return container;
    const addresses = leading.get(actor.name)!;
    const networks = new Set(actor.endpoints.filter(({ address }) => addresses.has(address)).map(({ network }) => network));
    const leads = (name: string, ipv4: string) => networks.has(name.replace(/^existing /, '')) || addresses.has(ipv4);
    return {
      ...container,
      attachments: container.attachments.map((each) => ({
        ...each,
        isGateway: { ipv4: leads(each.interface, each.ipv4!), ipv6: false },
      })),
    };
  });
  return { ...view, containers };
}

/** The network by which the proof says that a container leaves is that of its default route. */
function defaultRoutes(
  checks: Checks,
  what: string,
  view: HostView,
  ours: readonly Actor[],
  { defaultRoutes: leading }: Switches,
  hasNoneInternal: boolean,
): void {
  let [compared, wrong] = [0, 0];
  for (const actor of ours) {
    const { attachments } = view.containers.find(({ key }) => key === keyOf(actor.name))!;
    const led = attachments.find(({ isGateway }) => isGateway.ipv4);
    const addresses = [...leading.get(actor.name)!];
    const seen = actor.endpoints.filter(({ address }) => addresses.includes(address)).map(({ network }) => network);
    if (led === undefined) {
      // Before 26 one leads into a network without a way out, and ends there.
      if (!hasNoneInternal) continue;
    }
    const wanted =
      led === undefined
        ? []
        : led.interface.startsWith('existing ')
          ? [OPEN]
          : [`${actor.name === 'app-front' ? 'app-new' : 'app-deep'}-gw`];
    compared++;
    const isRight = checks.check(
      `${what}: the default route of ${actor.name}`,
      seen.join() === wanted.join(),
      `predicted ${wanted.join() || 'none'}, seen ${seen.join() || 'none'}`,
    );
    if (!isRight) wrong++;
  }
  checks.say(`${what}: ${compared} default routes where the proof says, but for ${wrong}`);
}

interface Predicted {
  readonly disposition: string;
  readonly by?: string;
  readonly doubts: readonly string[];
}

function predicted(view: HostView, shown: ReadonlyMap<string, string>, { source, address, proto, port }: Question): Predicted {
  const to = shown.get(address) ?? address;
  const { disposition, receiver, doubts } = walk(view, { family: 'ipv4', from: sourceOf(source), to, protocol: proto, port });
  return { disposition, ...(receiver && { by: receiverName(receiver) }), doubts: doubts.map(({ text, chain }) => text ?? chain) };
}

function sourceOf(name: string): ProbeSource {
  // A prober answers by its routes: an answer with the source of one network that leaves by another one is dropped.
  if (name === 'host') return { kind: 'host', routesOnly: true };
  if (name === 'lanA') return { kind: 'outside', interface: UPLINK, address: NET.lanA, routesOnly: true };
  if (name === 'inet') return { kind: 'outside', interface: UPLINK, address: NET.internet, routesOnly: true };
  return { kind: 'container', key: keyOf(name), routesOnly: true };
}

function receiverName({ kind, container, address }: { kind: string; container?: string; address: string }): string {
  if (kind === 'container') return [...THEIRS].find(([, key]) => key === container)?.[0] ?? nameOf(container!.slice(STACK.length + 1));
  return kind === 'host' ? 'host' : address === NET.lanA ? 'lanA' : address === NET.internet ? 'inet' : address;
}

/** Why a gateway network must be the first by name: the engine takes no other one, in whatever order a container is attached. */
function gatewayByName(checks: Checks, lab: Lab): void {
  for (const name of ['probe_b', 'probe_a']) lab.docker('network', 'create', name);
  lab.docker('create', '--name', 'twofold', '--network', 'probe_b', 'lab:1');
  lab.docker('network', 'connect', 'probe_a', 'twofold');
  lab.docker('start', 'twofold');
  const [leading] = readSwitches(lab, [], [{ name: 'twofold' }]).defaultRoutes.get('twofold')!;
  const { endpoints } = containerActor(lab, 'twofold');
  const seen = endpoints.find(({ address }) => address === leading)?.network;
  checks.shown('of two networks with a way out the first by name leads', seen === 'probe_a', seen);
  lab.docker('rm', '-f', 'twofold');
  for (const name of ['probe_b', 'probe_a']) lab.docker('network', 'rm', name);
}

/** Terraform holds what the program says against what is there. */
function otherThanTold(checks: Checks, lab: Lab, deployment: Deployment, told: Told): void {
  const cases: [string, Told, string][] = [
    ['a way out', { ...told, isInternal: true }, "the network is not internal, but 'isInternal' is true"],
    ['the gateway', { ...told, gateway: told.gateway.replace(/\.1$/, '.3') }, 'the gateway of the network is not'],
  ];
  for (const [what, wrong, words] of cases) {
    deployment.synth(programOf(wrong));
    const { code, stdout, stderr } = terraform.tryApply(deployment.stackDir, lab.terraformEnv());
    const text = (stdout + stderr).replace(/[\s│╷╵]+/g, ' ');
    checks.shown(`a plan fails that says otherwise of ${what}`, code !== 0 && text.includes(words), stdout + stderr);
  }
}
