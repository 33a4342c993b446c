import { defineRule } from '../../private/define-rule';
import { memoryProblem } from '../../private/limits';
import { Severity } from '../../severity';

export const memoryLimit = defineRule({
  ruleId: 'BH-C18',
  title: 'no memory limit',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.11'],
  why: 'A container with a memory leak, or under attack, can use up the memory of the host; the kernel then kills other processes.',
  fix: "set 'memory' to what the container needs, in MiB, and 'memory_swap' to the same",
  links: ['https://docs.docker.com/engine/containers/resource_constraints/#memory'],
  resourceTypes: ['docker_container'],
  find: (container) => memoryProblem('memory', container.rawText('memory'), 'MiB'),
});
