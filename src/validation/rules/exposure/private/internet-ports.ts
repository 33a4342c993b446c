import { cellsOf, outsideOf } from './proofs';
import { parseAddress } from '../../../../addressing/private/ip';
import type { Cell } from '../../../../reachability/private/matrix/matrix';
import { NO_PORTS, type PortSet, union } from '../../../../reachability/private/matrix/port-set';
import type { FactStore } from '../../../../topology/private/fact-store';
import type { Family } from '../../../../topology/private/terms';
import { hostAddressKind } from '../../../private/host-address';
import { type AddressRun, isInternetRun, publicOf } from '../../../private/internet';

/** What the internet gets through to, by workload. */
export interface FromInternet {
  /** Ports inside. */
  readonly ports: PortSet;
  /** Ports of the host, and of the workload itself where it has an address that the internet routes. */
  readonly asked: PortSet;
  /** Destination addresses of the questions. */
  readonly addresses: readonly string[];
}

/**
 * What most of the internet reaches of each workload in a family, by the proof: through a publication, or directly at an address that is public.
 * Further access of the host's neighbours is omitted.
 */
export function fromInternet(store: FactStore, families: readonly Family[] = ['ipv4', 'ipv6']): Map<string, FromInternet> {
  const ways = new Map<string, { cell: Cell; runs: AddressRun[] }>();
  for (const cell of cellsOf(store)) {
    const run = outsideOf(cell);
    if (run === undefined || cell.receiver.kind !== 'container' || !families.includes(cell.family) || !isRouted(cell)) continue;
    const key = JSON.stringify([cell.receiver.key, cell.address, cell.asked, cell.ports]);
    const known = ways.get(key) ?? { cell, runs: [] };
    known.runs.push(run);
    ways.set(key, known);
  }
  const found = new Map<string, FromInternet>();
  for (const { cell, runs } of ways.values()) {
    if (!isInternetRun(runs)) continue;
    const key = (cell.receiver as { readonly key: string }).key;
    const known = found.get(key) ?? { ports: NO_PORTS, asked: NO_PORTS, addresses: [] };
    found.set(key, {
      ports: union(known.ports, cell.ports),
      asked: union(known.asked, cell.asked),
      addresses: [...new Set([...known.addresses, cell.address])].sort(),
    });
  }
  return found;
}

/** A host may be behind another translation, so every address of it counts except those of loopback. */
function isRouted({ target, family }: Cell): boolean {
  if (target.party.kind === 'host') return hostAddressKind(target.address) !== 'loopback';
  const { value } = parseAddress(target.address);
  return publicOf({ family, first: value, last: value }) > 0n;
}
