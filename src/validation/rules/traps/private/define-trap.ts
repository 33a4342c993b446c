import type { ICheckedResource } from '../../../checked-resource';
import { type BuiltInRule, defineRule, type RuleDefinition } from '../../../private/define-rule';
import { Severity } from '../../../severity';

export interface TrapDefinition extends Omit<RuleDefinition, 'severity' | 'inDefaults'> {
  /** Of Terraform's attributes the one that differs from plan to plan: who has Terraform ignore its changes is not trapped. Undefined where that is no help. */
  readonly differs?: string;
  /** A warning unless told. */
  readonly severity?: Severity;
}

/** What the provider makes a change of that nobody wanted, or none where one is wanted. */
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
