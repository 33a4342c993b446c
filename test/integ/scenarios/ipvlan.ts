// ipvlan networks as engines take them: created by Terraform with our options, read back without a difference. Packets need a kernel with ipvlan links.
import { Cidr, HardenedContainer, IpvlanMode, IpvlanSegment } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
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

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(IpvlanMode.L2, false));
    deployment.up();
    const hasLinks = canMakeLinks(lab);
    if (!hasLinks) {
      checks.skip('packets over ipvlan', 'this kernel has no ipvlan links; only what the engine says of its networks is checked');
    }
    for (const mode of [IpvlanMode.L2, IpvlanMode.L3, IpvlanMode.L3S]) {
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
    const refused = lab.host(['docker', 'network', 'create', '-d', 'ipvlan', '-o', 'parent=eth0', '-o', 'ipvlan_mode=l4', 'wrong']);
    checks.shown('control: the engine looks at the mode', refused.code !== 0, refused.stdout);
    const second = lab.host(['docker', 'network', 'create', '-d', 'ipvlan', '-o', 'parent=eth0', '--subnet', '10.98.0.0/24', 'second']);
    checks.shown('a second network on the parent, which we refuse, the engine refuses as well', second.code !== 0, second.stdout);
    deployment.destroy();
  });
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
