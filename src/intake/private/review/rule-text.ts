import { renderMatches } from '../../../firewall/private/iptables-text/render-match';
import { renderTarget } from '../../../firewall/private/iptables-text/render-target';
import type { Rule } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** A rule as `iptables-save` prints it, or what was read of it. */
export function ruleText(rule: Rule, chain: string, family: Family): string {
  if (rule.origin.startsWith('-A ')) return rule.origin;
  return `-A ${chain} ${partsOf(rule, family) ?? `(${rule.origin})`}`;
}

/** The matches and the target of a rule; undefined where there is no form for one of them. */
export function partsOf({ matches, verdict, origin }: Rule, family: Family): string | undefined {
  try {
    const target = renderTarget(verdict, family, origin);
    return [...renderMatches(matches, origin, 'given'), ...(target === '' ? [] : [target])].join(' ');
  } catch {
    return undefined;
  }
}
