// The engine model against real engines: hosts from a seed, and of each the rules that the engine made, one by one. `BULKHEAD_TOPOLOGIES` says how
// many, `BULKHEAD_SEED` which (a text; `TEXT/17` for one host alone).
import { trySwarm } from './engine-rules-swarm';
import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineInput } from '../../../src/engine/private/docker-rules/input';
import type { Family } from '../../../src/topology/private/terms';
import { type CompareOptions, compareRules, differenceText } from '../../support/compare-rules';
import type { Checks } from '../harness/checks';
import { chosenHosts, daemonAfter } from '../harness/engine-campaign';
import { changeTopology, engineInput, startHost } from '../harness/engine-host';
import { readRules } from '../harness/engine-read';
import { type HostPlan, isSince, makeHost, type TopologyPlan } from '../harness/engine-topology';
import { type EngineId, engineSpec } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const SAMPLE = 12;
/** Topologies that one start of the daemon gets. */
const PER_HOST = 6;
/** Of so many hosts one has its daemon restarted at the end, with all containers. */
const RESTARTED = 4;

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

export function run(engine: EngineId, checks: Checks): void {
  const began = Date.now();
  const sum: Figures = { hosts: 0, topologies: 0, restarts: 0, rules: 0, differences: 0 };
  withLab(engine, (lab) => {
    for (const { seed, topologies } of chosenHosts(SAMPLE, PER_HOST)) {
      const plan = makeHost(seed, engineSpec(engine), topologies);
      checks.step(`host ${seed}`, () => {
        startHost(lab, plan);
        if (sum.hosts++ === 0) {
          lab.importImage();
        }
        tryHost(lab, checks, plan, sum);
      });
    }
  });
  if (engine !== '29-nft') {
    checks.step('a swarm', () => trySwarm(engine, checks));
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  const { hosts, topologies, restarts, rules, differences } = sum;
  checks.say(
    `${hosts} hosts, ${topologies} topologies, ${restarts} restarts, ${rules} rules compared, ${differences} differences, ${seconds} s`,
  );
}

interface Figures {
  hosts: number;
  topologies: number;
  restarts: number;
  rules: number;
  differences: number;
}

function tryHost(lab: Lab, checks: Checks, plan: HostPlan, sum: Figures): void {
  // What one topology made the engine do to the host's switches stays for the next.
  let daemon: EngineInput['daemon'] = plan;
  let before: TopologyPlan | undefined;
  const compare = (topology: TopologyPlan, title: string, options?: CompareOptions) => {
    const input = { ...engineInput(lab, plan, topology), daemon };
    const rules = readRules(lab);
    for (const family of FAMILIES) {
      const real = rules[family];
      const differences = compareRules(dockerRules(input, family), real, options);
      sum.rules += real.chains.reduce((count, chain) => count + chain.rules.length, 0);
      sum.differences += differences.length;
      const settings = () => `settings: ${JSON.stringify({ ...plan, topologies: [topology] })}`;
      const detail = () => [...differences.map(differenceText), settings()].join('\n');
      checks.check(`${title}: the ${family} rules are those of the model`, differences.length === 0, detail);
    }
    daemon = daemonAfter(input);
  };
  for (const topology of plan.topologies) {
    changeTopology(lab, before, topology);
    compare(topology, topology.seed);
    before = topology;
    sum.topologies++;
  }
  if (sum.hosts % RESTARTED === 1 && before && jumpsStay(plan)) {
    lab.restartEngine();
    compare(before, `${plan.seed} after a restart`, { networksInAnyOrder: true });
    sum.restarts++;
  }
}

/**
 * Before 27.4 engines put DOCKER-USER first again only when they make a network, and the default bridge is the one that they make at every start. Without
 * it the isolation stands before DOCKER-USER after a restart, until somebody makes a network.
 */
function jumpsStay(plan: HostPlan): boolean {
  return plan.defaultBridge !== undefined || isSince(plan, '27.4');
}
