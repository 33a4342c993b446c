// Programs from a seed again, and everybody who could sends datagrams with sources of others: into declared flows that stand, and as first packets to what is
// declared and what is not. The model says of each whether it arrives, on a daemon of ours and on one of which only the engine's API is ours.
import { frameSender, memberships, open, UnwatchedDeployment } from './attacks-stage';
import { chosenSeeds } from './generated';
import { type IDaemon, Reachability } from '../../../src';
import type { Checks } from '../harness/checks';
import type { Deployment } from '../harness/deployment';
import { compare, Field } from '../harness/forged-field';
import { type Place, type Position, placesOf, type StandingFlow, Tries, UNDECLARED } from '../harness/forged-tries';
import { generate, HOSTS, type Plan, Random } from '../harness/generate';
import { programOf } from '../harness/generate-program';
import { routeFrom } from '../harness/matrix';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T03'];

/** Of each kind, for one program: more of them say little more. */
const FLOWS = 4;
const SENDERS = 6;
const FIRST_SOURCE = 41_000;

export function run(engine: EngineId, checks: Checks): void {
  for (const seed of chosenSeeds()) {
    const plan = generate(seed);
    if (engine !== '29-nft') {
      withLab(engine, (lab) => {
        const daemon = { dualStack: true, additionalHostAddresses: [HOSTS[1], NET.host6] };
        hardened(checks, plan, up(lab, new UnwatchedDeployment(lab, programOf(plan, { datagramsApart: true }), { daemon })));
      });
    }
    withLab(engine, (lab) => {
      const dualStack = engine !== '20.10' && engine !== '26.1';
      const additionalHostAddresses = [HOSTS[1], ...(dualStack ? [NET.host6] : [])];
      const props = { dualStack, engineFirewall: firewallOf(engine), additionalHostAddresses };
      const program = programOf(unguarded(plan, dualStack), { datagramsApart: dualStack });
      compare(checks, `unguarded, program ${seed}`, fieldOf(plan, up(lab, new UnguardedDeployment(lab, program, props))));
    });
  }
}

function up<T extends Deployment>(lab: Lab, deployment: T): T {
  open(lab);
  deployment.up();
  return deployment;
}

/**
 * What is accepted without the guard: publications for everybody, since nobody compares their sources; none on loopback before 28; and no tiers, whose
 * requirements do not hold there.
 */
function unguarded(plan: Plan, loopback: boolean): Plan {
  return {
    ...plan,
    segments: plan.segments.map(({ tier: _tier, ...segment }) => segment),
    publications: plan.publications
      .filter(({ sources }) => loopback || sources.length > 0)
      .map((one) => ({ ...one, sources: one.sources.length > 0 ? ['0.0.0.0/0'] : [] })),
  };
}

function hardened(checks: Checks, plan: Plan, deployment: Deployment): void {
  const field = fieldOf(plan, deployment);
  const { tries, arrived } = compare(checks, `hardened, program ${plan.seed}`, field);
  for (const { id, what, position, isJudged } of tries) {
    if (!isJudged) continue;
    checks.check(
      `hardened, program ${plan.seed}: ${position.name} by ${position.by} ${what} is closed`,
      arrived.get(id) === 0,
      `${arrived.get(id)} delivered`,
    );
  }
}

function fieldOf(plan: Plan, deployment: Deployment): Field {
  const { lab, daemon } = deployment;
  routeFrom(lab, ['lanA']);
  const random = new Random(`${plan.seed} forged`);
  const places = withMacs(
    lab,
    placesOf(
      lab,
      daemon,
      plan.containers.map(({ name }) => name),
    ),
  );
  const flows = [...declaredFlows(random, places, daemon), ...idleFlows(random, places)].map((flow, i) => ({
    ...flow,
    sport: FIRST_SOURCE + i,
  }));
  const ports = [...new Set([UNDECLARED, ...flows.flatMap(({ port, sport }) => [port, sport])])];
  return new Field(lab, deployment, { tries: Tries.of(daemon, lab), flows, ports, positions: senders(random, lab, plan, places) });
}

function withMacs(lab: Lab, places: readonly Place[]): Place[] {
  const names = [...new Set(places.map(({ name }) => name))];
  const macs = new Map(names.map((name) => [name, new Map(memberships(lab, name).map(({ bridge, mac }) => [bridge, mac]))]));
  return places.map((place) => ({ ...place, macs: macs.get(place.name) }));
}

function flowBetween(id: string, source: Place, target: Place, port: number): StandingFlow {
  return { id, source, target, asked: target.address, answered: source.address, sport: 0, port };
}

/** Pairs on UDP as the proof has them: their addresses are the engine's, or the places would not be found. */
function declaredFlows(random: Random, places: readonly Place[], daemon: IDaemon): StandingFlow[] {
  const at = new Map(places.map((place) => [place.address, place]));
  const pairs = Reachability.of(daemon)._proof.derived.topology.pairs.filter(({ port }) => port.protocol === 'udp');
  return (['ipv4', 'ipv6'] as const).flatMap((family) =>
    random
      .some(
        pairs.filter((pair) => pair.family === family),
        FLOWS,
      )
      .map(({ source, destination, port }, i) =>
        flowBetween(`${family}-${i}`, at.get(source)!, at.get(destination)!, port.protocol === 'udp' ? port.first : 0),
      ),
  );
}

/** From anybody to anybody else, in the same family. */
function idleFlows(random: Random, places: readonly Place[]): StandingFlow[] {
  return Array.from({ length: FLOWS }, (_, i) => {
    const target = random.pick(places);
    const others = places.filter(({ name, address }) => name !== target.name && address.includes(':') === target.address.includes(':'));
    return { ...flowBetween(`idle-${i}`, random.pick(others), target, random.int(1024, 32_000)), isIdle: true };
  });
}

/** Containers of the program without a capability, one of others on a network of ours and one on docker0 with Docker's default ones, and the LAN. */
function senders(random: Random, lab: Lab, plan: Plan, places: readonly Place[]): Position[] {
  const ours = random.some(plan.containers, SENDERS).flatMap(({ name }) =>
    memberships(lab, name).map(({ device, bridge }): Position => {
      return { name, where: { container: name }, uid: 10001, way: 'freebind', device, by: bridge };
    }),
  );
  const inside = memberships(lab, random.pick(places).name).filter(({ bridge }) => !bridge.startsWith('bh-g-'))[0];
  return [
    ...ours,
    frameSender(lab, 'stranger', 'bridge', 'docker0'),
    frameSender(lab, 'byhand', inside.network, inside.bridge),
    { name: 'lanA', where: { ns: 'lanA' }, way: 'raw', by: 'uplink' },
  ];
}
