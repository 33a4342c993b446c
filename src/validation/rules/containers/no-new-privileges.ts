import { securityOptions } from './private/security-options';
import { controlsOf } from '../../../hardening/private/engine-settings';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** What the engine takes for true; an option without a value is. */
const ON = ['', '1', 't', 'T', 'true', 'TRUE', 'True'];

/** Whether all engines of the stack are known, and set it for every container. A provider without settings beside it is an engine that nobody knows. */
function isDefaultOfEngine(container: ICheckedResource): boolean {
  const engines = container.others('daemon.json');
  return (
    engines.length > 0 &&
    engines.length >= container.others('provider.docker').length &&
    engines.every((engine) => engine.isTrue('no-new-privileges'))
  );
}

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
    const { valuesOf, isWhole } = securityOptions(container);
    const values = valuesOf('no-new-privileges');
    if (values.some((value) => !ON.includes(value))) {
      return [{ detail: 'no-new-privileges', message: "'security_opts' switches 'no-new-privileges' off" }];
    }
    if (values.length > 0 || !isWhole || isDefaultOfEngine(container)) return [];
    return [{ detail: 'no-new-privileges', message: "'security_opts' lacks 'no-new-privileges:true'" }];
  },
});
