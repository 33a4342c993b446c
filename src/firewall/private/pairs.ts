import { compareText } from './blocks';
import { digestOf } from './digest';
import type { PairElement, PairSet, Rule, Verdict } from './ir';
import { ACCEPT, destination, from, port, rate, RETURN, rule, type Scope, source, to } from './matches';
import { isCovered, normalize } from './normalize';
import { groupBy } from '../../private/multimap';
import type { PairPlan } from '../../topology/private/topology';

/** From this many pairs on a bridge on, one rule with a set is cheaper for every packet than a rule each. */
const SET_FROM = 3;
/** Each port of an element takes a separate place in the kernel's set. */
const WIDEST_ELEMENT = 64;

/** Rules for the pairs of all bridges: for the guard, and for the pass, which must open exactly what the guard accepts. */
export interface PairRules {
  readonly guard: readonly Rule[];
  readonly pass: readonly Rule[];
  readonly sets: readonly PairSet[];
}

interface PairRule extends Rule {
  readonly plan: PairPlan;
}

export function compilePairs(scope: Scope): PairRules {
  const byBridge = groupBy(scope.topology.pairs, ({ bridge }) => bridge);
  const bridges = [...byBridge].sort(([a], [b]) => compareText(a, b)).map(([bridge, plans]) => compileBridge(scope, bridge, plans));
  return {
    guard: bridges.flatMap((b) => b.guard),
    pass: bridges.flatMap((b) => b.pass),
    sets: bridges.flatMap((b) => b.sets),
  };
}

function compileBridge(scope: Scope, bridge: string, plans: readonly PairPlan[]): PairRules {
  const pairs = normalize(plans.map((plan) => pairRule(scope, plan, RETURN)));
  const inSet = pairs.filter(isSettable);
  if (inSet.length < SET_FROM) {
    const pass = normalize(pairs.map(({ plan }) => pairRule(scope, unrated(plan), ACCEPT)));
    return { guard: pairs.map(bare), pass: pass.map(bare), sets: [] };
  }
  const set = pairSet(scope, inSet);
  const viaSet = (verdict: Verdict) => rule(`pairs on ${bridge}`, verdict, [from(bridge), to(bridge), { kind: 'in-set', set: set.name }]);
  return {
    guard: [viaSet(RETURN), ...pairs.filter((pair) => !isSettable(pair)).map(bare)],
    pass: passBesideSet(scope, pairs, viaSet(ACCEPT)),
    sets: [set],
  };
}

/**
 * The pass has no rates, so there a pair with a rate may cover pairs of the set, and pairs of the set one with a rate. It omits everything that
 * others cover, including the rule of the set.
 */
function passBesideSet(scope: Scope, pairs: readonly PairRule[], viaSet: Rule): Rule[] {
  const accepts = pairs.map((pair) => ({ ...pairRule(scope, unrated(pair.plan), ACCEPT), inSet: isSettable(pair) }));
  const needed = normalize(accepts);
  const plain = needed.filter((accept) => !accept.inSet);
  if (plain.length === needed.length) {
    return plain.map(bare);
  }
  const elements = accepts.filter((accept) => accept.inSet);
  const kept = new Set(plain);
  for (const accept of plain) {
    kept.delete(accept);
    if (!isCovered(accept, [...elements, ...kept])) {
      kept.add(accept);
    }
  }
  return [viaSet, ...plain.filter((accept) => kept.has(accept)).map(bare)];
}

function pairRule(scope: Scope, plan: PairPlan, verdict: Verdict): PairRule {
  const { origin } = plan;
  return {
    ...rule(origin, verdict, [
      from(plan.bridge),
      to(plan.bridge),
      ...source(scope, plan.source, origin),
      ...destination(scope, plan.destination, origin),
      ...port(scope, plan.port, origin),
      ...rate(plan.rate, ['pair', plan.bridge, plan.source, plan.destination, Object.values(plan.port), origin]),
    ]),
    plan,
  };
}

function unrated(plan: PairPlan): PairPlan {
  return { ...plan, rate: undefined };
}

function bare({ matches, verdict, origin }: Rule): Rule {
  return { matches, verdict, origin };
}

function isSettable({ plan }: PairRule): boolean {
  const { protocol, first, last } = plan.port;
  return plan.rate === undefined && (protocol === 'tcp' || protocol === 'udp') && last - first < WIDEST_ELEMENT;
}

function pairSet(scope: Scope, pairs: readonly PairRule[]): PairSet {
  const elements = pairs.map(({ plan }): PairElement => ({
    source: plan.source,
    protocol: plan.port.protocol,
    first: plan.port.first,
    last: plan.port.last,
    destination: plan.destination,
    origin: plan.origin,
  }));
  const content = elements.map((e) => [e.source, e.protocol, e.first, e.last, e.destination].join(' ')).join('\n');
  return { name: `bh${scope.family === 'ipv4' ? 4 : 6}-${digestOf(content, 8)}`, elements };
}
