/** A span of versions that make the same rules. */
export interface Generation {
  readonly key: 'g20' | 'g23' | 'g27' | 'g28.0.0' | 'g28.0.1' | 'g28.2' | 'g29' | 'g29.8';
  /** First version of the generation. */
  readonly from: string;
  /** First version that is no longer part of it. */
  readonly below: string;
  /** It differs from the generation before it in the ports that the ingress of a swarm publishes, and in nothing else. */
  readonly differsByIngress?: true;
}

/** In order, without overlap. The spans are those in which the generated rules differ; see docs/decisions. */
export const GENERATIONS: readonly Generation[] = [
  { key: 'g20', from: '20.10', below: '20.11' },
  { key: 'g23', from: '23.0', below: '27.0' },
  { key: 'g27', from: '27.0', below: '28.0' },
  { key: 'g28.0.0', from: '28.0.0', below: '28.0.1' },
  { key: 'g28.0.1', from: '28.0.1', below: '28.2' },
  { key: 'g28.2', from: '28.2', below: '29.0' },
  { key: 'g29', from: '29.0', below: '29.8' },
  { key: 'g29.8', from: '29.8', below: '30.0', differsByIngress: true },
];

/**
 * The versions that make the rules of a host alike. Without a port that the ingress of a swarm publishes, generations that differ by it are one, and no
 * host has to tell them apart.
 */
export function spanOf(generation: Generation, publishesByIngress: boolean): Pick<Generation, 'from' | 'below'> {
  const { from, below } = generation;
  if (publishesByIngress) return { from, below };
  const at = GENERATIONS.indexOf(generation);
  const next = GENERATIONS[at + 1]?.differsByIngress ? GENERATIONS[at + 1] : generation;
  return { from: generation.differsByIngress ? GENERATIONS[at - 1].from : from, below: next.below };
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
