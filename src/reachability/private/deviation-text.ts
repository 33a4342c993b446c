import type { Deviation } from './audit';
import { nameOf } from './describe';
import type { ReachableCell } from '../results';
import { portSetText } from './matrix/port-set';

export function deviationCell({ source, from, receiver, address, ports, certain }: Deviation): ReachableCell {
  return {
    source: source.kind === 'outside' ? from! : nameOf(source),
    destination: receiver.kind === 'outside' ? address : nameOf(receiver),
    ports: portSetText(ports),
    certain,
  };
}

/** One line for an error. */
export function deviationText(deviation: Deviation): string {
  const { source, destination, ports } = deviationCell(deviation);
  const at = deviation.receiver.kind === 'outside' ? '' : ` at ${deviation.address}`;
  return `${source} > ${destination}${at} on ${ports}`;
}
