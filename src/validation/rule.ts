import type { ICheckedResource } from './checked-resource';
import { checkProps } from '../private/check-props';
import { controlIn16 } from './private/cis-controls';
import type { Severity } from './severity';
import { matching, passedText } from '../private/text';

/** One violation of a rule by a resource. */
export interface Violation {
  /**
   * The part of the resource that it is about, short and stable, such as `tcp/80 on 0.0.0.0`: with the rule and the construct it names the finding.
   */
  readonly detail: string;

  /** What is wrong, with the value, in one sentence without a full stop. */
  readonly message: string;

  /**
   * Severity of this violation.
   *
   * @default - the severity of the rule
   */
  readonly severity?: Severity;
}

/** Properties of a rule. */
export interface RuleProps {
  /** Stable name in capitals, with your own prefix: `ACME-01`. Suppressions, baselines and reports identify the rule by it. */
  readonly ruleId: string;

  /** What the rule finds, in a few words. */
  readonly title: string;

  /** Severity of a finding. */
  readonly severity: Severity;

  /** What can happen because of it. */
  readonly why: string;

  /** What to do. */
  readonly fix: string;

  /** Types of resources that the rule checks, such as `docker_container`. */
  readonly resourceTypes: string[];

  /**
   * Numbers of the controls of CIS Docker Benchmark 1.8.0 that the rule covers, such as `5.4`.
   *
   * @default - none
   */
  readonly cisControls?: string[];

  /**
   * Pages with more information.
   *
   * @default - none
   */
  readonly links?: string[];

  /**
   * Whether a finding may be suppressed.
   *
   * @default true
   */
  readonly suppressible?: boolean;
}

/**
 * A rule: checks one resource at a time, and reports what is wrong with it.
 *
 * Extend it for your own rule, and pass it to a pack. Its result must depend only on the resource: no clock, no network, no file.
 */
export abstract class Rule {
  public readonly ruleId: string;
  public readonly title: string;
  public readonly severity: Severity;
  public readonly why: string;
  public readonly fix: string;
  public readonly resourceTypes: string[];
  /** Controls of CIS Docker Benchmark 1.8.0. */
  public readonly cisControls: string[];
  /** The same controls as version 1.6.0 numbers them. */
  public readonly cisControls16: string[];
  public readonly links: string[];
  public readonly suppressible: boolean;

  public constructor(props: RuleProps) {
    checkProps(undefined, 'RuleProps', props);
    this.ruleId = matching(undefined, 'ruleId', props.ruleId, /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/, 'RuleId', "capitals, digits and hyphens, such as 'ACME-01'"); // prettier-ignore
    this.title = passedText(undefined, 'title', props.title);
    this.severity = props.severity;
    this.why = passedText(undefined, 'why', props.why);
    this.fix = passedText(undefined, 'fix', props.fix);
    this.resourceTypes = [...props.resourceTypes];
    this.cisControls = [...(props.cisControls ?? [])];
    this.cisControls16 = this.cisControls.flatMap((control) => controlIn16(control) ?? []);
    this.links = [...(props.links ?? [])];
    this.suppressible = props.suppressible ?? true;
  }

  /**
   * Whether the rule applies to a resource of its types. If it does not, the reports say "not applicable" instead of "compliant".
   *
   * @param _resource one of `resourceTypes`
   */
  public appliesTo(_resource: ICheckedResource): boolean {
    return true;
  }

  /**
   * What is wrong with the resource; an empty list when nothing is.
   *
   * @param resource one of `resourceTypes`
   */
  public abstract check(resource: ICheckedResource): Violation[];
}
