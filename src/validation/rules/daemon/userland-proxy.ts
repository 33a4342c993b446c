import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isAsOurs } from './private/setting';

export const userlandProxy = defineRule({
  ruleId: 'BH-D14',
  title: 'docker-proxy answers for published ports',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: controlsOf('userland-proxy'),
  why: 'It is one more process per port, hides the address of who connects, and goes round rules that narrow who may.',
  fix: "set 'userland-proxy' to false in daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => (isAsOurs(engine, 'userland-proxy') ? [] : [{ detail: 'userland-proxy', message: "'userland-proxy' is not false" }]),
});
