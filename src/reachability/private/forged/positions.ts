import { addTo } from '../../../private/multimap';
import { DEFAULT_BRIDGE, type Sender } from '../../../topology/private/senders';
import { isSame } from '../matrix/block';
import type { Endpoint } from '../matrix/endpoints';
import type { Cell, FamilyMatrix } from '../matrix/matrix';
import type { Party } from '../matrix/reach';
import type { RuleFacts } from '../matrix/rule-facts';
import type { Address } from '../walk/address';
import { Host } from '../walk/host';
import type { ContainerView, HostView } from '../walk/host-view';
import type { ProbeSource } from '../walk/outcome';

/** An interface of the host, and the senders that use it with addresses that are not their own. No rule distinguishes them. */
export interface Position {
  readonly interface: string;
  readonly senders: readonly ForgingParty[];
  from(address: string): ProbeSource;
  /** A container there, other than the destination: its packets to the destination stay on the bridge. */
  among(address: string, asked: Party): ProbeSource | undefined;
  /** Over IPv4 a host may refuse a source that it would not answer over the interface that it came by (`rp_filter`), and whether it does is not known. */
  surelyTakes(source: Address): boolean;
}

export interface ForgingParty {
  readonly party: Party;
  /** Bulkhead does not manage it, and its capabilities are not known. */
  readonly isDoubtful: boolean;
  readonly isOnDefaultBridge: boolean;
}

/** All positions from which packets with the source of another machine can come. */
export function positionsOf(view: HostView, matrix: FamilyMatrix, senders: readonly Sender[], uplink: string): Position[] {
  const able = senders.filter(({ sources }) => sources[matrix.family] === 'any');
  const byInterface = new Map<string, ForgingParty[]>();
  const containers = new Map(view.containers.map((container) => [container.key, container]));
  for (const sender of able) {
    const container = containers.get(sender.container ?? '');
    for (const name of container ? linksOf(sender, container, matrix) : placesOf(sender, uplink)) {
      addTo(byInterface, name, partyOf(sender));
    }
  }
  const host = Host.of(view);
  const known = new Set(view.interfaces.map(({ name }) => name));
  return [...byInterface]
    .filter(([name]) => known.has(name))
    .map(([name, parties]) => ({
      interface: name,
      senders: parties,
      // What a container hands to the host is what any station on that interface could.
      from: (address) => ({ kind: 'outside', interface: name, address }),
      among: (address, asked) => {
        const one = parties.find(({ party }) => party.kind === 'container' && !isSame(party, asked));
        return one?.party.kind === 'container' ? { kind: 'container', key: one.party.key, via: name, address } : undefined;
      },
      surelyTakes: (source) => matrix.family === 'ipv6' || host.hopTo(matrix.family, source)?.interface === name,
    }));
}

/** If it has no address of the family, it still needs a raw socket to send there. */
function linksOf({ kind }: Sender, { attachments }: ContainerView, { family, met }: FamilyMatrix): string[] {
  const links = attachments.filter((attachment) => kind !== 'container' || attachment[family] !== undefined);
  return links.map((attachment) => met(attachment.interface));
}

function placesOf({ at }: Sender, uplink: string): string[] {
  switch (at) {
    case 'outside':
      return [uplink];
    case 'default-bridge':
      return [DEFAULT_BRIDGE.bridge];
    default:
      return [];
  }
}

function partyOf({ container, at, kind }: Sender): ForgingParty {
  const party: Party = container !== undefined ? { kind: 'container', key: container } : { kind: 'outside' };
  return { party, isDoubtful: kind === 'foreign', isOnDefaultBridge: at === 'default-bridge' };
}

/** Interface on which the packets of a cell arrive at the host; undefined for its own packets. */
export function viaOf({ source }: Cell): string | undefined {
  const { from } = source as Endpoint;
  return from.kind === 'container' ? from.via : from.kind === 'outside' ? from.interface : undefined;
}

/** The sources whose packets are not always dropped on arrival. */
export function alive<T extends Numbered>(
  { classes, groupShut }: FamilyMatrix,
  { interface: name }: Position,
  endpoints: readonly T[],
): T[] {
  const concerns = (fact: RuleFacts) => fact.chain.base?.hook !== 'forward' && fact.admitsIn(name);
  return classes
    .of(endpoints, endpoints, 'source', concerns, { in: name })
    .filter((some) => !groupShut.dropsAtEntry(name, some))
    .flat();
}

type Numbered = Pick<Endpoint, 'number'>;
