import { defineRule } from '../../private/define-rule';
import { isUnknown } from '../../private/literals';
import { Severity } from '../../severity';

export const writableRoot = defineRule({
  ruleId: 'BH-C15',
  title: 'writable root file system',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.13'],
  why: 'An attacker who gets in can change the program and install tools that keep running until the container is replaced.',
  fix: "set 'read_only' to true, and use a volume or a 'tmpfs' for the directories that the program writes to",
  links: ['https://docs.docker.com/reference/cli/docker/container/run/#read-only'],
  resourceTypes: ['docker_container'],
  find: (container) =>
    container.isTrue('read_only') || isUnknown(container, 'read_only') ? [] : [{ detail: 'read_only', message: "'read_only' is not true" }],
});
