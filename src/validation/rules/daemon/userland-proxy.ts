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
  why: 'docker-proxy is an additional process per port, hides the address of the client, and bypasses rules that restrict clients.',
  fix: "set 'userland-proxy' to false in daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => (isAsOurs(engine, 'userland-proxy') ? [] : [{ detail: 'userland-proxy', message: "'userland-proxy' is not false" }]),
});
