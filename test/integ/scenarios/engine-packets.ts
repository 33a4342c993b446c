// The walk against real packets, on hosts that are not ours: plain Docker networks from a seed. `BULKHEAD_TOPOLOGIES` says how many, `BULKHEAD_SEED`
// which (a text; `TEXT/17` for one host alone).
import type { EngineInput } from '../../../src/engine/private/docker-rules/input';
import type { Checks } from '../harness/checks';
import { chosenHosts, daemonAfter, startable } from '../harness/engine-campaign';
import { changeTopology, engineInput, startHost } from '../harness/engine-host';
import { type HostPlan, makeHost, type TopologyPlan } from '../harness/engine-topology';
import { Crowd } from '../harness/generate-traffic';
import { askAll, differs, listenEverywhere, predict } from '../harness/packets-ask';
import { removeLinked, removeOldBridges, routeToContainers, waitForAddresses } from '../harness/packets-host';
import { questionsOf, textOf } from '../harness/packets-questions';
import { readSwitches } from '../harness/packets-switches';
import { endpointsOf, heldPorts, UPLINK, viewOfHost } from '../harness/packets-view';
import { Why } from '../harness/packets-why';
import { type EngineId, engineSpec } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

const SAMPLE = 3;
/** Topologies that one start of the daemon gets. Each is some steps of growth further: small ones have little to ask. */
const PER_HOST = 3;
const STEPS = 2;

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

interface Figures {
  topologies: number;
  probes: number;
  open: number;
  unknown: number;
  disagreements: number;
}

export function run(engine: EngineId, checks: Checks): void {
  const began = Date.now();
  const sum: Figures = { topologies: 0, probes: 0, open: 0, unknown: 0, disagreements: 0 };
  withLab(engine, (lab) => {
    routeToContainers(lab);
    const crowd = new Crowd(lab);
    let hasImage = false;
    for (const { seed, topologies } of chosenHosts(SAMPLE, PER_HOST)) {
      const plan = startable(makeHost(seed, engineSpec(engine), STEPS * topologies));
      checks.step(`host ${seed}`, () => {
        startHost(lab, plan);
        removeOldBridges(lab);
        if (!hasImage) {
          lab.importImage();
          hasImage = true;
        }
        tryHost(lab, crowd, checks, plan, sum);
      });
    }
  });
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  const { topologies, probes, open, unknown, disagreements } = sum;
  checks.say(`${topologies} topologies, ${probes} probes (${open} open), ${unknown} unknown, ${disagreements} disagreements, ${seconds} s`);
}

function tryHost(lab: Lab, crowd: Crowd, checks: Checks, plan: HostPlan, sum: Figures): void {
  let daemon: EngineInput['daemon'] = plan;
  let before: TopologyPlan | undefined;
  for (const topology of plan.topologies.filter((_, i) => i % STEPS === STEPS - 1)) {
    changeTopology(lab, removeLinked(lab, before, topology), topology);
    waitForAddresses(lab, topology);
    const input = { ...engineInput(lab, plan, topology), daemon };
    try {
      tryTopology({ lab, crowd, checks, plan, topology, input }, sum);
    } finally {
      crowd.stop();
    }
    daemon = daemonAfter(input);
    before = topology;
  }
}

interface Trial {
  readonly lab: Lab;
  readonly crowd: Crowd;
  readonly checks: Checks;
  readonly plan: HostPlan;
  readonly topology: TopologyPlan;
  readonly input: EngineInput;
}

function tryTopology({ lab, crowd, checks, plan, topology, input }: Trial, sum: Figures): void {
  const began = Date.now();
  const { seed } = topology;
  const switches = readSwitches(lab, [...input.networks.map(({ bridge }) => bridge), UPLINK], topology.containers);
  const view = viewOfHost(plan, topology, input, switches);
  const own = view.interfaces.filter(({ kind }) => kind !== 'loopback').flatMap(({ addresses }) => addresses);
  checks.check(`${seed}: the host has the addresses of the view`, isSame(own, switches.addresses), () => {
    return `${own.join(' ')}\nand in truth: ${[...switches.addresses].join(' ')}`;
  });
  const endpoints = endpointsOf(topology, input);
  const asked = predict(plan, view, heldPorts(plan, endpoints), questionsOf(topology, input, endpoints));
  listenEverywhere(crowd, topology, view, endpoints, asked);
  const answered = askAll(crowd, asked);
  const wrong = new Set(answered.filter((each) => differs(each, each.result)));
  const why = new Why(lab, view);
  for (const each of answered) {
    checks.check(`${seed}: ${textOf(each)}`, !wrong.has(each), () => `${differs(each, each.result)}\n${why.text(each)}`);
  }
  if (wrong.size > 0) {
    checks.say(`${seed}: settings: ${JSON.stringify({ ...plan, topologies: [topology] })}`);
  }
  const unknown = asked.filter(({ expected }) => expected.disposition === 'UNKNOWN');
  checks.check(`${seed}: the walk knows every answer`, unknown.length === 0, () => unknown.map(textOf).join('\n'));
  const open = answered.filter(({ result }) => result.outcome === 'open').length;
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  checks.say(`${seed}: ${answered.length} probes (${open} open), ${wrong.size} disagreements, ${seconds} s`);
  sum.topologies++;
  sum.probes += answered.length;
  sum.open += open;
  sum.unknown += unknown.length;
  sum.disagreements += wrong.size;
}

function isSame(some: readonly string[], all: ReadonlySet<string>): boolean {
  return some.length === all.size && some.every((one) => all.has(one));
}
