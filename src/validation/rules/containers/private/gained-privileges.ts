import { securityOptions } from './security-options';
import type { ICheckedResource } from '../../../checked-resource';

/** What the engine takes for true; an option without a value is. */
const ON = ['', '1', 't', 'T', 'true', 'TRUE', 'True'];

/** Whether processes of a container can gain privileges: prevented, permitted by the container, permitted by default, or known only to Terraform. */
export type Privileges = 'kept' | 'switched-on' | 'left-on' | 'unknown';

export function privilegesOf(container: ICheckedResource): Privileges {
  const { valuesOf, isWhole } = securityOptions(container);
  const values = valuesOf('no-new-privileges');
  if (values.some((value) => !ON.includes(value))) return 'switched-on';
  if (values.length > 0 || isDefaultOfEngine(container)) return 'kept';
  return isWhole ? 'left-on' : 'unknown';
}

/** Whether all engines of the stack are known, and set it for every container. A provider without settings beside it is an unknown engine. */
export function isDefaultOfEngine(resource: ICheckedResource): boolean {
  const engines = resource.others('daemon.json');
  return (
    engines.length > 0 &&
    engines.length >= resource.others('provider.docker').length &&
    engines.every((engine) => engine.isTrue('no-new-privileges'))
  );
}
