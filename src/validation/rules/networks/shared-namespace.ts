import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const sharedNamespace = defineRule({
  ruleId: 'BH-N07',
  title: "another container's network namespace",
  severity: Severity.WARNING,
  inDefaults: false,
  why: 'Both containers have the same addresses and the same loopback: no rule can distinguish them, and each of them reaches the 127.0.0.1 services of the other.',
  fix: "give the container its own networks in 'networks_advanced', and remove 'network_mode'",
  resourceTypes: ['docker_container'],
  find: (container) =>
    (container.rawText('network_mode') ?? '').trim().toLowerCase().startsWith('container:')
      ? [{ detail: 'network_mode', message: `'network_mode' is '${container.rawText('network_mode')}'` }]
      : [],
});
