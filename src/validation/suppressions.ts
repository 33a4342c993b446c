import type { IConstruct } from 'constructs';
import { checkProps } from '../private/check-props';
import type { Suppression } from './private/evaluate';
import { META } from './private/meta-rules';
import type { Rule } from './rule';
import { ALL_RULES } from './rules/all';
import { ValidationError } from '../private/errors';
import { Slot } from '../private/slot';
import { matching, plainText, reasonText } from '../private/text';

/** A suppression of findings, with its reason. */
export interface SuppressionProps {
  /** Rule whose findings are accepted, such as `BH-C22`. */
  readonly ruleId: string;

  /** Why the finding is acceptable here, at least 10 characters. Every report shows it. */
  readonly reason: string;

  /**
   * Which finding of the rule, as the report names it, such as `tcp/80 on 0.0.0.0`; a `*` at the end matches any ending.
   *
   * @default - all findings of the rule at the construct
   */
  readonly detail?: string;

  /**
   * Whether it also applies to everything below the construct.
   *
   * @default false
   */
  readonly inherited?: boolean;

  /**
   * Last day on which it applies, in UTC, as in `2027-01-31`. From the next day on the finding counts again, and the suppression itself is a finding.
   *
   * @default - it does not end
   */
  readonly expires?: string;

  /**
   * Where the work on it is tracked, such as the number of an issue.
   *
   * @default - nowhere
   */
  readonly ticket?: string;
}

const KNOWN: ReadonlySet<string> = new Set([...ALL_RULES, ...Object.values(META)].map(({ ruleId }) => ruleId));

const SLOT = new Slot<Suppression[]>('suppressions');

/**
 * Accepts findings at a construct.
 *
 * A suppression applies to the construct and to its resource. One that matched no finding is a finding itself, and so is one that
 * expired (`BH-M01`). Findings of a few rules cannot be suppressed; `docs/RULES.md` says which.
 */
export class Suppressions {
  /** Suppressions of a construct. */
  public static of(construct: IConstruct): Suppressions {
    return new Suppressions(construct);
  }

  /**
   * Those of a construct and of everything below it.
   *
   * @internal
   */
  public static _below(construct: IConstruct): Suppression[] {
    return construct.node.findAll().flatMap((node) => Suppressions._at(node));
  }

  /**
   * @internal
   */
  public static _at(construct: IConstruct): Suppression[] {
    return SLOT.get(construct) ?? [];
  }

  private constructor(private readonly construct: IConstruct) {}

  /**
   * Accepts a finding for the reason that a prop of the construct was given, there and below.
   *
   * @internal
   */
  public _imply({ ruleId }: Rule, detail: string, reason: string): void {
    this.push({ path: this.construct.node.path, ruleId, reason, detail, inherited: true, isImplied: true });
  }

  /** Accepts findings of a rule. Errors: `ReasonTooShort`, `RuleId`, `ExpiryDate`. */
  public add(props: SuppressionProps): void {
    const { path } = this.construct.node;
    checkProps(path, 'SuppressionProps', props);
    const { expires } = props;
    if (expires !== undefined && !isDate(expires)) {
      throw new ValidationError('ExpiryDate', path, `'expires' must be a day such as '2027-01-31', got '${expires}'`);
    }
    const named = /^([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+)\[(.*)\]$/.exec(typeof props.ruleId === 'string' ? props.ruleId : '');
    if (named !== null) {
      throw new ValidationError(
        'RuleId',
        path,
        `'ruleId' must be only the id of a rule, got '${named[0]}'; write ruleId: '${named[1]}', detail: '${named[2]}'`,
      );
    }
    if (/^BH-/.test(props.ruleId) && !KNOWN.has(props.ruleId)) {
      throw new ValidationError(
        'RuleId',
        path,
        `'ruleId' is '${props.ruleId}', which is not a rule of Bulkhead; write the id in front of the finding in validation.md, such as 'BH-C22'`,
      );
    }
    const suppression: Suppression = {
      path,
      ruleId: matching(path, 'ruleId', props.ruleId, /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/, 'RuleId', "the id of a rule, such as 'BH-C22'"),
      reason: reasonText(path, 'reason', props.reason),
      detail: props.detail === undefined ? '*' : plainText(path, 'detail', props.detail),
      inherited: props.inherited ?? false,
      ...(expires !== undefined && { expires }),
      ...(props.ticket !== undefined && { ticket: plainText(path, 'ticket', props.ticket) }),
    };
    this.push(suppression);
  }

  private push(suppression: Suppression): void {
    SLOT.set(this.construct, [...Suppressions._at(this.construct), suppression]);
  }
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
