import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isAsOurs } from './private/setting';

export const interContainerTraffic = defineRule({
  ruleId: 'BH-D01',
  title: 'containers on the default bridge reach each other',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('icc'),
  why: 'An attacker who gets into one container on the default bridge reaches every port of all other containers there.',
  fix: "set 'icc' to false in daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    isAsOurs(engine, 'icc') ? [] : [{ detail: 'icc', message: "'icc' is not false, so containers on the default bridge reach each other" }],
});
