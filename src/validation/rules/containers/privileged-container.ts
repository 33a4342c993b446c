import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const privilegedContainer = defineRule({
  ruleId: 'BH-C01',
  title: 'privileged container',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.5'],
  why: 'A privileged container has every capability, every device and no seccomp filter: who breaks into it owns the host.',
  fix: "take 'privileged' out, and add the one capability or device that is needed",
  links: ['https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities'],
  resourceTypes: ['docker_container'],
  find: (container) => (container.isTrue('privileged') ? [{ detail: 'privileged', message: "'privileged' is true" }] : []),
});
