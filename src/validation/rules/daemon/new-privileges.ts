import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isAsOurs } from './private/setting';

export const newPrivileges = defineRule({
  ruleId: 'BH-D12',
  title: 'processes can gain privileges by default',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('no-new-privileges'),
  why: 'A program with the setuid bit gives the user who starts it root privileges; a service has no setting to prevent this.',
  fix: "set 'no-new-privileges' to true in daemon.json",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    isAsOurs(engine, 'no-new-privileges') ? [] : [{ detail: 'no-new-privileges', message: "'no-new-privileges' is not true" }],
});
