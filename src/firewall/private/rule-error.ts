/** What was wrong: the plans, the rules as data, or a word that would have become text of a rule. */
export type RuleErrorCode = 'BrokenPlan' | 'UnsupportedMatch' | 'UnsafeWord';

/**
 * A rule that must not be written.
 *
 * Users' mistakes are refused long before, by the constructs; one of these means that something went round them. Nothing is left out silently instead,
 * since a permission without one of its matches would open more than was asked for.
 */
export class RuleError extends Error {
  public readonly code: RuleErrorCode;

  constructor(code: RuleErrorCode, origin: string, message: string) {
    super(`rule of '${origin}': ${message} (${code})`);
    this.name = 'RuleError';
    this.code = code;
  }
}
