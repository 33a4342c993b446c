import { ValidationError } from '../../private/errors';
import type { IPeer } from '../peer';

/**
 * Flows that containers without a segment cannot have: for a container with no network all of them, for one on the host's network those that no rule
 * would filter.
 */
export function checkSegmentless(place: string, source: IPeer, destination: IPeer): void {
  for (const { _peerFact, _peerDeclarations, peerText } of [source, destination]) {
    if (_peerFact.kind === 'workload' && _peerDeclarations?.store.segmentlessFact(_peerFact.path)?.mode === 'none') {
      throw new ValidationError('NoNetworkRefused', place, `${peerText} is on no network, so it cannot have a flow; place it in a segment`);
    }
  }
  const [from, to] = [source._peerFact, destination._peerFact];
  if (from.kind === 'host' && to.kind === 'host' && 'path' in { ...from, ...to }) {
    throw new ValidationError(
      'HostNetworkRefused',
      place,
      `${source.peerText} and ${destination.peerText} are both on the host's network, and no rule applies to traffic between processes of a host; remove the flow`,
    );
  }
  if (from.kind === 'host' && 'path' in from && to.kind === 'block') {
    throw new ValidationError(
      'HostNetworkRefused',
      place,
      `${source.peerText} is on the host's network, and the guard does not restrict what the host sends to ${destination.peerText}; remove the flow, or place the container in a segment to restrict it`,
    );
  }
  if (to.kind === 'host' && 'path' in to && from.kind === 'block') {
    throw new ValidationError(
      'HostNetworkRefused',
      place,
      `${destination.peerText} is on the host's network, and the host's own firewall decides which addresses of ${source.peerText} reach the ports of the host; remove the flow, or place the container in a segment and publish a port`,
    );
  }
}
