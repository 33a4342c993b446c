/**
 * What a landing runs. Core scenarios run on every engine of theirs; of every other one at least one engine runs, and further ones as far as the
 * time goes: pairs of a scenario and an engine are dealt to N slices, landing i runs slice i modulo N, and N is the smallest that fits. Scenarios
 * that are added make N larger, never a run longer. Pure: the same table of seconds and the same landing give the same pairs.
 */
export interface Pair {
  readonly name: string;
  readonly engine: string;
  readonly seconds: number;
  /** It runs in the second kernel, of which there is one at a time. */
  readonly inGuest: boolean;
}

export interface Candidate {
  readonly name: string;
  readonly isCore: boolean;
  readonly pairs: readonly Pair[];
}

export interface Schedule {
  /** In how many landings each pair runs. */
  readonly slices: number;
  /** Whether the core runs in each landing. */
  readonly isCoreInEvery: boolean;
  /** Whether each scenario runs on one engine at least in each landing; else some wait for their slice. */
  readonly isEachInEvery: boolean;
  /** Pairs for which there is no time beside the core in any landing. */
  readonly tooLong: readonly Pair[];
  /** The pairs of each landing, in the order in which they start. */
  readonly landings: readonly (readonly Pair[])[];
}

/** Measured seconds by scenario and engine. */
export type Seconds = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a scenario is taken for that was never measured. */
export const UNKNOWN_SECONDS = 90;

/** What was measured, else what the scenario took on other engines, else the default. */
export function secondsOf(table: Seconds, name: string, engine: string): number {
  const others = Object.values(table[name] ?? {});
  return table[name]?.[engine] ?? (others.length > 0 ? Math.max(...others) : UNKNOWN_SECONDS);
}

const byLength = (a: Pair, b: Pair) => b.seconds - a.seconds;
const sum = (pairs: readonly Pair[]) => pairs.reduce((total, { seconds }) => total + seconds, 0);

/** Takes what may start now out of the queue: of guests there is one at a time. */
export function nextOf<T extends { readonly inGuest: boolean }>(queue: T[], isGuestBusy: boolean): T | undefined {
  const at = queue.findIndex(({ inGuest }) => !inGuest || !isGuestBusy);
  return at < 0 ? undefined : queue.splice(at, 1)[0];
}

/** How long the pairs take, started in this order, so many at a time. */
export function secondsTogether(pairs: readonly Pair[], jobs: number): number {
  const queue = [...pairs];
  const running: { readonly pair: Pair; readonly end: number }[] = [];
  let now = 0;
  for (;;) {
    while (running.length < jobs) {
      const pair = nextOf(
        queue,
        running.some(({ pair: { inGuest } }) => inGuest),
      );
      if (pair === undefined) break;
      running.push({ pair, end: now + pair.seconds });
    }
    if (running.length === 0) return now;
    running.sort((a, b) => a.end - b.end);
    now = running.shift()!.end;
  }
}

/** What takes minutes would stand at the end alone. */
const LONG_SECONDS = 300;

/** Guests first, since they wait for each other, and what is long; then the core, then the rest, the longest first. */
function inOrder(core: readonly Pair[], rest: readonly Pair[]): Pair[] {
  const all = [...core, ...rest].sort(byLength);
  const rank = (pair: Pair) => (pair.inGuest ? 0 : pair.seconds > LONG_SECONDS ? 1 : core.includes(pair) ? 2 : 3);
  return [0, 1, 2, 3].flatMap((wanted) => all.filter((pair) => rank(pair) === wanted));
}

/** Those of a scenario are spread over the slices; among slices that are equal in that, the one with the least to do takes the next. */
function deal(candidates: readonly Candidate[], count: number): Pair[][] {
  const slices: Pair[][] = Array.from({ length: count }, () => []);
  for (const { name, pairs } of [...candidates].sort((a, b) => sum(b.pairs) - sum(a.pairs))) {
    const has = (slice: readonly Pair[]) => slice.filter((pair) => pair.name === name).length;
    for (const pair of [...pairs].sort(byLength)) {
      slices.reduce((best, slice) => ((has(slice) - has(best) || sum(slice) - sum(best)) < 0 ? slice : best)).push(pair);
    }
  }
  return slices;
}

/** One pair of each scenario that a slice has none of. */
function filled(slice: readonly Pair[], index: number, candidates: readonly Candidate[]): Pair[] {
  const missing = candidates.filter(({ name, pairs }) => pairs.length > 0 && slice.every((pair) => pair.name !== name));
  return [...slice, ...missing.map(({ pairs }) => pairs[index % pairs.length])];
}

/** A prime, so that landings of two or three commits each come through all slices as well. */
function countsUpTo(limit: number): number[] {
  const counts = [1];
  const isPrime = (n: number) => counts.every((divisor) => divisor === 1 || n % divisor > 0);
  for (let n = 2; counts.at(-1)! < limit; n++) if (isPrime(n)) counts.push(n);
  return counts;
}

/** So much of the time the core may take; where it takes more, it takes turns like all others, so that nothing waits for ever. */
const CORE_SHARE = 0.75;

export function scheduleOf(candidates: readonly Candidate[], budgetSeconds: number, jobs: number): Schedule {
  const given = candidates.filter(({ isCore }) => isCore).flatMap(({ pairs }) => pairs);
  const isCoreInEvery = secondsTogether(inOrder(given, []), jobs) <= CORE_SHARE * budgetSeconds;
  const core = isCoreInEvery ? given : [];
  const isTooLong = (pair: Pair) => secondsTogether(inOrder(core, [pair]), jobs) > budgetSeconds;
  const all = candidates.filter(({ isCore }) => !isCore || !isCoreInEvery);
  const others = all.map((each) => ({ ...each, pairs: each.pairs.filter((pair) => !isTooLong(pair)) }));
  const schedule = (slices: number, isEachInEvery: boolean): Schedule => ({
    slices,
    isCoreInEvery,
    isEachInEvery,
    tooLong: all.flatMap(({ pairs }) => pairs.filter(isTooLong)),
    landings: deal(others, slices).map((slice, i) => inOrder(core, isEachInEvery ? filled(slice, i, others) : slice)),
  });
  const fits = ({ landings }: Schedule) => landings.every((pairs) => secondsTogether(pairs, jobs) <= budgetSeconds);
  const rest = others.flatMap(({ pairs }) => pairs);
  // What cannot fit by its sum need not be dealt.
  const counts = (limit: number) => countsUpTo(limit).filter((count) => sum(core) + sum(rest) / count <= jobs * budgetSeconds);
  for (const count of counts(Math.max(0, ...others.map(({ pairs }) => pairs.length)))) {
    const found = schedule(count, true);
    if (fits(found)) return found;
  }
  for (const count of counts(rest.length)) {
    const found = schedule(count, false);
    if (fits(found)) return found;
  }
  // One pair in each slice: no pair is too long.
  return schedule(countsUpTo(rest.length).at(-1)!, false);
}
