import type { Deviation } from './audit';
import type { Topology } from '../../topology/private/topology';

/**
 * Tells what is open on a wire of the host's, or may be. Nothing of ours narrows there, and the reason for the segment says why that is well: between
 * its members, and between them and the LAN, it is no mistake of the program.
 */
export function wireMatters({ networks, wires }: Topology): (found: Omit<Deviation, 'ports'>) => boolean {
  const wireOf = new Map(wires.flatMap(({ key, members }) => members.map(({ workload }) => [workload, key] as const)));
  const bridgeOf = new Map(networks.flatMap(({ bridge, members }) => members.map(({ ipv4 }) => [ipv4, bridge] as const)));
  const wire = (party: Deviation['source']) => (party.kind === 'container' ? wireOf.get(party.key) : undefined);
  return ({ source, receiver, from = '', address, certain }) => {
    const [here, there] = [wire(source), wire(receiver)];
    if (!certain) return here !== undefined || there !== undefined;
    const isOnBridge = bridgeOf.has(from) && bridgeOf.get(from) === bridgeOf.get(address);
    return here !== undefined && here === there && !isOnBridge;
  };
}
