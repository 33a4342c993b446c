import { securityOptions } from './private/security-options';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** No label, or a type that SELinux lets do everything. */
const UNLABELLED = /^(disable|type[:=](spc_t|unconfined_t|unconfined_service_t))$/i;

export const unconfinedByPolicy = defineRule({
  ruleId: 'BH-C11',
  title: 'AppArmor or SELinux switched off',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.2', '5.3'],
  why: 'They are the last barrier when a process escapes: they block its access to files and devices of the host, even as root.',
  fix: 'remove the option, or name a profile or a type that confines the container',
  links: ['https://docs.docker.com/engine/security/apparmor/'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const { valuesOf } = securityOptions(container);
    const unconfined = valuesOf('apparmor').some((value) => value.toLowerCase() === 'unconfined');
    // The engine also accepts the word without a value for the label.
    const labels = [...valuesOf('label'), ...valuesOf('disable').map(() => 'disable')];
    const label = labels.find((value) => UNLABELLED.test(value));
    return [
      ...(unconfined ? [{ detail: 'apparmor', message: "'security_opts' sets 'apparmor' to 'unconfined'" }] : []),
      ...(label === undefined ? [] : [{ detail: 'label', message: `'security_opts' sets 'label' to '${label}', which confines nothing` }]),
    ];
  },
});
