import type { Family } from './terms';
import type { Topology } from './topology';
import { forges } from '../../hardening/private/capabilities';

/** Source addresses that a sender can put into what it sends. */
export type Sources = 'own' | 'any';

/** Where packets of a sender arrive at the host, and which senders can be there. */
export type SenderKind = 'container' | 'forger' | 'foreign' | 'outside' | 'host';

/**
 * Which source addresses each sender can really use. The same on every engine: what an engine removes from a container, such as the default route of
 * one that is only in internal networks (26 and later), is not a limit, since `SO_BINDTODEVICE` needs no route and no capability.
 *
 * - Over IPv6, any program sends from any address: `IPV6_FREEBIND` needs no capability, and a ping socket has it, too. Over IPv4, the kernel finds no
 *   route for a source that is not local, unless the socket is transparent or raw, and both need NET_RAW or NET_ADMIN.
 * - An unmanaged container has the capabilities that Docker gives by default, including NET_RAW.
 * - A sender outside has full control of its machine.
 * - On the host, a local user without a capability is meant. Root there can remove the rules. `sendersOf` does not list such a user: on a
 *   HardenedDaemon, the guard accepts only packets to a container from an address of the host, and for other daemons no claim covers it.
 */
export const SOURCES: Readonly<Record<SenderKind, Readonly<Record<Family, Sources>>>> = {
  container: { ipv4: 'own', ipv6: 'any' },
  forger: { ipv4: 'any', ipv6: 'any' },
  foreign: { ipv4: 'any', ipv6: 'any' },
  outside: { ipv4: 'any', ipv6: 'any' },
  host: { ipv4: 'own', ipv6: 'any' },
};

/**
 * The network that every engine creates for containers that name none. A host may have it elsewhere; no Bulkhead container is on it, and any other
 * container may be.
 */
export const DEFAULT_BRIDGE = { bridge: 'docker0', block: '172.17.0.0/16', gateway: '172.17.0.1' } as const;

export interface Sender {
  readonly kind: SenderKind;
  /** Path of a workload, or the key of an unmanaged container; undefined for the outside, and for containers on the default bridge. */
  readonly container?: string;
  /** The network that it sends from, if it has no separate one. */
  readonly at?: 'outside' | 'default-bridge';
  readonly sources: Readonly<Record<Family, Sources>>;
}

/** All parties that can send to the containers of a topology, or to its host, from elsewhere. */
export function sendersOf({ workloads, existing }: Topology): Sender[] {
  return [
    ...workloads.map((plan) => sender(forges(plan) ? 'forger' : 'container', { container: plan.path })),
    ...existing.flatMap(({ foreignContainers }) => foreignContainers.map(({ key }) => sender('foreign', { container: key }))),
    sender('foreign', { at: 'default-bridge' }),
    sender('outside', { at: 'outside' }),
  ];
}

/**
 * Whether a datagram of the protocol has its effect when it arrives. TCP and SCTP transfer no data before the answer to their first packet has
 * reached the sender, and that answer goes to the owner of the source: from a forged source they open nothing.
 */
export function needsNoAnswer(protocol: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'other'): boolean {
  return protocol !== 'tcp' && protocol !== 'sctp';
}

function sender(kind: SenderKind, place: Pick<Sender, 'container' | 'at'>): Sender {
  return { kind, ...place, sources: SOURCES[kind] };
}
