// Whether no packet can meet two rules. Says so only where one pair of matches shows it.
import { blockText, isInside } from '../../src/firewall/private/blocks';
import type { Match, Rule } from '../../src/firewall/private/ir';

export function exclude(a: Rule, b: Rule): boolean {
  return a.matches.some((left) => b.matches.some((right) => left.kind === right.kind && excludeEachOther(left, right)));
}

function excludeEachOther(a: Match, b: Match): boolean {
  const [left, right] = [isNegated(a), isNegated(b)];
  if (left && right) {
    return false;
  }
  if (left || right) {
    const [inner, outer] = left ? [b, a] : [a, b];
    return isPart(inner, outer);
  }
  return isApart(a, b);
}

function isNegated(match: Match): boolean {
  return 'negate' in match && match.negate === true;
}

/** Everything that the first lets through the second would let through, were it not negated. */
function isPart(a: Match, b: Match): boolean {
  switch (a.kind) {
    case 'in-interface':
    case 'out-interface':
      return b.kind === a.kind && !a.prefix && !b.prefix && a.name === b.name;
    case 'source':
    case 'destination':
      return b.kind === a.kind && isInside(blockText(a.block), blockText(b.block));
    default:
      return false;
  }
}

function isApart(a: Match, b: Match): boolean {
  switch (a.kind) {
    case 'in-interface':
    case 'out-interface':
      return b.kind === a.kind && !a.prefix && !b.prefix && a.name !== b.name;
    case 'source':
    case 'destination':
      return b.kind === a.kind && !isInside(blockText(a.block), blockText(b.block)) && !isInside(blockText(b.block), blockText(a.block));
    case 'protocol':
      return b.kind === a.kind && a.protocol !== b.protocol;
    case 'destination-port':
    case 'source-port':
      return b.kind === a.kind && (a.last < b.first || b.last < a.first);
    default:
      return false;
  }
}
