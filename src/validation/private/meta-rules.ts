import { defineRule } from './define-rule';
import { Severity } from '../severity';

/** Rules about the checking itself. They are in force wherever a pack is, and what finds them is the evaluation, not a look at one resource. */
export const META = {
  unknown: defineRule({
    ruleId: 'BH-X03',
    title: 'value known to Terraform only',
    severity: Severity.WARNING,
    why: 'A variable, a data source or an output of another resource can turn into anything at apply, and no rule sees it then.',
    fix: 'give the value as literal text, or check it where it comes from and suppress this finding with that reason',
    resourceTypes: [],
    inDefaults: true,
    find: () => [],
  }),
  suppression: defineRule({
    ruleId: 'BH-M01',
    title: 'suppression without effect',
    severity: Severity.WARNING,
    why: 'A suppression that outlived its finding hides the next one at the same place; one that expired was meant to be looked at again.',
    fix: 'take it out, or give it a new reason and a new day',
    resourceTypes: [],
    inDefaults: true,
    suppressible: false,
    find: () => [],
  }),
  unchecked: defineRule({
    ruleId: 'BH-M02',
    title: 'stack that nobody checked',
    severity: Severity.ERROR,
    why: 'A stack with Docker resources and no rule pack passes whatever it holds, beside others that are checked.',
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
    why: 'A rule that throws has not looked at the resource, so nobody knows whether it is in order.',
    fix: 'mend the rule; one of Bulkhead is a mistake of Bulkhead, which we want to hear of',
    resourceTypes: [],
    inDefaults: true,
    suppressible: false,
    find: () => [],
  }),
} as const;
