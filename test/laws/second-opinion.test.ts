// The packet walk and the matrix say what a solver says of the same hosts, by rules read anew (test/prover); `scripts/second-opinion.ts` asks of more hosts.
import { walk } from '../../src/reachability/private/walk/walk';
import { casesOn, differsAt } from '../prover/cases';
import { compareHost, Tally } from '../prover/compare';
import { MUTANTS, walkWith } from '../prover/mutants';
import { hostOf, type Kind, KINDS } from '../prover/programs';
import { Solver } from '../prover/solver';

const SEED = Number(process.env.BULKHEAD_PROPERTY_SEED ?? 20261201) % 1_000_000;

let solver: Solver;
beforeAll(async () => {
  solver = await Solver.start();
});
afterAll(() => solver.stop());

test.each(KINDS)('hosts of the kind %s: of each packet, and of all packets of a sender at once', (kind) => {
  const all = new Tally();
  for (let i = 0; i < 1; i++) {
    all.add(compareHost(hostOf(kind, SEED + i), SEED + i, { questions: 1, drawn: 40 }, solver, walk));
  }
  expect(all.disagreements).toEqual([]);
  expect([...all.unknown]).toEqual([]);
  expect(all.delivered + all.closed).toBeGreaterThan(5);
});

test.each([
  ['rules', 137],
  ['sharp', 382],
] as const)('a translation of any destination, on host %s %i, closes nothing in the matrix that passes', (kind, seed) => {
  const { proofs, disagreements } = compareHost(hostOf(kind, seed), seed, { questions: 2, drawn: 30 }, solver, walk);
  expect(disagreements).toEqual([]);
  expect(proofs).toBeGreaterThan(0);
});

/** Hosts on which the errors show; the first two show most, and every run asks of these. `BULKHEAD_MUTANTS=all` asks of all. */
const TELLING: readonly (readonly [kind: Kind, seed: number])[] = [
  ...(['sharp 9', 'rules 13', 'rules 20', 'rules 18', 'sharp 17', 'sharp 82', 'rules 11', 'rules 46', 'sharp 24', 'sharp 31'] as const),
  ...(['sharp 19', 'sharp 29', 'rules 19', 'sharp 21', 'rules 6', 'sharp 5', 'sharp 7', 'rules 88', 'sharp 16'] as const),
].map((text) => [text.split(' ')[0] as Kind, Number(text.split(' ')[1])]);

const isFull = process.env.BULKHEAD_MUTANTS === 'all';

test('errors that are planted in the walk are found', () => {
  const effort = { questions: isFull ? 6 : 4, drawn: 60 };
  const cases = [
    ...TELLING.slice(0, isFull ? undefined : 2).flatMap(([kind, seed]) => casesOn([kind], [seed], effort, solver)),
    ...casesOn(['aimed'], [0, 1, 2, 3, 4], { questions: isFull ? 60 : 5, drawn: 20 }, solver),
  ];
  expect(differsAt(cases, walk)).toBe(-1);
  const missed = MUTANTS.filter((mutant) => differsAt(cases, walkWith(mutant)) < 0).map(({ name }) => name);
  expect(isFull ? missed : missed.slice(MUTANTS.length - 15)).toEqual([]);
});
