import { changesOf } from './private/changes-of';
import { DANGEROUS } from '../../../hardening/private/capabilities';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const dangerousCapability = defineRule({
  ruleId: 'BH-C13',
  title: 'capability that reaches beyond the container',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.4'],
  why: 'Each of these is a known way out of a container, or a hand in its neighbours.',
  fix: "take it out of 'add' in 'capabilities'; what needs it runs on the host, or in a container that does nothing else, and has this suppressed for that capability with the reason",
  links: ['https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  resourceTypes: ['docker_container'],
  find: (container) =>
    [...new Set(changesOf(container).add)]
      .filter((name) => Object.hasOwn(DANGEROUS, name))
      .map((name) => ({ detail: name, message: `'add' holds '${name}': ${DANGEROUS[name]}` })),
});
