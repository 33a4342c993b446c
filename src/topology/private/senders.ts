import type { Family } from './terms';
import type { Topology } from './topology';
import { forges } from '../../hardening/private/capabilities';

/** Source addresses that a sender can put into what it sends. */
export type Sources = 'own' | 'any';

/** Where packets of a sender come to the host, and who can be there. */
export type SenderKind = 'container' | 'forger' | 'foreign' | 'outside' | 'host';

/**
 * Which source addresses each can really use. The same on every engine: what an engine takes from a container, such as the default route of one that is
 * only in internal networks (26 and later), is no limit, since `SO_BINDTODEVICE` needs none and no capability.
 *
 * - Over IPv6 any program sends from any address: `IPV6_FREEBIND` takes no capability, and a ping socket has it, too. Over IPv4 the kernel finds no route
 *   for a source that is not local, unless the socket is transparent or raw, and both take NET_RAW or NET_ADMIN.
 * - A container that others made has the capabilities that Docker gives by default, NET_RAW among them.
 * - Who is outside owns the machine that sends.
 * - On the host a local user without a capability is meant. Root there takes the rules away. Such a user is no sender of `sendersOf`: on a HardenedDaemon
 *   the guard takes nothing to a container that is not from an address of the host, and of other daemons nothing here claims that.
 */
export const SOURCES: Readonly<Record<SenderKind, Readonly<Record<Family, Sources>>>> = {
  container: { ipv4: 'own', ipv6: 'any' },
  forger: { ipv4: 'any', ipv6: 'any' },
  foreign: { ipv4: 'any', ipv6: 'any' },
  outside: { ipv4: 'any', ipv6: 'any' },
  host: { ipv4: 'own', ipv6: 'any' },
};

/** The network that every engine makes for whoever names none. A host may have it elsewhere; nothing of ours is on it, and anybody may be. */
export const DEFAULT_BRIDGE = { bridge: 'docker0', block: '172.17.0.0/16', gateway: '172.17.0.1' } as const;

export interface Sender {
  readonly kind: SenderKind;
  /** Path of a workload, or the key of a container that others made; undefined for the outside, and for containers on the default bridge. */
  readonly container?: string;
  /** Where it sends from, where that is no network of its own. */
  readonly at?: 'outside' | 'default-bridge';
  readonly sources: Readonly<Record<Family, Sources>>;
}

/** Everybody who can send to the containers of a topology, or to its host, from elsewhere. */
export function sendersOf({ workloads, existing }: Topology): Sender[] {
  return [
    ...workloads.map((plan) => sender(forges(plan) ? 'forger' : 'container', { container: plan.path })),
    ...existing.flatMap(({ foreignContainers }) => foreignContainers.map(({ key }) => sender('foreign', { container: key }))),
    sender('foreign', { at: 'default-bridge' }),
    sender('outside', { at: 'outside' }),
  ];
}

/**
 * Whether a datagram of the protocol does its work when it arrives. TCP and SCTP carry nothing before the answer to their first packet has come back to
 * who sent it, and that answer goes to the owner of the source: from a forged one they open nothing.
 */
export function needsNoAnswer(protocol: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'other'): boolean {
  return protocol !== 'tcp' && protocol !== 'sctp';
}

function sender(kind: SenderKind, place: Pick<Sender, 'container' | 'at'>): Sender {
  return { kind, ...place, sources: SOURCES[kind] };
}
