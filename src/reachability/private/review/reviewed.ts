import type { Capability } from '../../../engine/private/capabilities';
import type { HostChain, HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** The rules of a host with Docker on it, as they were saved there. */
export interface ReviewedHost {
  /** Whether the engine has it. */
  readonly can: (capability: Capability) => boolean;
  readonly rules: HostRules;
  /** Rules of the other family, where they were given. */
  readonly other?: HostRules;
}

export interface RulesetFinding {
  readonly code: string;
  readonly family: Family;
  /** The rule, or what else of the host it is about. */
  readonly rule: string;
  readonly sentence: string;
}

export type Review = (host: ReviewedHost) => RulesetFinding[];

type Of<K extends Match['kind']> = Extract<Match, { readonly kind: K }>;

export function chainOf(rules: HostRules, table: string, name: string): HostChain | undefined {
  return rules.chains.find((chain) => chain.table === table && chain.name === name);
}

/** Rules that an administrator wrote for containers. */
export function userRules(rules: HostRules): readonly Rule[] {
  return chainOf(rules, 'filter', 'DOCKER-USER')?.rules ?? [];
}

/** The match of a kind, unless it is negated. */
export function matchOf<K extends Match['kind']>({ matches }: Rule, kind: K): Of<K> | undefined {
  return matches.find((match): match is Of<K> => match.kind === kind && !('negate' in match && match.negate));
}

/** Bridges that Docker manages, by the rules that it made for them. */
export function dockerBridges(rules: HostRules): ReadonlySet<string> {
  const chains = [
    'FORWARD',
    'DOCKER-BRIDGE',
    'DOCKER-FORWARD',
    'DOCKER-CT',
    'DOCKER-ISOLATION-STAGE-1',
    'DOCKER-ISOLATION-STAGE-2',
    'DOCKER-INTERNAL',
  ];
  const made = chains.flatMap((name) => chainOf(rules, 'filter', name)?.rules ?? []);
  const names = made.flatMap((rule) => [matchOf(rule, 'in-interface'), matchOf(rule, 'out-interface')]);
  return new Set(names.flatMap((match) => (match === undefined || match.prefix ? [] : [match.name])));
}

/** Host and target port of every publication. */
export function publications(rules: HostRules): { readonly asked: number; readonly target: number; readonly destination?: string }[] {
  return (chainOf(rules, 'nat', 'DOCKER')?.rules ?? []).flatMap((rule) => {
    const asked = matchOf(rule, 'destination-port')?.first;
    if (rule.verdict.kind !== 'dnat' || asked === undefined) return [];
    return [{ asked, target: rule.verdict.first ?? asked, destination: matchOf(rule, 'destination')?.block }];
  });
}

/** Whether the rule lets answers by before anything is dropped. */
export function sparesAnswers({ matches, verdict }: Rule): boolean {
  return (
    (verdict.kind === 'return' || verdict.kind === 'accept') &&
    matches.length === 1 &&
    matches[0].kind === 'ct-state' &&
    !matches[0].negate &&
    matches[0].states.includes('ESTABLISHED')
  );
}
