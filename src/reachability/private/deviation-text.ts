import type { Deviation } from './audit';
import type { Labels } from './labels';
import type { ReachableCell } from '../results';
import { portSetText } from './matrix/port-set';

export function deviationCell({ source, from, receiver, address, ports, certain }: Deviation, labels: Labels): ReachableCell {
  return {
    source: source.kind === 'outside' ? from! : labels.party(source),
    destination: receiver.kind === 'outside' ? address : labels.party(receiver),
    // The outside is not asked about a publication.
    ports: receiver.kind === 'container' ? labels.asked(ports) : portSetText(ports),
    certain,
  };
}

/** One line for an error. */
export function deviationText(deviation: Deviation, labels: Labels): string {
  const { source, destination, ports } = deviationCell(deviation, labels);
  const at = deviation.receiver.kind === 'outside' ? '' : ` at ${deviation.address}`;
  return `${source} > ${destination}${at} on ${ports}`;
}
