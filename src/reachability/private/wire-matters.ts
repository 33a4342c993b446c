import type { Deviation } from './audit';
import type { Topology } from '../../topology/private/topology';

/**
 * Whether something on a LAN segment of the host or on an overlay is open, or may be. Bulkhead does not filter there, and the reason for the segment
 * accepts this: between its members, and between them and the LAN, it is not a mistake of the program.
 */
export function wireMatters({ networks, wires: all }: Topology): (found: Omit<Deviation, 'ports'>) => boolean {
  const [overlays, wires] = [true, false].map((wanted) => all.filter(({ overlay }) => (overlay !== undefined) === wanted));
  const onOverlays = overlays.map(({ members }) => new Set(members.map(({ workload }) => workload)));
  const isOn = (members: ReadonlySet<string>, party: Deviation['source']) => party.kind === 'container' && members.has(party.key);
  const wireOf = new Map(wires.flatMap(({ key, members }) => members.map(({ workload }) => [workload, key] as const)));
  const bridgeOf = new Map(
    networks.flatMap(({ bridge, members }) =>
      members.flatMap(({ ipv4, ipv6 = ipv4 }) => [ipv4, ipv6].map((own) => [own, bridge] as const)),
    ),
  );
  const wire = (party: Deviation['source']) => (party.kind === 'container' ? wireOf.get(party.key) : undefined);
  return ({ source, receiver, from = '', address, certain }) => {
    // Only membership restricts an overlay, where a neighbour answers for all of its addresses.
    if (onOverlays.some((members) => isOn(members, source) && isOn(members, receiver))) return true;
    const [here, there] = [wire(source), wire(receiver)];
    if (!certain) return here !== undefined || there !== undefined;
    const isOnBridge = bridgeOf.has(from) && bridgeOf.get(from) === bridgeOf.get(address);
    return here !== undefined && here === there && !isOnBridge;
  };
}
