import { blockOf, compareText } from './blocks';
import { guardEnter } from './guard-enter';
import { guardForward, publicationRules } from './guard-forward';
import { guardInput, guardOutput } from './guard-local';
import type { Ruleset } from './ir';
import type { Scope } from './matches';
import { listed, ownSets } from './own-sets';
import { compilePairs } from './pairs';
import { pass } from './pass';
import { countRates } from './rates';
import type { Family } from '../../topology/private/terms';
import type { Topology } from '../../topology/private/topology';

/**
 * The rules that enforce a topology: the guard, which only restricts, and the pass, which only opens pairs. This code does not know which backend
 * turns them into rules of a host.
 *
 * Laws, each tested against an oracle that knows only the topology:
 *  - the guard accepts exactly what was declared, and does not affect packets outside of Bulkhead's bridges;
 *  - an additional plan opens more or nothing, and never closes anything;
 *  - the order of the plans does not matter;
 *  - each permission opens something that no other permission opens.
 */
export function compile(topology: Topology, family: Family): Ruleset {
  const known = compiled.get(topology) ?? new Map<Family, Ruleset>();
  const ruleset = known.get(family) ?? compileFamily(topology, family);
  compiled.set(topology, known.set(family, ruleset));
  return ruleset;
}

/** The host files and the proof ask for the same; a topology never changes. */
const compiled = new WeakMap<Topology, Map<Family, Ruleset>>();

function compileFamily(topology: Topology, family: Family): Ruleset {
  const scope = scopeOf(topology, family);
  const pairs = compilePairs(scope);
  const publications = countRates(scope, publicationRules(scope));
  return {
    family,
    chains: [
      guardForward(scope, publications, pairs.guard),
      guardInput(scope),
      guardOutput(scope),
      guardEnter(scope),
      pass(scope, pairs.pass),
    ],
    sets: [...pairs.sets, ...listed(scope.sets), ...publications.sets].sort((a, b) => compareText(a.name, b.name)),
  };
}

function scopeOf(topology: Topology, family: Family): Scope {
  const ofFamily = <T extends { readonly family: Family }>(plans: readonly T[]) => plans.filter((plan) => plan.family === family);
  return {
    family,
    prefix: topology.bridgePrefix,
    sets: ownSets(topology, family),
    topology: {
      ...topology,
      pairs: ofFamily(topology.pairs),
      egress: ofFamily(topology.egress),
      hostFlows: ofFamily(topology.hostFlows),
      publications: ofFamily(topology.publications),
      egressExclusions: topology.egressExclusions.filter((block) => blockOf(block).family === family),
    },
  };
}
