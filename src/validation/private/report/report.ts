import { type Finding, FindingState } from '../../finding';
import type { Rule } from '../../rule';
import { Severity } from '../../severity';
import type { Evaluation } from '../evaluate';

/** What the reports of a stack say. */
export interface StackReport extends Evaluation {
  /** Path of the stack. */
  readonly stack: string;
  /** Names of the packs. */
  readonly packs: readonly string[];
  readonly rules: readonly { readonly rule: Rule; readonly severity: Severity }[];
  /** What constructs warn of beside the findings of rules. */
  readonly warnings: readonly { readonly path: string; readonly message: string }[];
  /** The file that findings are about; the stack's Terraform unless told. */
  readonly artifact?: string;
  /** Rules that a pack was told to leave out. */
  readonly without: readonly { readonly ruleId: string; readonly reason: string; readonly packName: string }[];
}

export interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly suppressed: number;
  readonly baseline: number;
}

export function countsOf(findings: readonly Finding[]): Counts {
  const open = (severity: Severity) =>
    findings.filter((finding) => finding.state === FindingState.OPEN && finding.severity === severity).length;
  const inState = (state: FindingState) => findings.filter((finding) => finding.state === state).length;
  return {
    errors: open(Severity.ERROR),
    warnings: open(Severity.WARNING),
    infos: open(Severity.INFO),
    suppressed: inState(FindingState.SUPPRESSED),
    baseline: inState(FindingState.BASELINE),
  };
}

/** Such as `2 errors, 1 warning, 12 notes; 1 suppressed`. */
export function countsText({ errors, warnings, infos, suppressed, baseline }: Counts): string {
  const some = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
  const open = [some(errors, 'error'), some(warnings, 'warning'), some(infos, 'note')].join(', ');
  const rest = [...(suppressed > 0 ? [`${suppressed} suppressed`] : []), ...(baseline > 0 ? [`${baseline} in the baseline`] : [])];
  return [open, ...rest].join('; ');
}
