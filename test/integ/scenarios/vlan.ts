// Two VLANs on one parent, by the tags of the kernel: the sub-interfaces are made at boot, and who is in one reaches nobody in the other.
import { Cidr, HardenedContainer, MacvlanSegment } from '../../../src';
import { viewOf } from '../../../src/reachability/private/view-of';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, judge, type Ports, serveAll, type Target } from '../harness/matrix';
import { comparePredictions } from '../harness/wire-predictions';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

const PARENT = 'eth0';
const PORTS: Ports = { tcp: [8080], udp: [5353], icmp: true };

const TEN = { vlanId: 10, block: '198.51.100.0/25', station: '198.51.100.1', range: '198.51.100.64/26' };
const TWENTY = { vlanId: 20, block: '198.51.100.128/25', station: '198.51.100.129', range: '198.51.100.192/26' };

const program: Program = ({ stack, daemon, image }) => {
  const [ten, twenty] = [TEN, TWENTY].map(
    ({ vlanId, block, station, range }) =>
      new MacvlanSegment(stack, `Vlan${vlanId}`, {
        daemon,
        reason: 'devices of the VLAN find them by broadcast',
        parent: PARENT,
        vlanId,
        ipv4Block: Cidr.parse(block),
        ipv4Gateway: station,
        ipRange: Cidr.parse(range),
      }),
  );
  for (const id of ['Ten', 'Tentoo']) new HardenedContainer(stack, id, { segment: ten, image });
  new HardenedContainer(stack, 'Twenty', { segment: twenty, image });
};

export const needsModules = true;

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T46'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    for (const [{ vlanId, station }, ns] of [
      [TEN, 'lanA'],
      [TWENTY, 'lanB'],
    ] as const) {
      const link = `${PARENT}.${vlanId}`;
      lab.inNs(ns, ['ip', 'link', 'add', 'link', PARENT, 'name', link, 'type', 'vlan', 'id', String(vlanId)]);
      lab.inNs(ns, ['ip', 'addr', 'add', `${station}/25`, 'dev', link]);
      lab.inNs(ns, ['ip', 'link', 'set', link, 'up']);
      // Nobody is spared for want of a route.
      lab.inNs(ns, ['ip', 'route', 'add', '198.51.100.0/24', 'dev', link]);
    }
    segmentless(checks, lab);
  });
}

function segmentless(checks: Checks, lab: Lab): void {
  const deployment = new Deployment(lab, program);
  deployment.up();
  const names = ['app-ten', 'app-tentoo', 'app-twenty'];
  const containers = names.map((name) => containerActor(lab, name));
  const others: Actor[] = [
    { name: 'host', where: { host: true }, endpoints: [] },
    { name: 'lanA', where: { ns: 'lanA' }, endpoints: [{ network: 'app-vlan10', address: TEN.station }] },
    { name: 'lanB', where: { ns: 'lanB' }, endpoints: [{ network: 'app-vlan20', address: TWENTY.station }] },
  ];
  const actors = [...containers, ...others];
  const probes = serveAll(lab, actors, PORTS);
  const targets = actors.flatMap(({ name, endpoints }): Target[] => endpoints.map(({ address }) => ({ name, address, ports: PORTS })));
  const vlanOf = new Map(
    actors.flatMap(({ name, endpoints }) => endpoints.map(({ network, address }) => [name, { network, address }] as const)),
  );
  const answers = ask(probes, actors, targets, ({ source, target }) => vlanOf.get(source)?.network === vlanOf.get(target)!.network, 600);
  judge(checks, 'two VLANs', answers);
  const { topology } = deployment.daemon._declarations.store.derived();
  const inside = answers.filter(({ source, target }) => names.includes(source) && names.includes(target));
  comparePredictions(checks, 'two VLANs', viewOf(topology, deployment.daemon._declarations.store.engine), inside);
  const plan = deployment.plan();
  checks.shown('two VLANs: the plan after apply is empty', !plan.changes, plan.text);
  const check = lab.host(['bulkhead-firewall', 'check']);
  checks.shown('two VLANs: the host has all that it should', check.code === 0, check.stdout + check.stderr);
  deployment.destroy();
}
