import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const seccompProfile = defineRule({
  ruleId: 'BH-D15',
  title: 'no default seccomp filter',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('seccomp-profile'),
  why: 'Containers can use every system call of the kernel, including those that only exploits need.',
  fix: "remove 'seccomp-profile' from daemon.json, or name the file of your own profile",
  links: ['https://docs.docker.com/engine/security/seccomp/'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    engine.text('seccomp-profile')?.trim().toLowerCase() === 'unconfined'
      ? [{ detail: 'unconfined', message: "'seccomp-profile' is unconfined" }]
      : [],
});
