/** One text for each meaning of a rule, to compare rules of different writers. */
import { blockText } from './blocks';
import type { Match, Rule, Verdict } from './ir';

export function ruleText({ matches, verdict }: Rule): string {
  return [...matches.map(matchText).sort(), `=> ${verdictText(verdict)}`].join(' ');
}

/** The same for matches that say the same: order of states, `/32` or not, a negation that is none. */
function matchText(match: Match): string {
  const not = 'negate' in match && match.negate ? 'not ' : '';
  switch (match.kind) {
    case 'in-interface':
    case 'out-interface':
      return `${not}${match.kind.slice(0, -10)} ${match.name}${match.prefix ? '+' : ''}`;
    case 'interface-list':
      return `${not}${match.which} ${[...match.names].sort().join('|')}`;
    case 'source':
    case 'destination':
      return `${not}${match.kind} ${blockText(match.block)}`;
    case 'protocol':
      return `${not}protocol ${match.protocol}`;
    case 'destination-port':
    case 'source-port':
      return `${not}${match.kind} ${match.first}-${match.last}`;
    case 'ct-state':
      return `${not}ct-state ${[...match.states].sort().join('|')}`;
    case 'address-type':
      return `${not}${match.of}-type ${match.type}`;
    case 'mark':
      return `${not}mark ${match.value}/${match.mask}`;
    default:
      return plainText(match);
  }
}

function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'jump':
    case 'goto':
      return `${verdict.kind} ${verdict.chain}`;
    case 'dnat':
      return `dnat ${verdict.address ?? ''} ${verdict.first ?? ''}-${verdict.last ?? verdict.first ?? ''}`;
    case 'snat':
      return `snat ${verdict.address}`;
    default:
      return plainText(verdict);
  }
}

function plainText({ kind, ...rest }: Match | Verdict): string {
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined && value !== false);
  return fields.length === 0 ? kind : `${kind} ${JSON.stringify(Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))))}`;
}
