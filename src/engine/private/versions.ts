import { type Concern, type Cut, IPTABLES, RELEASED } from './docker-rules/lines';

/** From one version to below another. */
export interface Span {
  readonly from: string;
  readonly below: string;
}

/** Compares dotted numbers part by part; a missing part counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

export function isIn({ from, below }: Span, version: string): boolean {
  return compareVersions(version, from) >= 0 && compareVersions(version, below) < 0;
}

/** The span of releases that contains a version; undefined if there was no such release. */
export function releasedSpan(version: string): Span | undefined {
  return RELEASED.find((span) => isIn(span, version));
}

/** The entries of a line up to a version, the oldest first; none if the line begins later. */
export function cutsUpTo<R>(line: readonly Cut<R>[], version: string): Cut<R>[] {
  return line.filter(({ since }) => compareVersions(since, version) <= 0);
}

/**
 * The versions that make the same rules on a host. If releases differ only in what the host does not have, the host need not distinguish them. With
 * nftables they all make the same.
 */
export function spanOf(version: string, concerns: ReadonlySet<Concern>): Span {
  const { from, below } = releasedSpan(version)!;
  const cuts = IPTABLES.filter((cut) => cut.concerns === undefined || concerns.has(cut.concerns)).map(({ since }) => since);
  const at = [from, ...cuts.filter((since) => compareVersions(since, from) > 0 && compareVersions(since, below) < 0), below];
  const next = at.findIndex((since) => compareVersions(since, version) > 0);
  return { from: at[next - 1], below: at[next].replace(/^(\d+\.\d+)\.0$/, '$1') };
}
