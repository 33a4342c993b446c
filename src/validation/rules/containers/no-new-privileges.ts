import { privilegesOf } from './private/gained-privileges';
import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const noNewPrivileges = defineRule({
  ruleId: 'BH-C09',
  title: 'processes can gain privileges',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.26', ...controlsOf('no-new-privileges')],
  why: 'A setuid program in the image gives any user in the container root privileges.',
  fix: "set 'security_opts' to ['no-new-privileges:true'] in addition to its other entries, and remove an entry that sets it to false",
  links: ['https://docs.docker.com/reference/cli/docker/container/run/#security-opt'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const privileges = privilegesOf(container);
    if (privileges === 'switched-on') {
      return [{ detail: 'no-new-privileges', message: "'security_opts' switches 'no-new-privileges' off" }];
    }
    return privileges === 'left-on' ? [{ detail: 'no-new-privileges', message: "'security_opts' lacks 'no-new-privileges:true'" }] : [];
  },
});
