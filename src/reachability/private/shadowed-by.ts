import type { Deviation } from './audit';
import { intersect, isEmpty, portSetOf, portSetText } from './matrix/port-set';
import type { Topology } from '../../topology/private/topology';

/** The publication that receives packets to the host before any program of the host does, in words for an error; empty if there is none. */
export function shadowedBy({ receiver, address, ports }: Deviation, { publications }: Topology): string {
  if (receiver.kind !== 'host') return '';
  const asked = [address, address.includes(':') ? '::' : '0.0.0.0'];
  const found = publications.find(
    ({ hostAddress, hostPort, isChosen }) =>
      isChosen !== true && asked.includes(hostAddress) && !isEmpty(intersect(ports, portSetOf(hostPort))),
  );
  if (found === undefined) return '';
  const { workload, hostPort, hostAddress } = found;
  return ` (the publication of '${workload}' on ${portSetText(portSetOf(hostPort))} at ${hostAddress} takes these packets: publish it on one address of the host, or use another port)`;
}
