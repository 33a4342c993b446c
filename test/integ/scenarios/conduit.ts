// A network for two: what runs in it, who is there, and that a workload with NET_RAW finds nobody to pass for.
import { BridgeSegment, Capability, HardenedContainer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { ask, containerActor, judge, type Ports, type Question, serveAll } from '../harness/matrix';
import { predictor } from '../harness/predict';
import type { EngineId } from '../lab/cache';
import { withLab } from '../lab/lab';

const NAMES = ['app-web', 'app-api', 'app-other', 'app-prober'];
const PORTS: Ports = { tcp: [8080, 9090], udp: [5353], icmp: true };

const program: Program = ({ stack, daemon, image }) => {
  const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
  const back = segment('Back');
  const web = new HardenedContainer(stack, 'Web', { segment: segment('Front'), image });
  const api = new HardenedContainer(stack, 'Api', { segment: back, image });
  const other = new HardenedContainer(stack, 'Other', { segment: back, image });
  const prober = new HardenedContainer(stack, 'Prober', {
    segment: segment('Alone'),
    image,
    capabilities: [Capability.of('NET_RAW', { reason: 'sends pings of its own making' })],
  });
  web.connections.allowTo(api, Port.tcp(8080), { conduit: true });
  web.connections.allowTo(api, Port.udp(5353), { conduit: true });
  prober.connections.allowTo(api, Port.tcp(9090));
  prober.connections.allowTo(other, Port.icmpPing());
};

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T20'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program);
    deployment.up();
    const actors = NAMES.map((name) => containerActor(lab, name));
    const networksOf = (name: string) => actors.find((actor) => actor.name === name)!.endpoints.map(({ network }) => network);
    const shared = (one: string, other: string) => networksOf(one).filter((network) => networksOf(other).includes(network));
    const addressOf = (name: string, network: string) =>
      actors.find((actor) => actor.name === name)!.endpoints.find((endpoint) => endpoint.network === network)?.address;
    const flows: [source: string, target: string, what: string][] = [
      ['app-web', 'app-api', 'tcp/8080'],
      ['app-web', 'app-api', 'udp/5353'],
      ['app-prober', 'app-api', 'tcp/9090'],
      ['app-prober', 'app-other', 'icmp/0'],
    ];
    const open = new Set(
      flows.flatMap(([source, target, what]) => shared(source, target).map((network) => `${source} ${addressOf(target, network)} ${what}`)),
    );
    checks.check('every pair shares one network', open.size === flows.length, [...open].join('\n'));
    for (const network of new Set(flows.flatMap(([source, target]) => shared(source, target)))) {
      const inside = NAMES.filter((name) => networksOf(name).includes(network));
      checks.shown(`nobody but the two is in ${network}`, inside.length === 2, inside.join());
    }
    const probes = serveAll(lab, actors, PORTS);
    const targets = actors.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS })));
    const declared = ({ source, address, proto, port }: Question) => open.has(`${source} ${address} ${proto}/${port}`);
    judge(checks, 'conduits', ask(probes, actors, targets, declared), predictor(deployment.daemon, actors));
    const name = lab.host(['docker', 'exec', 'app-web', 'nslookup', 'app-api', '127.0.0.11']).stdout;
    checks.shown('the name of the other end leads there', name.includes(addressOf('app-api', shared('app-web', 'app-api')[0])!), name);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    deployment.destroy();
  });
}
