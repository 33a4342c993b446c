import { blockOf } from './blocks';
import type { Match, Rule, Ruleset, Verdict } from './ir';
import { RuleError } from './rule-error';

/** What a target can express. A rule that needs more is an error: without it, a match opens more and a verdict closes less. */
export interface Capabilities {
  readonly target: string;
  readonly matches: readonly Match['kind'][];
  readonly verdicts: readonly Verdict['kind'][];
  readonly logPrefixLength: number;
}

/** Throws for the first rule that the target cannot express exactly. */
export function assertExpressible(ruleset: Ruleset, target: Capabilities): void {
  const sets = new Set(ruleset.sets.map((set) => set.name));
  for (const chain of ruleset.chains) {
    for (const rule of chain.rules) {
      const fail = (message: string): never => {
        throw new RuleError('UnsupportedMatch', rule.origin, `${message}, which the ${target.target} target cannot express`);
      };
      checkVerdict(rule.verdict, target, sets, fail);
      checkMatches(rule, ruleset, target, sets, fail);
    }
  }
}

type Fail = (message: string) => never;

function checkVerdict(verdict: Verdict, target: Capabilities, sets: ReadonlySet<string>, fail: Fail): void {
  if (!target.verdicts.includes(verdict.kind)) {
    fail(`verdict '${verdict.kind}'`);
  }
  if (verdict.kind === 'add-source' && !sets.has(verdict.set)) {
    fail(`set '${verdict.set}', which the ruleset does not hold`);
  }
  if (verdict.kind === 'log' && verdict.prefix.length > target.logPrefixLength) {
    fail(`a log prefix of ${verdict.prefix.length} characters`);
  }
}

function checkMatches(rule: Rule, ruleset: Ruleset, target: Capabilities, sets: ReadonlySet<string>, fail: Fail): void {
  const kinds = new Set<Match['kind']>();
  for (const match of rule.matches) {
    if (!target.matches.includes(match.kind)) {
      fail(`match '${match.kind}'`);
    }
    if (kinds.has(match.kind)) {
      fail(`match '${match.kind}' twice`);
    }
    kinds.add(match.kind);
  }
  for (const match of rule.matches) {
    checkMatch(match, rule, ruleset, sets, fail);
  }
}

function checkMatch(match: Match, rule: Rule, { family }: Ruleset, sets: ReadonlySet<string>, fail: Fail): void {
  const protocol = rule.matches.find((m) => m.kind === 'protocol')?.protocol;
  switch (match.kind) {
    case 'source':
    case 'destination':
      ofFamily(match.block);
      return;
    case 'ct-original':
      if (match.address !== undefined) {
        ofFamily(match.address);
      }
      if (match.address === undefined && match.first === undefined) {
        fail(`match 'ct-original' of nothing`);
      }
      return;
    case 'destination-port':
      if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
        fail(`a port of protocol '${protocol}'`);
      }
      return;
    case 'tcp-flags':
      if (protocol !== 'tcp') {
        fail(`TCP flags of protocol '${protocol}'`);
      }
      return;
    case 'icmp-type':
      if (protocol !== (family === 'ipv4' ? 'icmp' : 'ipv6-icmp')) {
        fail(`an ICMP type of protocol '${protocol}'`);
      }
      return;
    case 'protocol':
      if (protocol === (family === 'ipv4' ? 'ipv6-icmp' : 'icmp')) {
        fail(`protocol '${protocol}' of ${family}`);
      }
      return;
    case 'ct-state':
      if (match.states.length === 0) {
        fail(`match 'ct-state' of nothing`);
      }
      return;
    case 'in-set':
      if (!sets.has(match.set)) {
        fail(`set '${match.set}', which the ruleset does not hold`);
      }
      return;
    default:
      return;
  }

  function ofFamily(block: string): void {
    if (blockOf(block).family !== family) {
      fail(`'${block}' in a rule of ${family}`);
    }
  }
}
