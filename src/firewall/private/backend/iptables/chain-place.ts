import type { Chain } from '../../ir';

/** The guard comes first: while only one of the tables is new, nothing is open that should not be. */
export const TABLES = ['raw', 'mangle', 'filter'] as const;

/** The place of a Bulkhead chain among the chains of a host. */
export interface ChainPlace {
  readonly table: (typeof TABLES)[number];
  readonly name: string;
  /** The chain with the jump to it, at the first place. */
  readonly from: 'PREROUTING' | 'FORWARD' | 'INPUT' | 'OUTPUT' | 'DOCKER-USER';
}

/**
 * The guard is in tables where Docker never writes: `raw`, which packets meet before connection tracking, and `mangle`. The pass is in `DOCKER-USER`,
 * because only a rule there can accept a packet before Docker drops it.
 */
const PLACES: Readonly<Record<Chain['role'], Partial<Readonly<Record<Chain['hook'], ChainPlace>>>>> = {
  guard: {
    prerouting: { table: 'raw', name: 'BULKHEAD-ENTER', from: 'PREROUTING' },
    forward: { table: 'mangle', name: 'BULKHEAD-FORWARD', from: 'FORWARD' },
    input: { table: 'mangle', name: 'BULKHEAD-INPUT', from: 'INPUT' },
    output: { table: 'mangle', name: 'BULKHEAD-OUTPUT', from: 'OUTPUT' },
  },
  pass: { forward: { table: 'filter', name: 'BULKHEAD-PASS', from: 'DOCKER-USER' } },
};

export function placeOf({ role, hook }: Chain): ChainPlace {
  const place = PLACES[role][hook];
  if (place === undefined) throw new Error(`no place for the ${role} at ${hook}`);
  return place;
}
