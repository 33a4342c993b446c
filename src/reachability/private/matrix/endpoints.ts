import type { Party } from './reach';
import type { RuleFacts } from './rule-facts';
import { addTo } from '../../../private/multimap';
import type { Family } from '../../../topology/private/terms';
import {
  type Address,
  type AddressRange,
  covers,
  HIGHEST,
  inRange,
  next,
  previous,
  readAddress,
  readRange,
  writeAddress,
} from '../walk/address';
import type { HostView } from '../walk/host-view';
import type { ProbeSource } from '../walk/outcome';

/** Where packets come from or go to. */
export interface End {
  readonly party: Party;
  /** Undefined for the host as a source: it chooses an address for each destination. */
  readonly address?: string;
  /** For the outside: all addresses that this one represents, since no rule distinguishes them. */
  readonly range?: AddressRange;
}

/** An end at one of its addresses. */
export interface AddressEnd extends End {
  readonly address: string;
}

/** An end with all that a walk from there needs. */
export interface Endpoint extends End {
  /** The address as a number. */
  readonly number?: Address;
  /** How a packet from there sets out. */
  readonly from: ProbeSource;
}

/** An endpoint that packets go to, too. */
export interface Target extends Endpoint {
  readonly address: string;
  readonly number: Address;
}

/** Endpoints that share an interface of the host. */
export interface Group<T extends Endpoint = Target> {
  readonly interface: string;
  readonly endpoints: readonly T[];
}

/** Special addresses: no packet to or from them is for one machine. */
export const NO_ENDPOINTS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3'],
  ipv6: ['::/127', 'fe80::/10', 'ff00::/8'],
};

/** Containers by the interface of the host to which they are attached. */
export function containerGroups({ containers }: HostView, family: Family): Group[] {
  const groups = new Map<string, Target[]>();
  for (const { key, attachments } of containers) {
    for (const attachment of attachments) {
      const address = attachment[family];
      if (address === undefined) continue;
      const endpoint: Target = {
        party: { kind: 'container', key },
        address,
        number: readAddress(family, address)!,
        from: { kind: 'container', key, via: attachment.interface, address },
      };
      addTo(groups, attachment.interface, endpoint);
    }
  }
  return [...groups].map(([name, endpoints]) => ({ interface: name, endpoints }));
}

/** A group as senders: a program may bind to any address of its container, whatever link it sends over. */
export function withOthers({ interface: via, endpoints }: Group, { containers }: HostView, family: Family): Group<Endpoint> {
  const here = new Set(endpoints.map(({ party }) => (party.kind === 'container' ? party.key : '')));
  const others = containers
    .filter(({ key }) => here.has(key))
    .flatMap(({ key, attachments }): Endpoint[] =>
      attachments.flatMap((attachment) => {
        const address = attachment.interface === via ? undefined : attachment[family];
        const from = { kind: 'container', key, via, address } as const;
        return address === undefined ? [] : [{ party: { kind: 'container', key }, address, number: readAddress(family, address)!, from }];
      }),
    );
  return { interface: via, endpoints: [...endpoints, ...others] };
}

/** The host as a sender. */
export const HOST: Endpoint = { party: { kind: 'host' }, from: { kind: 'host' } };

/**
 * Destination addresses of the host: its own, and those that a rule translates. Loopback addresses may have publications that only the host can use.
 */
export function hostTargets({ interfaces }: HostView, facts: readonly RuleFacts[], family: Family): Target[] {
  const own = interfaces.flatMap(({ addresses }) => addresses).map((text) => text.split('/')[0]);
  const translated = facts.flatMap(({ rule, destination }) =>
    rule.verdict.kind === 'dnat' && destination?.first === destination?.last && destination
      ? [writeAddress(family, destination.first)]
      : [],
  );
  return [...new Set([...own, ...translated])]
    .filter((address) => address.includes(':') === (family === 'ipv6'))
    .map((address) => ({ party: { kind: 'host' }, address, number: readAddress(family, address)!, from: { kind: 'host' } }));
}

/** The outside, divided where a block begins or ends that a rule or another end names. */
export function outsideEndpoints(
  view: HostView,
  facts: readonly RuleFacts[],
  blocks: readonly string[],
  family: Family,
  uplink: string,
): Target[] {
  const inside = [
    ...NO_ENDPOINTS[family],
    ...view.interfaces.flatMap(({ kind, addresses }) => addresses.map((text) => (kind === 'bridge' ? text : text.split('/')[0]))),
    ...view.routes.filter((route) => route.interface !== uplink).map(({ block }) => block),
  ].flatMap((text) => readRange(family, text) ?? []);
  const starts = new Set<Address>([zero(family)]);
  const cut = ({ first, last }: AddressRange) => {
    starts.add(first);
    if (last < HIGHEST[family]) starts.add(next(last));
  };
  inside.forEach(cut);
  // Where no default route leads, an answer finds part of the outside alone.
  const linked = [...view.interfaces.flatMap(({ addresses }) => addresses), ...view.routes.map(({ block }) => block)];
  const named = [...[...blocks, ...linked].flatMap((text) => readRange(family, text) ?? []), ...facts.flatMap((fact) => fact.blocks)];
  // Most of what rules name is inside, and cuts nothing of the outside.
  named.filter((range) => !inside.some((each) => covers(each, range))).forEach(cut);
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  return sorted.flatMap((first, i): Target[] => {
    if (inside.some((range) => inRange(range, first))) return [];
    const last = i + 1 < sorted.length ? previous(sorted[i + 1]) : HIGHEST[family];
    const address = writeAddress(family, first);
    return [
      { party: { kind: 'outside' }, address, number: first, range: { first, last }, from: { kind: 'outside', interface: uplink, address } },
    ];
  });
}

function zero(family: Family): Address {
  return family === 'ipv4' ? 0 : 0n;
}
