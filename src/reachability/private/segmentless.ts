import type { PeerFact } from '../../topology/private/facts';
import type { Topology } from '../../topology/private/topology';
import type { Exposure } from '../results';

const EVERYTHING = 'every port that it listens on';

/** Programs in a container on the host's network listen on the host, and packets from outside to the host meet no Bulkhead rule. */
export function exposuresOnHost({ segmentless = [], hostAddresses }: Topology): Exposure[] {
  return segmentless
    .filter(({ mode }) => mode === 'host')
    .flatMap(({ path }) =>
      hostAddresses.map((hostAddress) => ({
        workload: path,
        hostAddress,
        hostPorts: EVERYTHING,
        targetPorts: EVERYTHING,
        sources: [hostAddress.includes(':') ? '::/0' : '0.0.0.0/0'],
        anywhere: true,
      })),
    );
}

/** The first of some peers that is on no network. */
export function aloneAmong({ segmentless = [] }: Topology, ...peers: readonly PeerFact[]): { path: string; reason: string } | undefined {
  return segmentless.find(({ mode, path }) => mode === 'none' && peers.some((peer) => peer.kind === 'workload' && peer.path === path));
}
