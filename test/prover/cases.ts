import { type Case, drawnCases, type Effort, foundCases, judge, provenOf, Tally, type Walk } from './compare';
import { Dice } from './hosts';
import { hostOf, type Kind } from './programs';
import type { Solver } from './solver';
import { forgetTerms } from './terms';

/** Packets on hosts of some kinds, for walks with errors in them: what becomes of each is worked out once. */
export function casesOn(kinds: readonly Kind[], seeds: readonly number[], { questions, drawn }: Effort, solver: Solver): Case[] {
  const tally = new Tally();
  return seeds.flatMap((seed) =>
    kinds.flatMap((kind) => {
      const dice = new Dice(seed);
      const cases = provenOf(hostOf(kind, seed), dice, questions, tally).flatMap((proven) => [
        ...foundCases(proven, dice, solver, tally),
        ...drawnCases(proven, drawn, dice),
      ]);
      forgetTerms();
      return cases;
    }),
  );
}

/** Whether a walk says something else than the formulas of some case, or fails at it. */
export function differsAt(cases: readonly Case[], walk: Walk): number {
  return cases.findIndex((each) => {
    const tally = new Tally();
    try {
      judge(each, walk, tally);
    } catch (error) {
      if (error instanceof RangeError) return true;
      throw error;
    }
    return tally.disagreements.length > 0;
  });
}
