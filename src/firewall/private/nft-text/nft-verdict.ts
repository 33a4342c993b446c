import type { NftScope } from './nft-comparison';
import { get, isNumber, isObject, type Json, readAddresses, readPortRange, single, textAt, textOf } from './nft-values';
import type { Family } from '../../../topology/private/terms';
import type { Verdict } from '../ir';
import { ALL_BITS, keptAndAdded } from '../read-text';

/** What the statement `{KEY: value}` does with a packet. `other family`: it is about packets that this one's rules never see. */
export function readNftVerdict(key: string, value: Json, { family, chains }: NftScope): Verdict | 'other family' {
  const unknown: Verdict = { kind: 'unknown', text: textOf({ [key]: value }) };
  switch (key) {
    case 'accept':
    case 'drop':
    case 'return':
      return { kind: key };
    case 'continue':
      return { kind: 'continue', text: key };
    case 'notrack':
      return { kind: 'notrack' };
    case 'jump':
    case 'goto': {
      const chain = textAt(value, 'target');
      return chain === undefined || !chains.has(chain) ? unknown : { kind: key, chain };
    }
    case 'log': {
      const isPlain = value === null || hasOnly(value, ['prefix']);
      return isPlain ? { kind: 'log', prefix: textAt(value, 'prefix') ?? '' } : { kind: 'continue', text: unknown.text };
    }
    case 'reject':
      return reject(value, family) ?? unknown;
    case 'masquerade':
      return value === null ? { kind: 'masquerade' } : unknown;
    case 'redirect': {
      const range = hasOnly(value, ['port']) ? readPortRange(get(value, 'port')) : undefined;
      return value === null ? { kind: 'redirect' } : range ? { kind: 'redirect', first: range[0], last: range[1] } : unknown;
    }
    case 'dnat':
    case 'snat': {
      const of = textAt(value, 'family');
      if (of !== undefined && (of === 'ip') !== (family === 'ipv4')) {
        return 'other family';
      }
      return (key === 'dnat' ? dnat(value, family) : snat(value, family)) ?? unknown;
    }
    case 'mangle':
      return mangle(value) ?? unknown;
    default:
      return unknown;
  }
}

function hasOnly(value: Json, keys: readonly string[]): boolean {
  return isObject(value) && Object.keys(value).every((key) => keys.includes(key));
}

function reject(value: Json, family: Family): Verdict | 'other family' | undefined {
  if (value === null) {
    return { kind: 'reject' };
  }
  const [type, reason] = [textAt(value, 'type'), textAt(value, 'expr')];
  const own = family === 'ipv4' ? 'icmp' : 'icmpv6';
  if (!hasOnly(value, ['type', 'expr'])) {
    return undefined;
  }
  switch (type) {
    case 'tcp reset':
      return { kind: 'reject', with: 'tcp-reset' };
    case 'icmp':
    case 'icmpv6':
    case 'icmpx':
      if (type !== 'icmpx' && type !== own) {
        return 'other family';
      }
      return reason === undefined ? undefined : { kind: 'reject', with: `${family === 'ipv4' ? 'icmp' : 'icmp6'}-${reason}` };
    default:
      return undefined;
  }
}

function dnat(value: Json, family: Family): Verdict | undefined {
  const [given, portValue] = [get(value, 'addr'), get(value, 'port')];
  const address = typeof given === 'string' && readAddresses(given, family) ? given : undefined;
  const range = portValue === undefined ? undefined : readPortRange(portValue);
  const isRead = hasOnly(value, ['addr', 'port', 'family']) && (given === undefined || address) && (portValue === undefined || range);
  if (!isRead || (address === undefined && range === undefined)) {
    return undefined;
  }
  return { kind: 'dnat', ...(address === undefined ? {} : { address }), ...(range ? { first: range[0], last: range[1] } : {}) };
}

function snat(value: Json, family: Family): Verdict | undefined {
  const address = textAt(value, 'addr');
  const isRead = hasOnly(value, ['addr', 'family']) && address !== undefined && readAddresses(address, family);
  return isRead ? { kind: 'snat', address } : undefined;
}

/** `mark = N`, `mark | N`, `mark & M` and `mark & M | N`. */
function mangle(value: Json): Verdict | undefined {
  const [kind, content] = single(get(value, 'key')) ?? [];
  const to = get(value, 'value');
  if (kind === 'ct' && textAt(content, 'key') === 'mark') {
    // Nothing that reads the mark of a connection is understood, so that who reads it is unknown there.
    return { kind: 'continue', text: textOf({ mangle: value }) };
  }
  if (kind !== 'meta' || textAt(content, 'key') !== 'mark') {
    return undefined;
  }
  if (isNumber(to, ALL_BITS)) {
    return { kind: 'set-mark', value: to, mask: ALL_BITS };
  }
  const [rest, added] = operands(to, '|') ?? [to, 0];
  const [what, kept] = operands(rest, '&') ?? [rest, ALL_BITS];
  const isMark = single(what)?.[0] === 'meta' && textAt(get(what, 'meta'), 'key') === 'mark';
  return isMark && added !== undefined && kept !== undefined ? { kind: 'set-mark', ...keptAndAdded(kept, added) } : undefined;
}

function operands(value: Json, operator: '|' | '&'): readonly [Json, number | undefined] | undefined {
  const [key, both] = single(value) ?? [];
  return key === operator && Array.isArray(both) && both.length === 2
    ? [both[0] as Json, isNumber(both[1], ALL_BITS) ? both[1] : undefined]
    : undefined;
}
