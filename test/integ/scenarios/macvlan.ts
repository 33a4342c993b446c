// Containers as stations of the LAN: who reaches whom in each mode, the host through a shim and not without one, and a workload of another segment
// where the guard narrows. Every probe is predicted, too.
import type { TerraformElement } from 'cdktf';
import { BridgeSegment, Cidr, HardenedContainer, HostShim, MacvlanMode, MacvlanSegment, Peer, Port } from '../../../src';
import { viewOf } from '../../../src/reachability/private/view-of';
import type { WirePlan } from '../../../src/topology/private/topology';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, judge, type Ports, type Question, serveAll, type Target } from '../harness/matrix';
import { comparePredictions } from '../harness/wire-predictions';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import type { Probes } from '../lab/probe';

const PARENT = 'eth0';
const PORTS: Ports = { tcp: [8080, 9090, 9100], udp: [5353], icmp: true };

interface Shape {
  readonly mode: MacvlanMode;
  readonly withShim?: boolean;
  /** A parent in mode passthru has room for one. */
  readonly isAlone?: boolean;
  /** Given to Terraform past the library, for the recorder. */
  readonly macAddress?: string;
}

function programOf({ mode, withShim, isAlone, macAddress }: Shape): Program {
  return ({ stack, daemon, image }) => {
    const lan = new MacvlanSegment(stack, 'Lan', {
      daemon,
      reason: 'devices of the LAN find them by broadcast',
      parent: PARENT,
      mode,
      ipv4Block: Cidr.parse(NET.lan),
      ipv4Gateway: NET.router,
      ipRange: Cidr.parse('192.0.2.64/26'),
      dhcpRange: { first: '192.0.2.128', last: '192.0.2.191' },
    });
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const container = (id: string, segment: MacvlanSegment | BridgeSegment) => new HardenedContainer(stack, id, { segment, image });
    const camera = container('Camera', lan);
    const [web] = ['Web', 'Silent'].map((id) => container(id, front));
    web.connections.allowTo(camera, Port.tcp(8080));
    const recorder = isAlone ? undefined : container('Recorder', lan);
    if (macAddress !== undefined) {
      (recorder!.node.defaultChild as TerraformElement).addOverride('networks_advanced.0.mac_address', macAddress);
    }
    if (withShim) {
      new HostShim(stack, 'Shim', { segment: lan });
      camera.connections.allowFrom(Peer.host(), Port.tcp(8080));
      camera.connections.allowTo(Peer.host(), Port.tcp(9100));
    }
  };
}

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T46'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const first: Shape = { mode: MacvlanMode.BRIDGE };
    const deployment = new Deployment(lab, programOf(first));
    deployment.up();
    probe(checks, lab, deployment, first);
    const shapes: Shape[] = [{ mode: MacvlanMode.BRIDGE, withShim: true }, { mode: MacvlanMode.PRIVATE }, { mode: MacvlanMode.VEPA }];
    for (const shape of shapes) {
      deployment.change(programOf(shape));
      probe(checks, lab, deployment, shape);
      if (shape.withShim) comesBack(checks, lab, deployment);
    }
    fixedMac(checks, lab, deployment);
    deployment.destroy();
  });
  // A lab of its own: who listens in a container that is gone keeps its interface, and this mode wants the parent for itself.
  withLab(engine, (lab) => {
    const alone: Shape = { mode: MacvlanMode.PASSTHRU, isAlone: true };
    const deployment = new Deployment(lab, programOf(alone));
    deployment.up();
    probe(checks, lab, deployment, alone);
    deployment.destroy();
  });
}

/** Why a container is offered none: the provider hands it over where no engine looks for one. Once this fails, there is something to offer. */
function fixedMac(checks: Checks, lab: Lab, deployment: Deployment): void {
  const wanted = '02:42:0a:00:00:07';
  deployment.change(programOf({ mode: MacvlanMode.BRIDGE, macAddress: wanted }));
  const [, found] = /link\/ether (\S+)/.exec(lab.inContainer('app-recorder', ['ip', '-o', 'link', 'show', 'dev', 'eth0']).stdout) ?? [];
  checks.shown(
    `a MAC address that Terraform is given does not reach the container, which has ${found}`,
    found !== undefined && found !== wanted,
  );
}

function wireOf({ daemon }: Deployment): WirePlan {
  return daemon._declarations.store.derived().topology.wires[0];
}

function probe(checks: Checks, lab: Lab, deployment: Deployment, shape: Shape): void {
  const { mode, withShim, isAlone } = shape;
  const what = `${mode}${withShim ? ' with a shim' : ''}`;
  const view = viewOf(deployment.daemon._declarations.store.derived().topology, deployment.daemon._declarations.store.engine);
  const wire = wireOf(deployment);
  const names = ['app-camera', ...(isAlone ? [] : ['app-recorder']), 'app-web', 'app-silent'];
  const containers = names.map((name) => containerActor(lab, name));
  const host: Actor = { name: 'host', where: { host: true }, endpoints: [] };
  const outside: Actor[] = (['lanA', 'inet'] as const).map((ns) => ({ name: ns, where: { ns }, endpoints: [] }));
  const probes = serveAll(lab, [...containers, host, ...outside], PORTS);
  const targets: Target[] = [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    { name: 'host', address: NET.host, ports: PORTS, only: new Set(names) },
    ...(wire.shim ? [{ name: 'host', address: wire.shim.address, ports: PORTS, only: new Set(names) }] : []),
    { name: 'lanA', address: NET.lanA, ports: PORTS, only: new Set(names) },
    { name: 'inet', address: NET.internet, ports: PORTS, only: new Set(names) },
  ];
  // In mode passthru the interface is the container's, and the host has none any more.
  const sources = mode === MacvlanMode.PASSTHRU ? [...containers, ...outside] : [...containers, host, ...outside];
  const answers = ask(probes, sources, targets, truth(containers, wire, shape), 600);
  judge(checks, what, answers);
  comparePredictions(checks, what, view, answers);
  const plan = deployment.plan();
  checks.shown(`${what}: the plan after apply is empty`, !plan.changes, plan.text);
}

/** What the declarations and the nature of the wire say, worked out by hand. */
function truth(containers: readonly Actor[], { shim }: WirePlan, { mode }: Shape): (q: Question) => boolean {
  const stations = new Map(
    containers.flatMap(({ name, endpoints }) =>
      endpoints.filter(({ network }) => network === 'app-lan').map(({ address }) => [name, address] as const),
    ),
  );
  const onWire = new Set([...stations.values(), NET.lanA, NET.internet]);
  const camera = containers.find(({ name }) => name === 'app-camera')!;
  const inFront = camera.endpoints.find(({ network }) => network === 'app-front')!.address;
  return ({ source, address, proto, port }) => {
    const asked = `${source} ${address} ${proto}/${port}`;
    if (asked === `app-web ${inFront} tcp/8080`) return true;
    if (shim && asked === `host ${stations.get('app-camera')} tcp/8080`) return true;
    if (shim && asked === `app-camera ${shim.address} tcp/9100`) return true;
    const isStation = stations.has(source) || source === 'lanA' || source === 'inet';
    if (!isStation || !onWire.has(address)) return false;
    // The switch of the lab does not send frames back, so vepa keeps them apart like private.
    const isBetween = stations.has(source) && [...stations.values()].includes(address);
    return !isBetween || mode === MacvlanMode.BRIDGE;
  };
}

/** Somebody takes the shim away: the watch, or the next run of the firewall's unit, brings it back as it was. */
function comesBack(checks: Checks, lab: Lab, deployment: Deployment): void {
  const { shim } = wireOf(deployment);
  const name = shim!.interface;
  const camera = containerActor(lab, 'app-camera').endpoints.find(({ network }) => network === 'app-lan')!.address;
  const probes: Probes = serveAll(lab, [], PORTS);
  const asks = () => probes.one({ host: true }, { proto: 'tcp', dst: camera, port: 8080, timeoutMs: 2000, tries: 5 }).outcome;
  const shown = lab.host(['sh', '-c', 'ip link del dev "$1" && bulkhead-firewall check', 'sh', name]);
  const isBack = lab.host(['ip', 'link', 'show', 'dev', name]).code === 0;
  const told = shown.code !== 0 && shown.stdout.includes(`shim ${name} on ${PARENT} is missing`);
  checks.shown('a missing shim is told, unless the watch was quicker', told || isBack, shown.stdout + shown.stderr);
  lab.startUnit('bulkhead-firewall');
  checks.shown('the shim comes back with its unit', asks() === 'open');
  lab.mustHost('taking its route away', ['ip', 'route', 'del', '192.0.2.64/26', 'dev', name]);
  lab.startUnit('bulkhead-firewall');
  checks.shown('and so does its route', asks() === 'open');
  const check = lab.host(['bulkhead-firewall', 'check']);
  checks.shown('then all holds', check.code === 0, check.stdout + check.stderr);
  const before = lab.mustHost('applying again', ['bulkhead-firewall', 'apply']);
  checks.shown('and applying again changes nothing', before.includes('nothing changed'), before);
}
