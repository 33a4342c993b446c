// ipvlan networks as engines take them: created by Terraform with our options, read back without a difference. Packets need a kernel with ipvlan links.
import { Cidr, HardenedContainer, IpvlanMode, IpvlanSegment } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, isAtLeast, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

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
    if (withContainers) ['A', 'B'].forEach((id) => new HardenedContainer(stack, id, { segment, image }));
  };
}

export const needsModules = true;

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(IpvlanMode.L2, false), { daemon: { dualStack: true } });
    deployment.up();
    const hasLinks = canMakeLinks(lab);
    if (!hasLinks) {
      checks.skip('packets over ipvlan', 'this kernel has no ipvlan links; only what the engine says of its networks is checked');
    }
    for (const mode of [IpvlanMode.L2, ...routedModes(deployment)]) {
      deployment.change(programOf(mode, hasLinks));
      const [network] = JSON.parse(lab.docker('network', 'inspect', 'app-net')) as [{ Driver: string; Options: Record<string, string> }];
      const { Driver: driver, Options: options } = network;
      checks.shown(
        `${mode}: the engine has the network as declared`,
        driver === 'ipvlan' && options.ipvlan_mode === mode && options.parent === 'eth0',
        JSON.stringify(network),
      );
      const plan = deployment.plan();
      checks.shown(`${mode}: the plan after apply is empty`, !plan.changes, plan.text);
      if (hasLinks) neighbours(checks, lab, mode);
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

function canMakeLinks(lab: Lab): boolean {
  const made = lab.host(['ip', 'link', 'add', 'probe0', 'link', 'eth0', 'type', 'ipvlan', 'mode', 'l2']).code === 0;
  if (made) lab.mustHost('removing the link', ['ip', 'link', 'del', 'dev', 'probe0']);
  return made;
}

function neighbours(checks: Checks, lab: Lab, mode: IpvlanMode): void {
  const probes = new Probes(lab);
  probes.serve({ container: 'app-b' }, [{ proto: 'tcp', address: '0.0.0.0', port: 8080, token: 'b' }]);
  const networks = JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', 'app-b')) as Record<string, { IPAddress: string }>; // prettier-ignore
  const dst = networks['app-net'].IPAddress;
  const { outcome } = probes.one({ container: 'app-a' }, { proto: 'tcp', dst, port: 8080, timeoutMs: 2000, tries: 3 });
  checks.shown(`${mode}: members reach each other`, outcome === 'open', outcome);
}
