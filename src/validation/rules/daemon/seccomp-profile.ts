import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const seccompProfile = defineRule({
  ruleId: 'BH-D15',
  title: 'every container without a seccomp filter',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('seccomp-profile'),
  why: 'Every system call of the kernel is open to containers, also those that nothing needs but exploits.',
  fix: "take 'seccomp-profile' out of daemon.json, or name the file of a profile of yours",
  links: ['https://docs.docker.com/engine/security/seccomp/'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    engine.text('seccomp-profile')?.trim().toLowerCase() === 'unconfined'
      ? [{ detail: 'unconfined', message: "'seccomp-profile' is unconfined" }]
      : [],
});
