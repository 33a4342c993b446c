import { ValidationError } from '../../private/errors';
import type { IPeer } from '../peer';

/** Flows that containers without a segment cannot have: of who is on no network all, of who is on the host's those that no rule would narrow. */
export function checkSegmentless(place: string, source: IPeer, destination: IPeer): void {
  for (const { _peerFact, _peerDeclarations, peerText } of [source, destination]) {
    if (_peerFact.kind === 'workload' && _peerDeclarations?.store.segmentlessFact(_peerFact.path)?.mode === 'none') {
      throw new ValidationError(
        'NoNetworkRefused',
        place,
        `${peerText} is on no network, so nothing flows to or from it; place it in a segment`,
      );
    }
  }
  const [from, to] = [source._peerFact, destination._peerFact];
  if (from.kind === 'host' && to.kind === 'host' && 'path' in { ...from, ...to }) {
    throw new ValidationError(
      'HostNetworkRefused',
      place,
      `${source.peerText} and ${destination.peerText} are both the host, and what processes of a host say to each other passes no rule; declare nothing`,
    );
  }
  if (from.kind === 'host' && 'path' in from && to.kind === 'block') {
    throw new ValidationError(
      'HostNetworkRefused',
      place,
      `${source.peerText} is on the host's network, and what the host sends to ${destination.peerText} is left alone; declare nothing, or place it in a segment if it is to be narrowed`,
    );
  }
  if (to.kind === 'host' && 'path' in to && from.kind === 'block') {
    throw new ValidationError(
      'HostNetworkRefused',
      place,
      `${destination.peerText} is on the host's network, and who of ${source.peerText} reaches the ports of the host is for the host's own firewall to say; declare nothing, or place it in a segment and publish`,
    );
  }
}
