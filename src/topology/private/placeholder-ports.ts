import type { Facts, PublicationFact } from './facts';
import type { PortSpec } from './terms';

/** The range from which Linux assigns ports unless a host says otherwise; engines choose from it. */
export const EPHEMERAL = { first: 32768, last: 60999 };

/**
 * A placeholder port for each publication whose port the engine will choose, one that no other declaration on the host uses.
 *
 * No Bulkhead rule names it, and the engine's rules name it like any other, so every answer about a port inside the container is the same whichever
 * one it is. It is never shown. See docs/decisions/011-random-host-ports.md.
 */
export function placeholderPorts({ publications, flows }: Pick<Facts, 'publications' | 'flows'>): (fact: PublicationFact) => PortSpec {
  const chosen = publications.filter(({ hostPort }) => hostPort === undefined);
  if (chosen.length === 0) return ({ targetPort }) => targetPort;
  const published = publications.flatMap(({ hostPort }) => (hostPort === undefined ? [] : [hostPort]));
  const named = [...published, ...flows.filter(({ destination }) => destination.kind === 'host').map(({ port }) => port)];
  const found = new Map<string, number>();
  let next = EPHEMERAL.last;
  for (const key of [...new Set(chosen.map(keyOf))].sort()) {
    while (next > 1 && named.some(({ first, last }) => first <= next && next <= last)) next--;
    found.set(key, next);
    if (next > 1) next--;
  }
  return (fact) => {
    const port = found.get(keyOf(fact))!;
    return { protocol: fact.targetPort.protocol, first: port, last: port };
  };
}

function keyOf({ workload, family, hostAddress, targetPort }: PublicationFact): string {
  return JSON.stringify([workload, family, hostAddress, targetPort.protocol, targetPort.first]);
}
