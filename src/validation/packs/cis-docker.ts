import { levelOf } from '../private/cis-controls';
import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';

/** Levels of CIS Docker Benchmark. */
export enum CisLevel {
  /** What every host should have. */
  LEVEL_1 = 1,
  /** The same, and controls that reduce comfort or compatibility. */
  LEVEL_2 = 2,
}

/** Options of the pack. */
export interface CisDockerOptions extends PackOptions {
  /**
   * Level of the benchmark.
   *
   * @default CisLevel.LEVEL_1
   */
  readonly level?: CisLevel;
}

/**
 * Every control of CIS Docker Benchmark 1.8.0 that a stack shows at synth; the numbers of 1.6.0 are in the reports beside them. What a stack cannot show is
 * in `docs/CIS.md`.
 *
 * @see https://www.cisecurity.org/benchmark/docker
 */
export class CisDocker extends RulePack {
  constructor(options: CisDockerOptions = {}) {
    const { level = CisLevel.LEVEL_1, ...rest } = options;
    super({
      ...rest,
      packName: `CisDocker level ${level}`,
      rules: ALL_RULES.filter(({ cisControls }) => cisControls.some((control) => levelOf(control) <= level)),
    });
  }
}
