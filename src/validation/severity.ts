/** How much a finding weighs. */
export enum Severity {
  /** The synth fails. */
  ERROR = 'error',
  /** Told at synth and in the reports. */
  WARNING = 'warning',
  /** In the reports only. */
  INFO = 'info',
}

const WEIGHT = [Severity.INFO, Severity.WARNING, Severity.ERROR];

/**
 * The heavier of two.
 *
 * @internal
 */
export function heavier(a: Severity, b: Severity): Severity {
  return WEIGHT.indexOf(a) >= WEIGHT.indexOf(b) ? a : b;
}
