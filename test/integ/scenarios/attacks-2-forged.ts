// Datagrams with a source that is not the sender's, from everywhere: beside the flows of others and inside them. The model says of each whether it arrives.
import { frameSender, memberships, open, sh, UnwatchedDeployment } from './attacks-stage';
import { Requirement, Reachability, Port, Peer, type HardenedContainer, type UnguardedDaemonProps } from '../../../src';
import type { Checks } from '../harness/checks';
import type { Deployment } from '../harness/deployment';
import { compare, Field } from '../harness/forged-field';
import { Flows, PORTS, program } from '../harness/forged-flows';
import type { Position } from '../harness/forged-tries';
import { routeFrom } from '../harness/matrix';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T03', 'T30', 'T41', 'T63'];

export function run(engine: EngineId, checks: Checks): void {
  const host = { additionalHostAddresses: [NET.host6] };
  if (engine !== '29-nft') {
    withLab(engine, (lab) => {
      open(lab);
      const deployment = new UnwatchedDeployment(lab, program, { daemon: { dualStack: true, ...host } });
      deployment.up();
      hardened(checks, fieldOf(lab, deployment));
    });
  }
  withLab(engine, (lab) => {
    open(lab);
    const dualStack = engine !== '20.10' && engine !== '26.1';
    const props: Partial<UnguardedDaemonProps> = { dualStack, engineFirewall: firewallOf(engine), ...(dualStack && host) };
    const deployment = new UnguardedDeployment(lab, program, props);
    deployment.up();
    unguarded(checks, fieldOf(lab, deployment), engine);
  });
}

function fieldOf(lab: Lab, deployment: Deployment): Field {
  const flows = new Flows(lab, deployment.daemon);
  routeFrom(lab, ['lanA']);
  return new Field(lab, deployment, { tries: flows.tries, flows: flows.flows, ports: PORTS, tcp: [5353, 5454], positions: everybody(lab) });
}

/** Two containers of the program without a capability, two of others with Docker's default ones, the LAN, and a local user of the host. */
function everybody(lab: Lab): Position[] {
  const links = (name: string, ways: readonly Position['way'][], uid?: number): Position[] =>
    memberships(lab, name).flatMap(({ device, bridge }) =>
      ways.map((way) => ({ name, where: { container: name }, uid, way, device, by: bridge })),
    );
  const [other] = memberships(lab, 'app-evil').filter(({ bridge }) => !bridge.startsWith('bh-g-'));
  return [
    ...links('app-evil', ['freebind', 'ping', 'connect'], 10001),
    ...links('app-inner', ['freebind'], 10001),
    frameSender(lab, 'stranger', 'bridge', 'docker0'),
    frameSender(lab, 'byhand', other.network, other.bridge),
    { name: 'lanA', where: { ns: 'lanA' }, way: 'raw', by: 'uplink' },
    { name: 'local user', where: { host: true }, uid: 65534, way: 'freebind', by: '' },
  ];
}

function hardened(checks: Checks, field: Field): void {
  const { tries, arrived } = compare(checks, 'hardened', field);
  for (const one of tries.filter(({ isJudged }) => isJudged)) {
    checks.check(
      `hardened: ${one.position.name} by ${one.position.by} ${one.what} is closed`,
      arrived.get(one.id) === 0,
      `${arrived.get(one.id)} delivered`,
    );
  }
  control(checks, field);
  checks.shown('hardened: the proof knows of none', Reachability.of(field.deployment.daemon)._proof.forged.length === 0);
}

/** Without the chains at the entrance, and at the way out of the host, the same tries arrive. */
function control(checks: Checks, field: Field): void {
  const { lab } = field;
  const [entrance, wayOut] = ['-t raw $1 BULKHEAD-ENTER', '-t mangle $1 BULKHEAD-OUTPUT'];
  const both = (edit: string, rule: string) =>
    sh(lab, `for t in iptables ip6tables; do $t -w 10 ${entrance} 1 ${rule}; done; ip6tables -w 10 ${wayOut} 1 ${rule}`, edit);
  both('-I', '-m comment --comment lab-open -j RETURN');
  const tries = field.tries();
  const { arrived } = field.shoot(tries);
  const judged = tries.filter(({ isJudged }) => isJudged);
  const through = judged.filter(({ id }) => arrived.get(id)! > 0);
  const names = through.map(({ position, what }) => `${position.name} ${what}`).join(', ');
  checks.shown(`control, the entrance open: ${through.length} of ${judged.length} arrive`, through.length > 0, names);
  checks.shown(
    'control: a local user of the host is among them',
    through.some(({ position }) => position.name === 'local user'),
  );
  checks.say(`control: ${names}`);
  both('-D', '');
}

function unguarded(checks: Checks, field: Field, engine: EngineId): void {
  const { tries, arrived } = compare(checks, 'unguarded', field);
  const { daemon } = field.deployment;
  const reachability = Reachability.of(daemon);
  const stack = daemon.node.scope!;
  const [evil, api] = ['Evil', 'Api'].map((id) => stack.node.findChild(id) as HardenedContainer);
  const through = (names: readonly string[]) =>
    tries.some(({ id, position, victim }) => names.includes(position.name) && victim === 'app-api' && arrived.get(id)! > 0);
  for (const [source, names] of [
    [evil, ['app-evil']],
    [Peer.anyIpv4(), ['lanA', 'stranger']],
  ] as const) {
    const isBroken = Requirement.unreachable(source, api)._brokenBy(reachability._proof)?.reason;
    checks.shown(
      `unguarded: 'unreachable(${source.peerText}, api)' ${isBroken ? 'fails' : 'holds'}, and packets ${through(names) ? 'arrive' : 'do not'}`,
      (isBroken !== undefined) === through(names),
      isBroken,
    );
  }
  const dispositions = [5353, 6000].map((port) => reachability.disposition(evil, api, Port.udp(port)));
  checks.say(`unguarded ${engine}: evil to api on udp/5353 and udp/6000: ${dispositions.join(' and ')}`);
}
