import { Declared } from './declared';
import type { AddressEnd } from './matrix/endpoints';
import type { Cell, Matrix } from './matrix/matrix';
import { isEmpty, NO_PORTS, type PortSet, subtract, union } from './matrix/port-set';
import type { Party } from './matrix/reach';
import { pairKey } from './matrix/rule-facts';
import type { Topology } from '../../topology/private/topology';

/** Ports that are open between two ends, or should be. */
export interface Deviation {
  readonly source: Party;
  /** Where packets come from; undefined for the host. */
  readonly from?: string;
  readonly receiver: Party;
  /** Destination address of the question. */
  readonly address: string;
  /** Destination ports of the question. */
  readonly ports: PortSet;
  readonly certain: boolean;
}

/** Open and undeclared connections. What is not certainly closed counts as open. */
export function excessOf(matrix: Matrix, topology: Topology): Deviation[] {
  return undeclaredOf(matrix, topology).map(({ cell, ports }) => deviation(cell, ports));
}

/** The same by cell; the ports are those of the question. */
export function undeclaredOf({ cells }: Matrix, topology: Topology): { readonly cell: Cell; readonly ports: PortSet }[] {
  const declared = new Declared(topology);
  return cells.flatMap((cell) => {
    const allowed = declared.ports(cell);
    const ports = allowed === undefined ? NO_PORTS : subtract(cell.asked, allowed);
    return isEmpty(ports) ? [] : [{ cell, ports }];
  });
}

/** Declared connections that are not open. What is not certainly open counts as closed. */
export function missingOf({ cells, outside }: Matrix, topology: Topology): Deviation[] {
  const declared = new Declared(topology);
  const granted = new Map<string, PortSet>();
  for (const { certain, source, target, receiver, asked } of cells) {
    if (!certain) continue;
    const key = keyOf(source.address, target.address, receiver);
    granted.set(key, union(granted.get(key) ?? NO_PORTS, asked));
  }
  return declared.expected(outside).flatMap((cell) => {
    const ports = subtract(
      declared.ports(cell) ?? NO_PORTS,
      granted.get(keyOf(cell.source.address, cell.target.address, cell.receiver)) ?? NO_PORTS,
    );
    return isEmpty(ports) ? [] : [deviation({ ...cell, certain: true }, ports)];
  });
}

export function deviation(
  { source, target, receiver, certain }: Pick<Cell, 'source' | 'target' | 'receiver' | 'certain'>,
  ports: PortSet,
): Deviation {
  const from = source.range ? rangeText(source as AddressEnd) : source.address;
  return {
    source: source.party,
    ...(from !== undefined && { from }),
    receiver,
    address: target.range ? rangeText(target) : target.address,
    ports,
    certain,
  };
}

/** Words for a piece of the outside: its first and last address. */
export function rangeText({ address, range }: AddressEnd): string {
  return range === undefined || range.first === range.last ? address : `${address} and up`;
}

function keyOf(source: string | undefined, target: string, receiver: Party): string {
  return `${pairKey(source ?? '', target)} ${receiver.kind === 'container' ? receiver.key : receiver.kind}`;
}
