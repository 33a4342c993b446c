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
  why: 'Each of these capabilities is a known way to escape from a container, or to interfere with other containers.',
  fix: "remove it from 'add' in 'capabilities'; run the program that needs it on the host, or in a separate container, and suppress this finding for that capability with the reason",
  links: ['https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  resourceTypes: ['docker_container'],
  find: (container) =>
    [...new Set(changesOf(container).add)]
      .filter((name) => Object.hasOwn(DANGEROUS, name))
      .map((name) => ({ detail: name, message: `'add' holds '${name}': ${DANGEROUS[name]}` })),
});
