import { blockText, compareText, isLoopback } from './blocks';
import type { PublicationPlan, Topology } from '../../topology/private/topology';

/**
 * One permission, as the host compares it with the last applied ones: the host ends connections of a removed permission.
 *
 * Rendered as one line of space-separated words: `pair FAMILY PROTO SRC DST FIRST LAST`, `egress FAMILY PROTO SRC BLOCK FIRST LAST`, `publication
 * FAMILY PROTO SOURCEBLOCK HOSTADDR FIRST LAST CONTAINER`, `to-container FAMILY PROTO - ADDR FIRST LAST`, `to-host FAMILY PROTO ADDR GATEWAY FIRST
 * LAST`.
 */
export type PermitLine = string;

/**
 * All permissions, one line each, sorted and without repetition; `PermitLine` describes the format.
 *
 * A publication on a loopback address has the host itself as its source, so its line contains the loopback block. The protocol is written as in the
 * plan (`icmp` for both families).
 */
export function permits(topology: Topology): PermitLine[] {
  const lines = [
    ...topology.pairs.map((p) => ['pair', p.family, p.port.protocol, p.source, p.destination, p.port.first, p.port.last]),
    ...topology.egress.map((p) => ['egress', p.family, p.port.protocol, p.source, blockText(p.destination), p.port.first, p.port.last]),
    ...topology.publications.flatMap((p) =>
      sourcesOf(p).map((source) => {
        const { protocol, first, last } = p.isChosen ? { ...p.hostPort, first: 1, last: 65535 } : p.hostPort;
        const container = p.swarmMode === undefined ? p.address : topology.swarm!.gateway.block;
        return ['publication', p.family, protocol, source, p.hostAddress, first, last, container];
      }),
    ),
    ...topology.hostFlows.map((p) => {
      const [source, destination] = p.direction === 'to-container' ? ['-', p.address] : [p.address, p.gateway];
      return [p.direction, p.family, p.port.protocol, source, destination, p.port.first, p.port.last];
    }),
  ];
  return [...new Set(lines.map((words) => words.join(' ')))].sort(compareText);
}

function sourcesOf({ family, hostAddress, sources }: PublicationPlan): string[] {
  if (isLoopback(hostAddress)) {
    return [family === 'ipv4' ? '127.0.0.0/8' : '::1/128'];
  }
  return sources.map(blockText);
}
