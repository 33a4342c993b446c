import { defineRule } from './define-rule';
import { Severity } from '../severity';

/** Rules about the checking itself. They are in force wherever a pack is, and the evaluation creates their findings, not a check of one resource. */
export const META = {
  unknown: defineRule({
    ruleId: 'BH-X03',
    title: 'value known only to Terraform',
    severity: Severity.WARNING,
    why: 'A variable, a data source or an output of another resource can have any value at apply, and no rule checks it then.',
    fix: 'write the value as literal text, or check it at its origin and suppress this finding with that reason',
    resourceTypes: [],
    inDefaults: true,
    find: () => [],
  }),
  suppression: defineRule({
    ruleId: 'BH-M01',
    title: 'suppression without effect',
    severity: Severity.WARNING,
    why: 'A suppression without a finding hides the next finding at the same place; an expired suppression needs a new review.',
    fix: 'remove a suppression that matches nothing; give an expired one a new reason and a new expiry date',
    resourceTypes: [],
    inDefaults: true,
    suppressible: false,
    find: () => [],
  }),
  unchecked: defineRule({
    ruleId: 'BH-M02',
    title: 'stack without a rule pack',
    severity: Severity.ERROR,
    why: 'No rule checks a stack with Docker resources and without a rule pack, although other stacks of the app are checked.',
    fix: 'add a pack to the stack: Aspects.of(stack).add(new SecureDefaults())',
    resourceTypes: [],
    inDefaults: true,
    suppressible: false,
    find: () => [],
  }),
  failed: defineRule({
    ruleId: 'BH-M03',
    title: 'rule that failed',
    severity: Severity.ERROR,
    why: 'A rule that throws has not checked the resource, so the resource may violate it.',
    fix: 'fix the rule; if it is a rule of Bulkhead, report the failure to Bulkhead',
    resourceTypes: [],
    inDefaults: true,
    suppressible: false,
    find: () => [],
  }),
} as const;
