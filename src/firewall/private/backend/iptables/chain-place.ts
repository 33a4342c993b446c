import type { Chain } from '../../ir';

/** The guard comes first: while only one of the tables is new, nothing is open that should not be. */
export const TABLES = ['raw', 'mangle', 'filter'] as const;

/** The place of a Bulkhead chain among the chains of a host. */
export interface ChainPlace {
  readonly table: (typeof TABLES)[number];
  readonly name: string;
  /** Chain from which it is jumped to, at the first place. */
  readonly from: 'PREROUTING' | 'FORWARD' | 'INPUT' | 'OUTPUT' | 'DOCKER-USER';
}

/**
 * The guard in tables where Docker never writes: `raw`, which packets meet before connection tracking, and `mangle`. The pass in `DOCKER-USER`, because
 * only there Docker's own drop can be forestalled.
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
