import { intersect, isEmpty, type PortSet, portSetOf, shortPortSetText } from '../../../../reachability/private/matrix/port-set';
import type { Protocol } from '../../../../topology/private/terms';

/** Ports of a table that are in a set, by name; if everything is open, single ports are not listed. */
export function namedPorts(table: ReadonlyMap<string, string>, ports: PortSet): { readonly port: string; readonly name: string }[] {
  const all = shortPortSetText(ports);
  if (all.startsWith('everything')) return [{ port: all, name: 'inner services' }];
  return [...table].filter(([port]) => !isEmpty(intersect(ports, setOf(port)))).map(([port, name]) => ({ port, name }));
}

function setOf(port: string): PortSet {
  const [protocol, number] = port.split('/');
  return portSetOf({ protocol: protocol as Protocol, first: Number(number), last: Number(number) });
}
