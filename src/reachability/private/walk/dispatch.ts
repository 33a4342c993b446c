import { type Address, readRange } from './address';
import type { Packet } from './packet';
import type { Match } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** The rules that a packet may meet, in their order: a superset of those that it does. */
export type Dispatch<R> = (packet: Packet) => readonly R[];

/** `source24` is the /24 that contains the source, for IPv6 the /64; `source16` the /16, for IPv6 the /48. */
type Field = 'in' | 'out' | 'port' | 'source' | 'source24' | 'source16' | 'destination' | 'destination24' | 'destination16';

/** The one value of a field without which the matches are surely not met. */
export type Requirements = { readonly [F in Field]?: string | Address };

const READ: Readonly<Record<Field, (packet: Packet) => string | Address>> = {
  in: (packet) => packet.inInterface,
  out: (packet) => packet.outInterface,
  port: (packet) => packet.destinationPort,
  source: (packet) => packet.source,
  source24: (packet) => within24(packet.source),
  source16: (packet) => within16(packet.source),
  destination: (packet) => packet.destination,
  destination24: (packet) => within24(packet.destination),
  destination16: (packet) => within16(packet.destination),
};
const FIELDS = Object.keys(READ) as readonly Field[];
/** Below this many rules a look into a map costs more than the rules. */
const FEW = 6;
/** A field is worth a map where it leaves less than this part of the rules. */
const WORTH = 0.85;
const MAX_COPIES = 200_000;

function within24(address: Address): Address {
  return typeof address === 'number' ? Math.floor(address / 2 ** 8) : address / 2n ** 64n;
}

function within16(address: Address): Address {
  return typeof address === 'number' ? Math.floor(address / 2 ** 16) : address / 2n ** 80n;
}

export function requirementsOf(matches: readonly Match[], family: Family): Requirements {
  const required: { -readonly [F in Field]?: string | Address } = {};
  for (const match of matches) {
    if ('negate' in match && match.negate) {
      continue;
    }
    if (match.kind === 'in-interface' || match.kind === 'out-interface') {
      if (!match.prefix) required[match.kind === 'in-interface' ? 'in' : 'out'] = match.name;
    } else if (match.kind === 'destination-port') {
      if (match.first === match.last) required.port = match.first;
    } else if (match.kind === 'source' || match.kind === 'destination') {
      Object.assign(required, requiredAddress(match.kind, match.block, family));
    }
  }
  return required;
}

function requiredAddress(end: 'source' | 'destination', block: string, family: Family): Requirements {
  const range = readRange(family, block);
  if (!range) {
    return {};
  }
  const { first, last } = range;
  return {
    ...(first === last ? { [end]: first } : {}),
    ...(within24(first) === within24(last) ? { [`${end}24`]: within24(first) } : {}),
    ...(within16(first) === within16(last) ? { [`${end}16`]: within16(first) } : {}),
  };
}

interface Entry<R> {
  readonly rule: R;
  readonly required: Requirements;
}

/**
 * Sorts rules by the field that most of them want one value of: chains of Docker's grow by some rules per network and container, and each packet is
 * about one or two of these. What is left under a value is sorted again by another field.
 */
export function dispatch<R>(rules: readonly R[], required: (rule: R) => Requirements): Dispatch<R> {
  const entries = rules.map((rule) => ({ rule, required: required(rule) }));
  return sorted(entries, FIELDS);
}

function sorted<R>(entries: readonly Entry<R>[], fields: readonly Field[]): Dispatch<R> {
  const field = entries.length <= FEW ? undefined : bestField(entries, fields);
  if (!field) {
    const rules = entries.map(({ rule }) => rule);
    return () => rules;
  }
  const cases = new Map<string | Address, Entry<R>[]>();
  const others: Entry<R>[] = [];
  for (const entry of entries) {
    const value = entry.required[field];
    if (value === undefined) {
      cases.forEach((list) => list.push(entry));
      others.push(entry);
    } else if (!cases.get(value)?.push(entry)) {
      cases.set(value, [...others, entry]);
    }
  }
  const rest = fields.filter((each) => each !== field);
  const byValue = new Map([...cases].map(([value, list]) => [value, sorted(list, rest)]));
  const byDefault = sorted(others, rest);
  const read = READ[field];
  return (packet) => (byValue.get(read(packet)) ?? byDefault)(packet);
}

/** The one that leaves the fewest rules to look at; none where that is not worth it, or the rules that ask for no value would be copied too often. */
function bestField<R>(entries: readonly Entry<R>[], fields: readonly Field[]): Field | undefined {
  let best: Field | undefined;
  let fewest = entries.length * WORTH;
  for (const field of fields) {
    const wanted = entries.map(({ required }) => required[field]).filter((value) => value !== undefined);
    const values = new Set(wanted).size;
    const others = entries.length - wanted.length;
    const left = others + wanted.length / Math.max(1, values);
    if (left < fewest && others * values < MAX_COPIES) {
      best = field;
      fewest = left;
    }
  }
  return best;
}
