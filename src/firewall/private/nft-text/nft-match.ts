import {
  type Alternatives,
  ALWAYS,
  type Comparison,
  elementsOf,
  NEVER,
  type NftScope,
  oneOf,
  readAll,
  withProtocol,
} from './nft-comparison';
import { ICMP_TYPES } from './nft-icmp';
import { addressType, anyFlag, conntrack, masked, pairs } from './nft-match-state';
import { get, isNumber, type Json, readAddresses, readPortRange, readWhole, single, textAt } from './nft-values';
import type { Family } from '../../../topology/private/terms';
import type { IpProtocol, Match } from '../ir';
import { readProtocol } from '../protocols';
import { ALL_BITS, not, type Range } from '../read-text';

/** `match`: undefined for what the rules as data cannot say. */
export function readNftMatch(value: Json, protocol: IpProtocol | undefined, scope: NftScope): Alternatives | undefined {
  const op = textAt(value, 'op');
  const left = single(get(value, 'left'));
  if (!left || (op !== '==' && op !== '!=' && op !== 'in')) {
    return undefined;
  }
  const [kind, content] = left;
  const comparison = { left: content, right: get(value, 'right'), negate: op === '!=', bits: op === 'in', protocol, scope };
  if (kind === 'ct') {
    return conntrack(comparison);
  }
  if (comparison.bits) {
    return kind === 'payload' && textAt(content, 'protocol') === 'tcp' && textAt(content, 'field') === 'flags'
      ? anyFlag(comparison)
      : undefined;
  }
  switch (kind) {
    case 'meta':
      return meta(comparison);
    case 'payload':
      return payload(comparison);
    case 'fib':
      return addressType(comparison);
    case '&':
      return masked(comparison);
    case 'concat':
      return pairs(comparison);
    default:
      return undefined;
  }
}

function meta(comparison: Comparison): Alternatives | undefined {
  const { left, right, negate, scope } = comparison;
  const key = textAt(left, 'key');
  switch (key) {
    case 'iifname':
    case 'iif':
    case 'oifname':
    case 'oif':
      return interfaces(comparison, key.startsWith('i') ? 'in' : 'out');
    case 'l4proto':
      return protocols(comparison);
    case 'nfproto':
    case 'protocol': {
      const families: Readonly<Record<string, Family>> = { ip: 'ipv4', ipv4: 'ipv4', ip6: 'ipv6', ipv6: 'ipv6' };
      const family = typeof right === 'string' && Object.hasOwn(families, right) ? families[right] : undefined;
      return family && ((family === scope.family) !== negate ? ALWAYS : NEVER);
    }
    case 'mark':
      return isNumber(right, ALL_BITS) ? [[{ kind: 'mark', value: right, mask: ALL_BITS, ...not(negate) }]] : undefined;
    default:
      return undefined;
  }
}

/** A name that ends in `*` is the beginning of names. */
function interfaces(comparison: Comparison, which: 'in' | 'out'): Alternatives | undefined {
  const names = readAll(elementsOf(comparison), (value) => (typeof value === 'string' && /^[^\\*]+\*?$/.test(value) ? value : undefined));
  if (names && names.length > 1 && !names.some((name) => name.endsWith('*'))) {
    return [[{ kind: 'interface-list', which, names: [...names].sort(), ...not(comparison.negate) }]];
  }
  const kind = which === 'in' ? 'in-interface' : 'out-interface';
  const matches = names?.map((name): Match => (name.endsWith('*') ? { kind, name: name.slice(0, -1), prefix: true } : { kind, name }));
  return oneOf(matches, comparison.negate);
}

function protocols(comparison: Comparison): Alternatives | undefined {
  const all = readAll(elementsOf(comparison), (value) => {
    const protocol = typeof value === 'string' || typeof value === 'number' ? readProtocol(String(value)) : undefined;
    return protocol && ({ kind: 'protocol', protocol } as const);
  });
  return oneOf(all, comparison.negate);
}

const PORT_PROTOCOLS: Readonly<Record<string, IpProtocol>> = { tcp: 'tcp', udp: 'udp', sctp: 'sctp', dccp: '33', udplite: '136' };

function payload(comparison: Comparison): Alternatives | undefined {
  const { left, negate, protocol, scope } = comparison;
  const [header, field] = [textAt(left, 'protocol') ?? '', textAt(left, 'field')];
  if (header === 'ip' || header === 'ip6') {
    if ((header === 'ip') !== (scope.family === 'ipv4')) {
      return NEVER;
    }
    if (field === 'saddr' || field === 'daddr') {
      return addresses(comparison, field);
    }
    // Of IPv6 it is the first header only, so that what is excluded here may still come behind another one.
    return field === 'protocol' || (field === 'nexthdr' && !negate) ? protocols(comparison) : undefined;
  }
  if (header === 'icmp' || header === 'icmpv6') {
    if ((header === 'icmp') !== (scope.family === 'ipv4')) {
      return NEVER;
    }
    return field === 'type' ? withProtocol(header === 'icmp' ? 'icmp' : 'ipv6-icmp', icmpTypes(comparison)) : undefined;
  }
  const own = header === 'th' ? protocol : Object.hasOwn(PORT_PROTOCOLS, header) ? PORT_PROTOCOLS[header] : undefined;
  const hasPorts = own !== undefined && Object.values(PORT_PROTOCOLS).includes(own);
  return hasPorts && (field === 'dport' || field === 'sport') ? withProtocol(own, ports(comparison, field)) : undefined;
}

function addresses(comparison: Comparison, field: 'saddr' | 'daddr'): Alternatives | undefined {
  const { right, negate, scope } = comparison;
  const blocks = readAll(elementsOf(comparison), (value) => readAddresses(value, scope.family))?.flat();
  if (!blocks || blocks.length === 0) {
    return blocks && (negate ? ALWAYS : NEVER);
  }
  const isNamed = typeof right === 'string' && right.startsWith('@');
  if (blocks.length === 1 && !isNamed) {
    return [[{ kind: field === 'saddr' ? 'source' : 'destination', block: blocks[0], ...not(negate) }]];
  }
  const sorted = [...blocks].sort();
  const set = isNamed ? `${scope.table}:${right.slice(1)}` : `{${sorted.join(', ')}}`;
  scope.used.set(set, { name: set, blocks: sorted });
  return [[{ kind: 'in-set', set, fields: [field === 'saddr' ? 'src' : 'dst'], ...not(negate) }]];
}

function ports(comparison: Comparison, field: 'dport' | 'sport'): Alternatives | undefined {
  const { negate } = comparison;
  const ranges: readonly Range[] | undefined = readAll(elementsOf(comparison), readPortRange);
  if (!ranges || ranges.length === 0) {
    return ranges && (negate ? ALWAYS : NEVER);
  }
  if (ranges.length === 1) {
    const [[first, last]] = ranges;
    return [[{ kind: field === 'dport' ? 'destination-port' : 'source-port', first, last, ...not(negate) }]];
  }
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  return [[{ kind: 'port-list', which: field === 'dport' ? 'destination' : 'source', ranges: sorted, ...not(negate) }]];
}

function icmpTypes(comparison: Comparison): Alternatives | undefined {
  const names = ICMP_TYPES[comparison.scope.family];
  const types = readAll(elementsOf(comparison), (value): Match | undefined => {
    const type = typeof value === 'string' && Object.hasOwn(names, value) ? names[value] : readWhole(value, 255);
    return type === undefined ? undefined : { kind: 'icmp-type', type };
  });
  return oneOf(types, comparison.negate);
}
