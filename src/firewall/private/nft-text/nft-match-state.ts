import { type Alternatives, type Comparison, elementsOf, NEVER, type NftScope, oneOf, readAll, withProtocol } from './nft-comparison';
import { get, isNumber, type Json, listAt, readAddresses, readPortRange, single, textAt, textOf } from './nft-values';
import { TCP_FLAGS } from '../iptables-text/render-match';
import type { CtState, PairElement, TcpFlag } from '../ir';
import { readProtocol } from '../protocols';
import { ADDRESS_TYPES, ALL_BITS, not } from '../read-text';

/* Matches of nft that are about more than one field of the packet's headers. */

const CT_STATES: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];

export function conntrack(comparison: Comparison): Alternatives | undefined {
  const { left, right, negate, bits, scope } = comparison;
  const [key, direction] = [textAt(left, 'key') ?? '', textAt(left, 'dir')];
  switch (`${direction ?? ''} ${key}`) {
    case ' state':
    case ' status': {
      // A packet has one state, so that "is" and "has" are the same; of the status it has several bits.
      const listed = bits ? [right].flat() : key === 'state' ? elementsOf(comparison) : undefined;
      const known = key === 'state' ? CT_STATES : (['DNAT', 'SNAT'] as const);
      const states = readAll(listed, (value) => known.find((state) => state.toLowerCase() === value));
      return states && states.length > 0 ? [[{ kind: 'ct-state', states, ...not(negate) }]] : undefined;
    }
    case ' direction': {
      const value = bits || (right !== 'original' && right !== 'reply') ? undefined : right;
      return value && [[{ kind: 'ct-direction', direction: negate ? (value === 'reply' ? 'original' : 'reply') : value }]];
    }
    case 'original daddr':
    case 'original ip daddr':
    case 'original ip6 daddr': {
      if ((key.startsWith('ip ') && scope.family === 'ipv6') || (key.startsWith('ip6') && scope.family === 'ipv4')) {
        return NEVER;
      }
      const blocks = typeof right === 'string' && !negate && !bits ? readAddresses(right, scope.family) : undefined;
      return blocks && [[{ kind: 'ct-original', address: right as string }]];
    }
    case 'original proto-dst': {
      const range = negate || bits ? undefined : readPortRange(right);
      return range && [[{ kind: 'ct-original', first: range[0], last: range[1] }]];
    }
    default:
      return undefined;
  }
}

export function addressType(comparison: Comparison): Alternatives | undefined {
  const flags = listAt(comparison.left, 'flags');
  const of = flags?.length === 1 ? { saddr: 'source' as const, daddr: 'destination' as const }[String(flags[0])] : undefined;
  if (textAt(comparison.left, 'result') !== 'type' || !of) {
    return undefined;
  }
  const types = readAll(elementsOf(comparison), (value) => ADDRESS_TYPES.find((type) => type === value));
  return oneOf(
    types?.map((type) => ({ kind: 'address-type', of, type })),
    comparison.negate,
  );
}

export function masked({ left, right, negate }: Comparison): Alternatives | undefined {
  const [what, maskValue] = Array.isArray(left) && left.length === 2 ? (left as readonly Json[]) : [];
  const [kind, content] = single(what) ?? [];
  if (kind === 'meta' && textAt(content, 'key') === 'mark') {
    return isNumber(right, ALL_BITS) && isNumber(maskValue, ALL_BITS)
      ? [[{ kind: 'mark', value: right, mask: maskValue, ...not(negate) }]]
      : undefined;
  }
  if (kind === 'payload' && textAt(content, 'protocol') === 'tcp' && textAt(content, 'field') === 'flags') {
    const [mask, set] = [readFlags(maskValue), readFlags(right)];
    return mask && set && withProtocol('tcp', [[{ kind: 'tcp-flags', mask, set, ...not(negate) }]]);
  }
  return undefined;
}

export function anyFlag({ right }: Comparison): Alternatives | undefined {
  const mask = readFlags(right);
  return mask?.length === 1 ? withProtocol('tcp', [[{ kind: 'tcp-flags', mask, set: mask }]]) : undefined;
}

/** `"syn"`, `["syn", "ack"]` or `{"|": ["syn", "ack"]}`; 0 for none. */
function readFlags(value: Json): readonly TcpFlag[] | undefined {
  const list = value === 0 ? [] : [single(value)?.[0] === '|' ? get(value, '|') : value].flat();
  return readAll(list, (name) => TCP_FLAGS.find((flag) => flag.toLowerCase() === name));
}

/** Source, destination, protocol and port of one set: pairs. */
export function pairs({ left, right, negate, scope }: Comparison): Alternatives | undefined {
  const header = scope.family === 'ipv4' ? 'ip' : 'ip6';
  const keys = [left].flat().map((part) => {
    const [kind, content] = single(part) ?? [];
    return kind === 'payload' ? `${textAt(content, 'protocol')} ${textAt(content, 'field')}` : `${kind} ${textAt(content, 'key')}`;
  });
  const places = [`${header} saddr`, `${header} daddr`, 'meta l4proto', 'th dport'].map((key) => keys.indexOf(key));
  const name = typeof right === 'string' && right.startsWith('@') ? right.slice(1) : undefined;
  const elements = name === undefined || keys.length !== 4 || places.includes(-1) ? undefined : scope.named.get(name)?.elements;
  const read = readAll(elements, (element) => pair(listAt(element, 'concat') ?? [], places, scope, textOf(element)));
  if (!read) {
    return undefined;
  }
  const set = `${scope.table}:${name}`;
  scope.used.set(set, { name: set, elements: read });
  return [[{ kind: 'in-set', set, ...not(negate) }]];
}

function pair(values: readonly Json[], places: readonly number[], { family }: NftScope, origin: string): PairElement | undefined {
  const [source, destination, protocolValue, portValue] = places.map((place) => values[place]);
  const [protocol, range] = [typeof protocolValue === 'string' ? readProtocol(protocolValue) : undefined, readPortRange(portValue)];
  const areAddresses = typeof source === 'string' && typeof destination === 'string';
  if (
    !areAddresses ||
    !readAddresses(source, family) ||
    !readAddresses(destination, family) ||
    !protocol ||
    !range ||
    values.length !== 4
  ) {
    return undefined;
  }
  return { source, protocol, first: range[0], last: range[1], destination, origin };
}
