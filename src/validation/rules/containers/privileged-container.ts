import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const privilegedContainer = defineRule({
  ruleId: 'BH-C01',
  title: 'privileged container',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.5'],
  why: 'A privileged container has every capability, every device and no seccomp filter: an attacker who gets into it controls the host.',
  fix: "remove 'privileged', and add the capability or device that is needed",
  links: ['https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities'],
  resourceTypes: ['docker_container'],
  find: (container) => (container.isTrue('privileged') ? [{ detail: 'privileged', message: "'privileged' is true" }] : []),
});
