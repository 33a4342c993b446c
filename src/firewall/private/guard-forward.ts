import { blockText, isEverything, isInside, isLoopback, isWildcard } from './blocks';
import type { Chain, Rule } from './ir';
import {
  checkPorts,
  destination,
  DNAT,
  DROP,
  from,
  fromOurs,
  INVALID,
  LOG,
  LOG_LIMIT,
  notToOurs,
  port,
  rate,
  RETURN,
  rule,
  type Scope,
  source,
  to,
  toOurs,
} from './matches';
import { neighboursInside } from './neighbours';
import { normalize } from './normalize';
import { type CountedRules, rateOfMany, waysToStand } from './rates';
import { RuleError } from './rule-error';
import { errorsOfForgers, standingInside, standingOutside } from './standing';
import type { EgressPlan, PublicationPlan } from '../../topology/private/topology';

/** The guard of forwarded traffic. It only restricts: accepted packets return and meet Docker's own rules. */
export function guardForward(scope: Scope, publications: CountedRules, pairs: readonly Rule[]): Chain {
  const ours = fromOurs(scope);
  const theirs = toOurs(scope);
  return {
    role: 'guard',
    hook: 'forward',
    rules: [
      ...standingInside(scope, RETURN),
      ...errorsOfForgers(scope, [notToOurs(scope)]),
      ...standingOutside(scope, RETURN, waysToStand(publications)),
      rule('packets of no connection from our bridges', DROP, [ours, INVALID]),
      rule('containers reach no publication by an address of the host', DROP, [ours, DNAT]),
      ...publications.rules,
      ...neighboursInside(scope, RETURN),
      ...pairs,
      ...egressRules(scope),
      rule('undeclared from our bridges', LOG, [ours, LOG_LIMIT]),
      rule('undeclared from our bridges', DROP, [ours]),
      rule('undeclared to our bridges', LOG, [theirs, LOG_LIMIT]),
      rule('undeclared to our bridges', DROP, [theirs]),
    ],
  };
}

export function publicationRules(scope: Scope): Rule[] {
  return normalize(scope.topology.publications.flatMap((plan) => rulesOf(scope, plan)));
}

/**
 * One rule for each allowed source. If the rule matched only the original port, a neighbour could reach an unpublished port of the same number.
 * Therefore it matches the translation itself, both addresses and both ports. Docker's translation maps the ports of a range one to one. The guard
 * does not know a port that the engine chooses: no other publication has that container port, so matching the translation is enough there.
 */
function rulesOf(scope: Scope, plan: PublicationPlan): Rule[] {
  const { origin, hostPort, targetPort } = plan;
  checkPorts(hostPort, origin);
  if (targetPort.protocol === 'icmp' || hostPort.protocol !== targetPort.protocol) {
    throw new RuleError('BrokenPlan', origin, `a publication from ${hostPort.protocol} to ${targetPort.protocol}`);
  }
  if (hostPort.last - hostPort.first !== targetPort.last - targetPort.first) {
    throw new RuleError('BrokenPlan', origin, 'a publication from one number of ports to another');
  }
  if (isLoopback(plan.hostAddress)) {
    return []; // The host's own packets are not forwarded, and no other packets may arrive there.
  }
  const original = {
    ...(!isWildcard(plan.hostAddress) && { address: plan.hostAddress }),
    ...(!plan.isChosen && { first: hostPort.first, last: hostPort.last }),
  };
  const asked = plan.isChosen ? 'chosen' : Object.values(hostPort);
  const identity = ['publication', plan.bridge, plan.address, plan.hostAddress, asked, Object.values(targetPort), origin];
  return plan.sources.map((block) =>
    rule(origin, RETURN, [
      to(plan.bridge),
      ...source(scope, block, origin),
      // Swarm's ingress has its own address, and a task has another one each time it starts: the rule recognizes them by the translation from the
      // published port.
      ...(plan.swarmMode === undefined ? destination(scope, plan.address, origin) : []),
      ...port(scope, targetPort, origin),
      DNAT,
      ...(Object.keys(original).length > 0 ? [{ kind: 'ct-original' as const, ...original }] : []),
      { kind: 'ct-direction', direction: 'original' },
      ...rateOfMany(scope, plan.rate, identity),
    ]),
  );
}

/** Egress that names something excluded comes before the exclusions, all other egress after them. */
function egressRules(scope: Scope): Rule[] {
  const { egress, egressExclusions } = scope.topology;
  egressExclusions.filter(isEverything).forEach((block) => {
    throw new RuleError('BrokenPlan', block, 'an exclusion of every address would make all egress named egress');
  });
  const isNamed = (plan: EgressPlan) => egressExclusions.some((block) => isInside(plan.destination, block));
  const named = egress.filter(isNamed);
  const general = egress.filter((plan) => !isNamed(plan));
  const exclusions = egressExclusions.filter((block) => general.some((plan) => isInside(block, plan.destination)));
  return [
    ...normalize(named.map((plan) => egressRule(scope, plan))),
    ...normalize(exclusions.map((block) => exclusionRule(scope, block))),
    ...normalize(general.map((plan) => egressRule(scope, plan))),
  ];
}

function exclusionRule(scope: Scope, block: string): Rule {
  const text = blockText(block);
  return rule(`general egress leaves out ${text}`, DROP, [fromOurs(scope), ...destination(scope, text, text)]);
}

function egressRule(scope: Scope, plan: EgressPlan): Rule {
  const { origin } = plan;
  return rule(origin, RETURN, [
    from(plan.bridge),
    notToOurs(scope),
    ...source(scope, plan.source, origin),
    ...destination(scope, plan.destination, origin),
    ...port(scope, plan.port, origin),
    ...rate(plan.rate, ['egress', plan.bridge, plan.source, plan.destination, Object.values(plan.port), origin]),
  ]);
}
