import type { Exposure, ReachableCell } from '../results';
import type { Labels } from './labels';
import type { AddressEnd } from './matrix/endpoints';
import type { Cell, Matrix } from './matrix/matrix';
import { isEmpty, NO_PORTS, type PortSet, portSetText, union } from './matrix/port-set';
import type { Party } from './matrix/reach';
import { outsideBlocks, outsideText } from './outside-text';
import { compareText } from '../../firewall/private/blocks';

/** Open ports between two ends; pieces of the outside with the same ports are one end. */
export interface Line {
  readonly source: string;
  readonly destination: string;
  readonly ports: PortSet;
  readonly certain: boolean;
  /** The same for programs. */
  readonly ends: { readonly source: Party; readonly destination: Party; readonly pieces: readonly AddressEnd[] };
}

/** The matrix as lines, sorted. No Bulkhead rule applies between the host and the outside, so that is omitted. */
export function linesOf({ cells, outside: all }: Matrix, labels: Labels): Line[] {
  const sums = new Map<
    string,
    { source: Party; from?: AddressEnd; destination: Party; to?: AddressEnd; ports: PortSet; certain: boolean }
  >();
  for (const { source, target, receiver, ports, certain } of cells) {
    if (source.party.kind !== 'container' && receiver.kind !== 'container') continue;
    const from = source.party.kind === 'outside' ? (source as AddressEnd) : undefined;
    const to = receiver.kind === 'outside' ? target : undefined;
    const key = JSON.stringify([nameOf(source.party), from?.address, nameOf(receiver), to?.address, certain]);
    const known = sums.get(key);
    sums.set(key, { source: source.party, from, destination: receiver, to, certain, ports: union(known?.ports ?? NO_PORTS, ports) });
  }
  const alike = new Map<
    string,
    { line: Omit<Line, 'ends'>; ends: Line['ends']; pieces: AddressEnd[]; outside?: 'source' | 'destination' }
  >();
  for (const { source, from, destination, to, ports, certain } of sums.values()) {
    const outside = from ? 'source' : to ? 'destination' : undefined;
    const line = { source: labels.party(source), destination: labels.party(destination), ports, certain };
    const key = JSON.stringify([line.source, line.destination, portSetText(ports), certain]);
    const pieces: AddressEnd[] = [];
    const known = alike.get(key) ?? { line, ends: { source, destination, pieces }, pieces, outside };
    known.pieces.push(...[from, to].filter((piece) => piece !== undefined));
    alike.set(key, known);
  }
  return [...alike.values()]
    .map(({ line, ends, pieces, outside }) => ({ ...line, ends, ...(outside && { [outside]: outsideText(pieces, all) }) }))
    .sort((a, b) => compareText(a.source, b.source) || compareText(a.destination, b.destination) || Number(b.certain) - Number(a.certain));
}

export function cellsOf(matrix: Matrix, labels: Labels): ReachableCell[] {
  return linesOf(matrix, labels).map(({ ports, ends: _, ...line }) => ({ ...line, ports: portSetText(ports) }));
}

/** Ports of a workload that are open to the outside at an address of the host. */
export interface ExposureLine {
  readonly workload: string;
  readonly hostAddress: string;
  readonly asked: PortSet;
  readonly ports: PortSet;
  readonly sources: string[];
  readonly anywhere: boolean;
  readonly certain: boolean;
}

/** What the outside reaches of a workload, and at which addresses. */
export function exposuresOf(matrix: Matrix, labels: Labels): Exposure[] {
  return exposureLines(matrix, labels).map(({ asked, ports, certain: _, ...line }) => ({
    workload: line.workload,
    hostAddress: line.hostAddress,
    hostPorts: labels.asked(asked),
    targetPorts: portSetText(ports),
    sources: line.sources,
    anywhere: line.anywhere,
  }));
}

/** The same for programs. */
export function exposureLines({ cells, outside }: Matrix, labels: Labels): ExposureLine[] {
  const found = new Map<string, { cell: Cell; pieces: AddressEnd[]; certain: boolean }>();
  for (const cell of cells) {
    if (cell.source.party.kind !== 'outside' || cell.receiver.kind !== 'container' || isEmpty(cell.ports)) continue;
    const key = JSON.stringify([cell.receiver.key, cell.address, portSetText(cell.asked), portSetText(cell.ports)]);
    const known = found.get(key) ?? { cell, pieces: [], certain: true };
    known.pieces.push(cell.source as AddressEnd);
    found.set(key, { ...known, certain: known.certain && cell.certain });
  }
  return [...found.values()]
    .map(({ cell, pieces, certain }) => ({
      workload: nameOf(cell.receiver),
      hostAddress: cell.address,
      asked: cell.asked,
      ports: cell.ports,
      certain,
      sources: outsideBlocks(pieces, outside),
      anywhere: pieces.length === outside.filter(({ address }) => address.includes(':') === (cell.family === 'ipv6')).length,
    }))
    .sort(
      (a, b) =>
        compareText(a.workload, b.workload) ||
        compareText(a.hostAddress, b.hostAddress) ||
        compareText(labels.asked(a.asked), labels.asked(b.asked)),
    );
}

export function nameOf(party: Party): string {
  return party.kind === 'container' ? party.key : party.kind;
}
