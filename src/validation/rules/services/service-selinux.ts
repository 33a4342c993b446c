import { defineRule } from '../../private/define-rule';
import { containerSpecs } from '../../private/service-blocks';
import { Severity } from '../../severity';

export const serviceSelinux = defineRule({
  ruleId: 'BH-S03',
  title: 'service without SELinux labels',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.3'],
  why: 'Without the label SELinux does not confine a process that escapes from the container.',
  fix: "remove 'disable' from 'se_linux_context'",
  resourceTypes: ['docker_service'],
  find: (service) =>
    containerSpecs(service)
      .flatMap((spec) => spec.blocks('privileges'))
      .flatMap((privileges) => privileges.blocks('se_linux_context'))
      .filter((context) => context.isTrue('disable'))
      .map(() => ({ detail: 'disable', message: "'disable' of 'se_linux_context' is true" })),
});
