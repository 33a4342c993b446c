import type { ICheckedResource } from '../checked-resource';
import { Rule, type RuleProps, type Violation } from '../rule';

/** A Bulkhead rule: its properties and what it looks for. */
export interface RuleDefinition extends RuleProps {
  /** Whether it is in SecureDefaults. */
  readonly inDefaults: boolean;
  /** Whether it checks the resource; by default all of its types. */
  readonly applies?: (resource: ICheckedResource) => boolean;
  readonly find: (resource: ICheckedResource) => Violation[];
}

const ALWAYS = (): boolean => true;

export class BuiltInRule extends Rule {
  public readonly inDefaults: boolean;
  /** The letter of its area: C of BH-C01. */
  public readonly area: string;

  /** Asked thousands of times: all rules are objects of one shape then, whatever their definitions have. */
  private readonly applies: (resource: ICheckedResource) => boolean;
  private readonly find: (resource: ICheckedResource) => Violation[];

  constructor(definition: RuleDefinition) {
    super(definition);
    this.inDefaults = definition.inDefaults;
    this.applies = definition.applies ?? ALWAYS;
    this.find = definition.find;
    this.area = definition.ruleId.replace(/^BH-|\d+$/g, '');
  }

  public appliesTo(resource: ICheckedResource): boolean {
    return this.applies(resource);
  }

  public check(resource: ICheckedResource): Violation[] {
    return this.find(resource);
  }
}

export function defineRule(definition: RuleDefinition): BuiltInRule {
  return new BuiltInRule(definition);
}
