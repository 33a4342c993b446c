import { type IAspect, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { Finding } from './finding';
import type { ActiveRule } from './private/evaluate';
import type { Rule } from './rule';
import type { Severity } from './severity';
import { StackPass } from './stack-pass';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { reasonText } from '../private/text';

/** How a pack differs from its defaults. */
export interface PackOptions {
  /**
   * Severities by rule id, for rules that are more or less severe here.
   *
   * @default - those of the rules
   */
  readonly severities?: { [ruleId: string]: Severity };

  /**
   * Rules that do not count here, by id, each with the reason, at least 10 characters. Every report shows them.
   *
   * @default - all rules of the pack count
   */
  readonly without?: { [ruleId: string]: string };

  /**
   * Further rules, such as your own.
   *
   * @default - none
   */
  readonly additionalRules?: Rule[];
}

/** What a pack is made of. */
export interface RulePackProps extends PackOptions {
  /** Name of the pack, in reports. */
  readonly packName: string;

  /** Rules of the pack. */
  readonly rules: Rule[];
}

/**
 * Rules that check a stack, or everything below a construct in it, when it is synthesized:
 *
 *     Aspects.of(stack).add(new SecureDefaults());
 *
 * They check the JSON that Terraform will get, after all aspects, so they also cover overrides and late resources; raw resources of the Docker
 * provider are checked like those of Bulkhead. Errors make the synth fail. Several packs on a stack are one check: a rule that is in two of them
 * counts once, with the heavier severity.
 *
 * Add a pack to stacks, not to the app: cdktf never invokes aspects of the app.
 */
export class RulePack implements IAspect {
  /** Name of the pack, in reports. */
  public readonly packName: string;

  /** Rules that count. */
  public readonly rules: Rule[];

  /**
   * Why rules do not count, by id.
   *
   * @internal
   */
  public readonly _without: ReadonlyMap<string, string>;

  private readonly severities: ReadonlyMap<string, Severity>;

  /** Errors: `RuleId` if the pack contains a rule twice, or if an option names a rule that the pack does not contain; `ReasonTooShort`. */
  public constructor(props: RulePackProps) {
    checkProps(undefined, 'RulePackProps', props);
    const rules = [...props.rules, ...(props.additionalRules ?? [])];
    const ids = new Set(rules.map(({ ruleId }) => ruleId));
    const named = [...Object.keys(props.severities ?? {}), ...Object.keys(props.without ?? {})];
    const foreignContainer = named.find((id) => !ids.has(id));
    if (foreignContainer !== undefined) {
      throw new UnscopedValidationError(
        'RuleId',
        `'${foreignContainer}' is not a rule of the pack '${props.packName}'; it has ${[...ids].sort().join(', ')}`,
      );
    }
    const twice = rules.find(({ ruleId }, index) => rules.findIndex((other) => other.ruleId === ruleId) !== index);
    if (twice !== undefined) {
      throw new UnscopedValidationError('RuleId', `'${twice.ruleId}' is twice in the pack '${props.packName}'; give your rule another id`);
    }
    this.packName = props.packName;
    this._without = new Map(
      Object.entries(props.without ?? {}).map(([id, reason]) => [id, reasonText(undefined, `without.${id}`, reason)]),
    );
    this.severities = new Map(Object.entries(props.severities ?? {}));
    this.rules = rules.filter(({ ruleId }) => !this._without.has(ruleId));
  }

  /** Called by cdktf for every construct of the stack. The check itself runs after all aspects. */
  public visit(node: IConstruct): void {
    StackPass.of(TerraformStack.of(node)).attach(this, node.node.path);
  }

  /**
   * The findings of the pack in a stack, or below a construct, in its current state: without a synth, and without invoking aspects. Suppressions and
   * the baseline apply.
   */
  public check(scope: IConstruct): Finding[] {
    const own = scope.node.scopes.filter((above) => TerraformStack.isStack(above));
    const stacks = own.length > 0 ? own : scope.node.findAll().filter((node) => TerraformStack.isStack(node));
    return stacks.flatMap((stack) => StackPass.of(stack as TerraformStack).findings(this, scope.node.path));
  }

  /**
   * @internal
   */
  public _active(covers: (path: string) => boolean): ActiveRule[] {
    return this.rules.map((rule) => ({ rule, severity: this.severities.get(rule.ruleId) ?? rule.severity, covers }));
  }
}
