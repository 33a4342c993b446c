// A network for two: what runs in it, who is there, and that a workload with NET_RAW finds nobody to pass for.
import * as fs from 'node:fs';
import { memberships } from './attacks-stage';
import { BridgeSegment, Capability, ContainerUser, HardenedContainer, Port } from '../../../src';
import { sets } from '../harness/capability-sets';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { ask, containerActor, judge, type Ports, type Question, serveAll } from '../harness/matrix';
import { predictor } from '../harness/predict';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { Probes } from '../lab/probe';

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
    user: ContainerUser.root({ reason: 'pings need raw sockets, which only root opens' }),
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
    forging(lab, checks);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    deployment.destroy();
  });
}

/** With what its own process holds, and nothing of the machine's root. */
function forging(lab: Lab, checks: Checks): void {
  const [{ effective }] = sets(fs.readFileSync(`/proc/${lab.containerPid('app-prober')}/status`, 'utf8'));
  checks.shown('the prober holds NET_RAW, and nothing else', effective.join() === 'NET_RAW', effective.join());
  const probes = new Probes(lab);
  const own = memberships(lab, 'app-prober').find(({ network }) => memberships(lab, 'app-api').some((other) => other.network === network))!;
  const api = memberships(lab, 'app-api').find(({ network }) => network === own.network)!;
  const frame = { device: own.device, dstMac: api.mac, dst: api.address, port: 9090, flags: 2, count: 5 };
  const arrived = (src: string) => {
    const sniffer = probes.start({ container: 'app-api' }, 'sniff', { direction: 'in', proto: 'tcp', port: 9090 });
    const { sent } = probes.attack({ container: 'app-prober', held: true }, 'raw-tcp', { ...frame, src });
    sleep(400);
    return { sent, total: sniffer.stop<{ total: number }>().total };
  };
  const itself = arrived(own.address);
  checks.shown('control: what it makes itself from its own address arrives', itself.sent === 5 && itself.total > 0, JSON.stringify(itself));
  const others = ['app-web', 'app-other', 'app-api'].flatMap((name) => memberships(lab, name).map(({ address }) => address));
  for (const src of [...others, own.gateway]) {
    const { sent, total } = arrived(src);
    checks.shown(`it sends as ${src}, and nothing of that arrives`, sent === 5 && total === 0, `${sent} sent, ${total} arrived`);
  }
  let refused = '';
  try {
    probes.attack({ container: 'app-web', held: true }, 'raw-tcp', {
      ...frame,
      device: memberships(lab, 'app-web')[0].device,
      src: own.address,
    });
  } catch (error) {
    refused = String(error);
  }
  checks.shown('control: a container without it opens no such socket', /PermissionError/.test(refused), refused);
}
