import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const sharedNamespace = defineRule({
  ruleId: 'BH-N07',
  title: "another container's network namespace",
  severity: Severity.WARNING,
  inDefaults: false,
  why: 'Both containers have the same addresses and the same loopback: no rule tells one from the other, and what one of them keeps on 127.0.0.1 is open to the other.',
  fix: "give the container networks of its own in 'networks_advanced', and take 'network_mode' out",
  resourceTypes: ['docker_container'],
  find: (container) =>
    (container.rawText('network_mode') ?? '').trim().toLowerCase().startsWith('container:')
      ? [{ detail: 'network_mode', message: `'network_mode' is '${container.rawText('network_mode')}'` }]
      : [],
});
