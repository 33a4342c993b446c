/** Severity of a finding. */
export enum Severity {
  /** The synth fails. */
  ERROR = 'error',
  /** Printed at synth and in the reports. */
  WARNING = 'warning',
  /** Only in the reports. */
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
