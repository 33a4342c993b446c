import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const experimental = defineRule({
  ruleId: 'BH-D16',
  title: 'experimental features are on',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: controlsOf('experimental'),
  why: 'What is experimental changes or goes without notice, and nobody promises fixes.',
  fix: "take 'experimental' out of daemon.json, or set it to false",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => (engine.isTrue('experimental') ? [{ detail: 'experimental', message: "'experimental' is true" }] : []),
});
