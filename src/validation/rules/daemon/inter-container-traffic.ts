import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isSetTo } from './private/setting';

export const interContainerTraffic = defineRule({
  ruleId: 'BH-D01',
  title: 'containers on the default bridge reach each other',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['2.2'],
  why: 'Whoever breaks into one container on the default bridge reaches every port of all others there.',
  fix: "set 'icc' to false in daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    isSetTo(engine, 'icc', false)
      ? []
      : [{ detail: 'icc', message: "'icc' is not false, so containers on the default bridge reach each other" }],
});
