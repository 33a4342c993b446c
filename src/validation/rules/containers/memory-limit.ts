import { defineRule } from '../../private/define-rule';
import { memoryProblem } from '../../private/limits';
import { Severity } from '../../severity';

export const memoryLimit = defineRule({
  ruleId: 'BH-C18',
  title: 'no memory limit',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.11'],
  why: 'One container that leaks, or is made to, takes the memory of the host, and the kernel then ends processes of others.',
  fix: "set 'memory' to what the container needs, in MiB, and 'memory_swap' to the same",
  links: ['https://docs.docker.com/engine/containers/resource_constraints/#memory'],
  resourceTypes: ['docker_container'],
  find: (container) => memoryProblem('memory', container.rawText('memory'), 'MiB'),
});
