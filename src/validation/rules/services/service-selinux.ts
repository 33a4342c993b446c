import { defineRule } from '../../private/define-rule';
import { containerSpecs } from '../../private/service-blocks';
import { Severity } from '../../severity';

export const serviceSelinux = defineRule({
  ruleId: 'BH-S03',
  title: 'service without SELinux labels',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.3'],
  why: 'Without its label a process that gets out of the container is stopped by nothing that SELinux keeps apart.',
  fix: "take 'disable' out of 'se_linux_context'",
  resourceTypes: ['docker_service'],
  find: (service) =>
    containerSpecs(service)
      .flatMap((spec) => spec.blocks('privileges'))
      .flatMap((privileges) => privileges.blocks('se_linux_context'))
      .filter((context) => context.isTrue('disable'))
      .map(() => ({ detail: 'disable', message: "'disable' of 'se_linux_context' is true" })),
});
