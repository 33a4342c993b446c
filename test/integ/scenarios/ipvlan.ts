// ipvlan networks as engines take them: created by Terraform with our options, read back without a difference; and who reaches whom over them.
import { BridgeSegment, Cidr, HardenedContainer, IpvlanMode, IpvlanSegment } from '../../../src';
import { viewOf } from '../../../src/reachability/private/view-of';
import type { Checks } from '../harness/checks';
import { Deployment, isAtLeast, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, judge, type Ports, serveAll, type Target } from '../harness/matrix';
import { comparePredictions } from '../harness/wire-predictions';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const PORTS: Ports = { tcp: [8080], udp: [5353], icmp: true };

const LAN = { ipv4Block: Cidr.parse(NET.lan), ipv4Gateway: NET.router, ipRange: Cidr.parse('192.0.2.64/26') };

function programOf(mode: IpvlanMode, withContainers: boolean): Program {
  return ({ stack, daemon, image }) => {
    const segment = new IpvlanSegment(stack, 'Net', {
      daemon,
      reason: 'the switch takes one MAC address per port',
      parent: 'eth0',
      mode,
      ...(mode === IpvlanMode.L2 && LAN),
    });
    if (!withContainers) return;
    ['A', 'B'].forEach((id) => new HardenedContainer(stack, id, { segment, image }));
    new HardenedContainer(stack, 'Web', { segment: new BridgeSegment(stack, 'Front', { daemon }), image });
  };
}

export const needsModules = true;

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T46'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(IpvlanMode.L2, false), { daemon: { dualStack: true } });
    deployment.up();
    for (const mode of [IpvlanMode.L2, ...routedModes(deployment)]) {
      deployment.change(programOf(mode, true));
      const [network] = JSON.parse(lab.docker('network', 'inspect', 'app-net')) as [{ Driver: string; Options: Record<string, string> }];
      const { Driver: driver, Options: options } = network;
      checks.shown(
        `${mode}: the engine has the network as declared`,
        driver === 'ipvlan' && options.ipvlan_mode === mode && options.parent === 'eth0',
        JSON.stringify(network),
      );
      const plan = deployment.plan();
      checks.shown(`${mode}: the plan after apply is empty`, !plan.changes, plan.text);
      packets(checks, lab, deployment, mode);
    }
    severalBlocks(checks, lab, deployment);
    const refused = lab.host(['docker', 'network', 'create', '-d', 'ipvlan', '-o', 'parent=eth0', '-o', 'ipvlan_mode=l4', 'wrong']);
    checks.shown('control: the engine looks at the mode', refused.code !== 0, refused.stdout);
    if (!isAtLeast(deployment.daemon, '23.0')) {
      const l3s = lab.host(['docker', 'network', 'create', '-d', 'ipvlan', '-o', 'parent=eth1', '-o', 'ipvlan_mode=l3s', 'wrong']);
      checks.shown('and one before 23.0 does not know l3s', l3s.code !== 0 && l3s.stderr.includes("'l3s' is not valid"), l3s.stderr);
    }
    const second = lab.host(['docker', 'network', 'create', '-d', 'ipvlan', '-o', 'parent=eth0', '--subnet', '10.98.0.0/24', 'second']);
    checks.shown('a second network on the parent, which we refuse, the engine refuses as well', second.code !== 0, second.stdout);
    deployment.destroy();
  });
}

/** A segment with three IPv4 blocks and one of IPv6: the engine has them all, takes an address of each, and Terraform reads them back. */
function severalBlocks(checks: Checks, lab: Lab, deployment: Deployment): void {
  const blocks = ['10.99.0.0/24', '10.99.7.0/26', '10.98.0.0/16', '2001:db8:9::/64'];
  const [first, second, third, ipv6] = blocks.map((text) => Cidr.parse(text));
  for (const mode of routedModes(deployment)) {
    deployment.change(({ stack, daemon }) => {
      new IpvlanSegment(stack, 'Net', {
        daemon,
        reason: 'the router sends several blocks here',
        parent: 'eth0',
        mode,
        ipv4Block: first,
        additionalIpv4Blocks: [second, third],
        ipv6Block: ipv6,
      });
    });
    const config = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', 'app-net')) as { Subnet: string }[];
    const found = config.map(({ Subnet }) => Subnet).sort();
    checks.shown(`${mode}: the engine has every block`, found.join() === [...blocks].sort().join(), found.join());
    const plan = deployment.plan();
    checks.shown(`${mode}: the plan with several blocks is empty after apply`, !plan.changes, plan.text);
  }
  // Not started: that takes a link. The engine looks at addresses before.
  const create = (ip: string) => lab.host(['docker', 'create', '--network', 'app-net', '--ip', ip, '--ip6', '2001:db8:9::9', 'lab:1']);
  for (const ip of ['10.99.0.9', '10.99.7.9', '10.98.3.9']) {
    const { code, stdout, stderr } = create(ip);
    checks.shown(`the engine takes ${ip}`, code === 0, stderr);
    lab.host(['docker', 'rm', stdout.trim()]);
  }
}

function routedModes({ daemon }: Deployment): IpvlanMode[] {
  return isAtLeast(daemon, '23.0') ? [IpvlanMode.L3, IpvlanMode.L3S] : [IpvlanMode.L3];
}

/** Who reaches whom: the members, the stations of the LAN, which have a route to a segment with blocks of its own, the host, and a workload elsewhere. */
function packets(checks: Checks, lab: Lab, deployment: Deployment, mode: IpvlanMode): void {
  const members = ['app-a', 'app-b'].map((name) => containerActor(lab, name));
  const web = containerActor(lab, 'app-web');
  const host: Actor = { name: 'host', where: { host: true }, endpoints: [] };
  const outside = (['lanA', 'inet'] as const).map((ns): Actor => ({ name: ns, where: { ns }, endpoints: [] }));
  const { topology } = deployment.daemon._declarations.store.derived();
  if (mode !== IpvlanMode.L2) {
    const [{ ipv4 }] = topology.wires;
    for (const { name } of outside) {
      lab.inNs(name as 'lanA' | 'inet', ['ip', 'route', 'replace', ipv4.block, 'via', NET.host]);
    }
  }
  const containers = [...members, web];
  const probes = serveAll(lab, [...containers, host, ...outside], PORTS);
  const only = new Set(containers.map(({ name }) => name));
  const targets: Target[] = [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    { name: 'host', address: NET.host, ports: PORTS, only },
    { name: 'lanA', address: NET.lanA, ports: PORTS, only },
    { name: 'inet', address: NET.internet, ports: PORTS, only },
  ];
  const stations = new Set([...members, ...outside].map(({ name }) => name));
  const answers = ask(
    probes,
    [...containers, host, ...outside],
    targets,
    ({ source, target }) => stations.has(source) && stations.has(target),
    600,
  );
  judge(checks, mode, answers);
  comparePredictions(checks, mode, viewOf(topology, deployment.daemon._declarations.store.engine), answers);
}
