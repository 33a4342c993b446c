import type { Severity } from './severity';

/** The state of a finding. */
export enum FindingState {
  /** It counts. */
  OPEN = 'open',
  /** A suppression at the construct accepts it, with a reason. */
  SUPPRESSED = 'suppressed',
  /** The baseline lists it. */
  BASELINE = 'baseline',
}

/** A violation of a rule by a resource. */
export interface Finding {
  readonly ruleId: string;
  /** Title of the rule. */
  readonly title: string;
  readonly severity: Severity;
  /** Path of the construct. */
  readonly path: string;
  /** Address in the stack's Terraform, such as `docker_container.web`. */
  readonly address: string;
  /** The part of the resource that it is about, such as `tcp/80 on 0.0.0.0`. */
  readonly detail: string;
  /** What is wrong, with the value. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  /** Controls of CIS Docker Benchmark 1.8.0 that the rule covers. */
  readonly cisControls: string[];
  readonly state: FindingState;

  /**
   * Why it was accepted.
   *
   * @default - it was not suppressed
   */
  readonly reason?: string;

  /**
   * Where the work on it is tracked.
   *
   * @default - nowhere
   */
  readonly ticket?: string;

  /**
   * Last day on which the suppression applies, as in `2027-01-31`.
   *
   * @default - it does not end
   */
  readonly expires?: string;
}
