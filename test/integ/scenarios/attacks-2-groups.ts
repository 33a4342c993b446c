// What stations of one link say to everybody: an unprivileged container joins groups, sends to them and to broadcast addresses as name and address services
// do, and listens for what its neighbours and the host say there. Over both families; nobody declared any of it.
import { apply, FIREWALL, memberships, openEverything, picture, sh, UnwatchedDeployment, waitFor } from './attacks-stage';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { Probes } from '../lab/probe';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T02'];

const USER = 10001;
const SETTLED = 15_000;

const program: Program = ({ stack, daemon, image }) => {
  const back = new BridgeSegment(stack, 'Back', { daemon });
  const [evil, api, other] = ['Evil', 'Api', 'Other'].map((id) => new HardenedContainer(stack, id, { segment: back, image }));
  evil.connections.allowTo(api, Port.tcp(8080));
  other.connections.allowTo(api, Port.tcp(8080));
  for (const [owner, hostPort] of [
    [evil, 443],
    [other, 444],
  ] as const) {
    owner.publish(Port.tcp(hostPort), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  }
};

interface Station {
  readonly what: string;
  readonly where: Where;
  readonly device: string;
  readonly broadcast: string;
  /** It may hold capabilities, as a neighbour that is no attacker. */
  readonly uid?: number;
}

/** What a listener heard of each kind: how much, and of whom. */
interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

/** Who is on a network: the attacker first, then whom it shares the network with, then the host. */
function stations(lab: Lab, network: string): Station[] {
  const on = (name: string) => memberships(lab, name).find((each) => each.network === network);
  const names = ['app-evil', 'app-api', 'app-other'].filter((name) => on(name) !== undefined);
  const { bridge } = on('app-evil')!;
  const broadcast = broadcastOf(lab, bridge);
  return [
    ...names.map((name) => ({ what: name, where: { container: name }, device: on(name)!.device, broadcast, uid: name === 'app-evil' ? USER : undefined })), // prettier-ignore
    { what: 'the host', where: { host: true }, device: bridge, broadcast },
  ];
}

function broadcastOf(lab: Lab, bridge: string): string {
  const [{ addr_info: list }] = JSON.parse(sh(lab, `ip -j -4 addr show dev ${bridge}`)) as [{ addr_info: { local: string; prefixlen: number }[] }]; // prettier-ignore
  const [{ local, prefixlen }] = list;
  const number = local.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const last = (number | (2 ** (32 - prefixlen) - 1)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (last >>> shift) & 255).join('.');
}

/** What each of the listeners hears of one sender, by kind. */
function heard(lab: Lab, sender: Station, listeners: readonly Station[]): Map<string, Report> {
  const probes = new Probes(lab);
  const text = `from ${sender.what}`;
  const running = listeners.map(({ where, device, uid }) => probes.begin(where, 'groups', 'hear', { device, uid, text, own: addresses(lab, where) })); // prettier-ignore
  sleep(300);
  probes.call(sender.where, 'groups', 'send', { device: sender.device, uid: sender.uid, broadcast: sender.broadcast, text });
  sleep(400);
  return new Map(listeners.map(({ what }, index) => [what, running[index].stop<Report>()]));
}

/** A listener's own reports are no news. */
function addresses(lab: Lab, where: Where): string[] {
  const links = JSON.parse(lab.inWhere(where, ['ip', '-j', 'addr']).stdout) as { addr_info: { local: string }[] }[];
  return links.flatMap(({ addr_info: list }) => list.map(({ local }) => local));
}

function closed(checks: Checks, what: string, reports: ReadonlyMap<string, Report>): void {
  for (const [listener, { counts: kinds, sources }] of reports) {
    for (const [kind, count] of Object.entries(kinds)) {
      checks.check(`${what}: ${listener} hears nothing of ${kind}`, count === 0, `${count} arrived, of ${sources[kind]?.join(', ')}`);
    }
  }
  const all = [...reports.values()].flatMap(({ counts: kinds }) => Object.values(kinds));
  checks.say(`${what}: ${all.length} kinds at ${reports.size} places, ${all.reduce((sum, count) => sum + count, 0)} packets arrived`);
}

/** Until a station has a link-local address of its own it reports from `::`, and then a listener cannot tell its own reports. */
function settle(lab: Lab, { what, where, device }: Station): void {
  const asks = () => lab.inWhere(where, ['ip', '-6', 'addr', 'show', 'dev', device, 'tentative']).stdout.trim();
  if (waitFor(() => asks() === '', SETTLED) === undefined) throw new Error(`${what} may not use its addresses yet: ${asks()}`);
}

function attacked(checks: Checks, lab: Lab, network: string): void {
  const [evil, ...others] = stations(lab, network);
  [evil, ...others].forEach((station) => settle(lab, station));
  closed(checks, `${network}, what the attacker says`, heard(lab, evil, others));
  for (const sender of others) closed(checks, `${network}, what ${sender.what} says to all`, heard(lab, sender, [evil]));

  const back = picture(lab, 'iptables', 'ip6tables');
  openEverything(lab);
  sh(lab, 'ip6tables -w 10 -t raw -F; ip6tables -w 10 -t mangle -F; ip6tables -w 10 -I FORWARD 1 -j ACCEPT');
  const control = heard(lab, evil, others);
  const [neighbour] = others;
  const toAttacker = heard(lab, neighbour, [evil]).get(evil.what)!.counts;
  back();
  for (const listener of [neighbour.what, 'the host']) {
    for (const [kind, count] of Object.entries(control.get(listener)!.counts)) {
      checks.check(`control, ${network}, guard and Docker out of the way: ${listener} hears ${kind} of the attacker`, count > 0, JSON.stringify([...control])); // prettier-ignore
    }
  }
  for (const [kind, count] of Object.entries(toAttacker)) {
    checks.check(`control, ${network}, guard and Docker out of the way: the attacker hears ${kind}`, count > 0, JSON.stringify(toAttacker));
  }
  checks.say(`control, ${network}: ${JSON.stringify([...control])}, the attacker heard ${JSON.stringify(toAttacker)}`);
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program, { daemon: { dualStack: true } });
    deployment.up();
    apply(lab);
    const networks = memberships(lab, 'app-evil').map(({ network }) => network);
    checks.check('a segment and a gateway network', networks.length === 2, networks.join());
    for (const network of networks) checks.step(network, () => attacked(checks, lab, network));
    const probes = new Probes(lab);
    probes.serve({ container: 'app-api' }, [{ proto: 'tcp', address: '0.0.0.0', port: 8080, token: 'api' }, { proto: 'tcp', address: '::', port: 8080, token: 'api' }]); // prettier-ignore
    const api = JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', 'app-api')) as Record<string, { IPAddress: string; GlobalIPv6Address: string }>; // prettier-ignore
    for (const { IPAddress, GlobalIPv6Address } of Object.values(api)) {
      for (const dst of [IPAddress, GlobalIPv6Address]) {
        const { token } = probes.one({ container: 'app-evil' }, { proto: 'tcp', dst, port: 8080, timeoutMs: 3000, tries: 3 });
        checks.shown(`after all of that the declared flow to ${dst} is live`, token === 'api');
      }
    }
    const healthy = lab.host([FIREWALL, 'check']);
    checks.shown('check holds after all of that', healthy.code === 0, healthy.stdout);
  });
}
