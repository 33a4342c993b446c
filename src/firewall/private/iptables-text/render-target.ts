import type { Verdict } from '../ir';
import { ADDRESS, markText, safeWord, wholeNumber, WORD } from './render-match';
import type { Family } from '../../../topology/private/terms';
import { RuleError } from '../rule-error';

const DEFAULT_REJECT: Readonly<Record<Family, string>> = { ipv4: 'icmp-port-unreachable', ipv6: 'icmp6-port-unreachable' };
/** Names that the tools take for a chain, and that need no quotes. */
export const CHAIN = /^[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,27}$/;
const PRINTABLE = /^[\x20-\x7e]{0,29}$/;
/** A target with its options as they were read: words and numbers, nothing that could begin another match or line. */
const TARGET_TEXT = /^(?:[A-Z]+(?: --[a-z][a-z-]*| [A-Za-z0-9_.:/,][A-Za-z0-9_.:/,-]*| "(?:[^"\\\x00-\x1f\x7f]|\\["'\\])*")*)?$/;

/** The target of one rule as `iptables-save` prints it; empty for a rule that only counts. */
export function renderTarget(verdict: Verdict, family: Family, origin: string): string {
  const address = (text: string) => safeWord(ADDRESS, text, origin);
  const ports = (first: number, last: number) => {
    const [from, to] = [wholeNumber(first, 0, 65535, origin), wholeNumber(last, first, 65535, origin)];
    return from === to ? from : `${from}-${to}`;
  };

  switch (verdict.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'masquerade':
      return `-j ${verdict.kind.toUpperCase()}`;
    case 'reject':
      return `-j REJECT --reject-with ${safeWord(/^[a-z0-9-]+$/, verdict.with ?? DEFAULT_REJECT[family], origin)}`;
    case 'jump':
    case 'goto':
      return `${verdict.kind === 'jump' ? '-j' : '-g'} ${safeWord(CHAIN, verdict.chain, origin)}`;
    case 'log':
      return verdict.prefix === '' ? '-j LOG' : `-j LOG --log-prefix ${quoted(safeWord(PRINTABLE, verdict.prefix, origin))}`;
    case 'dnat': {
      if (verdict.address === undefined && verdict.first === undefined) {
        throw new RuleError('UnsupportedMatch', origin, `verdict 'dnat' to nothing`);
      }
      const to = verdict.address === undefined ? '' : address(verdict.address);
      const host = to.includes(':') && verdict.first !== undefined ? `[${to}]` : to;
      const port = verdict.first === undefined ? '' : `:${ports(verdict.first, verdict.last ?? verdict.first)}`;
      return `-j DNAT --to-destination ${host}${port}`;
    }
    case 'redirect':
      return verdict.first === undefined ? '-j REDIRECT' : `-j REDIRECT --to-ports ${ports(verdict.first, verdict.last ?? verdict.first)}`;
    case 'snat':
      return `-j SNAT --to-source ${address(verdict.address)}`;
    case 'set-mark':
      return `-j MARK --set-xmark ${markText(verdict, origin, true)}`;
    case 'add-source':
      return `-j SET --add-set ${safeWord(WORD, verdict.set, origin)} src`;
    case 'notrack':
      return '-j CT --notrack';
    case 'continue':
      return verdict.text === '' ? '' : `-j ${safeWord(TARGET_TEXT, verdict.text, origin)}`;
    default:
      throw new RuleError('UnsupportedMatch', origin, `verdict '${verdict.kind}'`);
  }
}

/** Quoted exactly where `iptables-save` does. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`;
}
