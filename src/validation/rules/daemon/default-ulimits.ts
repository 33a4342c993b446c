import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const defaultUlimits = defineRule({
  ruleId: 'BH-D07',
  title: 'no default ulimits',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: controlsOf('default-ulimits'),
  why: 'A container without its own limits can open files until no other process can open any.',
  fix: "set 'default-ulimits' in daemon.json, such as nofile with Soft 1024 and Hard 4096",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    engine.names('default-ulimits').length > 0 || engine.rawText('default-ulimits') !== undefined
      ? []
      : [{ detail: 'default-ulimits', message: "'default-ulimits' is not set" }],
});
