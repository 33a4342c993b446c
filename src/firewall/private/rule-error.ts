/** The place of the error: the plans, the rules as data, or a word that would have become text of a rule. */
export type RuleErrorCode = 'BrokenPlan' | 'UnsupportedMatch' | 'UnsafeWord';

/**
 * A rule that must not be written.
 *
 * The constructs refuse users' mistakes long before; one of these means that a caller bypassed the checks. The renderer omits nothing silently, since
 * a permission without one of its matches would open more than was declared.
 */
export class RuleError extends Error {
  public readonly code: RuleErrorCode;

  constructor(code: RuleErrorCode, origin: string, message: string) {
    super(`rule of '${origin}': ${message} (${code})`);
    this.name = 'RuleError';
    this.code = code;
  }
}
