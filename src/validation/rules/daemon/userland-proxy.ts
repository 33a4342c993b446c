import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isSetTo } from './private/setting';

export const userlandProxy = defineRule({
  ruleId: 'BH-D14',
  title: 'docker-proxy answers for published ports',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['2.17'],
  why: 'It is one more process per port, hides the address of who connects, and goes round rules that narrow who may.',
  fix: "set 'userland-proxy' to false in daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    isSetTo(engine, 'userland-proxy', false) ? [] : [{ detail: 'userland-proxy', message: "'userland-proxy' is not false" }],
});
