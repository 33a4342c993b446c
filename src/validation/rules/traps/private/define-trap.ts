import type { ICheckedResource } from '../../../checked-resource';
import { type BuiltInRule, defineRule, type RuleDefinition } from '../../../private/define-rule';
import { Severity } from '../../../severity';

export interface TrapDefinition extends Omit<RuleDefinition, 'severity' | 'inDefaults'> {
  /**
   * The attribute of Terraform that differs from plan to plan: an author who lets Terraform ignore its changes is not affected. Undefined if that
   * does not help.
   */
  readonly differs?: string;
  /** A warning unless told. */
  readonly severity?: Severity;
}

/** An unwanted change that the provider plans, or a wanted change that it does not plan. */
export function defineTrap({ differs, ...definition }: TrapDefinition): BuiltInRule {
  return defineRule({
    severity: Severity.WARNING,
    ...definition,
    inDefaults: true,
    find: (resource) => (differs !== undefined && isIgnored(resource, differs) ? [] : definition.find(resource)),
  });
}

function isIgnored(resource: ICheckedResource, attribute: string): boolean {
  const ignored = 'lifecycle.ignore_changes';
  if (!resource.has(ignored)) return false;
  return resource.rawText(ignored) === 'all' || resource.rawTexts(ignored).includes(attribute);
}
