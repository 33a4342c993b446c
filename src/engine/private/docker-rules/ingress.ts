import type { SwarmState } from './input';
import type { RuleTables } from './rule-tables';
import { ACCEPT, addressType, dnat, ESTABLISHED, fromPort, jump, MASQUERADE, output, protocol, RETURN, toPort } from './words';

export const INGRESS = 'DOCKER-INGRESS';

/**
 * The rules for Swarm's published ports before 29.8, in IPv4: every address of the host leads to the ingress sandbox, which has the port. The accept
 * rule names no destination, so it accepts any forwarded packet to such a port.
 */
export function addIngress(tables: RuleTables, { gatewayBridge, ingressPorts }: SwarmState): void {
  const toLocal = addressType('destination', 'local');
  for (const { protocol: name, port, address } of ingressPorts) {
    const why = `swarm: published port ${port}/${name} -> ${address}`;
    tables.append('filter', INGRESS, [protocol(name), toPort(port)], ACCEPT, why);
    tables.append('filter', INGRESS, [protocol(name), fromPort(port), ESTABLISHED], ACCEPT, `${why}, answers`);
    tables.append('nat', INGRESS, [protocol(name), toPort(port)], dnat(address, port), why);
  }
  for (const table of ['filter', 'nat']) {
    tables.append(table, INGRESS, [], RETURN, 'swarm: no published port');
  }
  for (const chain of ['PREROUTING', 'OUTPUT']) {
    tables.insert('nat', chain, [toLocal], jump(INGRESS), 'swarm: published ports');
  }
  const fromHost = [output(gatewayBridge), addressType('source', 'local')];
  tables.insert('nat', 'POSTROUTING', fromHost, MASQUERADE, 'swarm: published ports, from the host itself');
}
