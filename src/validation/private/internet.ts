import { parseBlock } from '../../addressing/private/ip';

/** A run of addresses of one family, both ends included. */
export interface AddressRun {
  readonly family: 'ipv4' | 'ipv6';
  readonly first: bigint;
  readonly last: bigint;
}

/** Addresses that no router of the internet knows. */
const PRIVATE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
].map((block) => parseBlock(block));
const PUBLIC_IPV6 = parseBlock('2000::/3');

/**
 * More public addresses than one owner has: a /8 of IPv4, a /16 of IPv6. A list of an owner's blocks is below this limit; half of the internet is
 * not.
 */
const LIMIT = { ipv4: 2n ** 24n, ipv6: 2n ** 112n } as const;

/** Whether some blocks together are the internet; what is in two of them counts twice. */
export function isInternet(blocks: readonly string[]): boolean {
  return isInternetRun([...new Set(blocks)].map((block) => parseBlock(block)));
}

/** The same of runs of addresses that do not overlap. */
export function isInternetRun(runs: readonly AddressRun[]): boolean {
  return (['ipv4', 'ipv6'] as const).some(
    (family) => runs.filter((run) => run.family === family).reduce((sum, run) => sum + publicOf(run), 0n) > LIMIT[family],
  );
}

/** How many addresses of a run the internet routes. */
export function publicOf(run: AddressRun): bigint {
  return run.family === 'ipv6'
    ? shared(run, PUBLIC_IPV6)
    : PRIVATE.reduce((left, block) => left - shared(run, block), run.last - run.first + 1n);
}

function shared(a: AddressRun, b: AddressRun): bigint {
  const first = a.first > b.first ? a.first : b.first;
  const last = a.last < b.last ? a.last : b.last;
  return last < first ? 0n : last - first + 1n;
}
