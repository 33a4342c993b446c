import { DANGEROUS } from '../../../hardening/private/capabilities';
import type { ICheckedBlock } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { holdsExpression } from '../../private/json';
import { isPositive, memoryProblem } from '../../private/limits';
import { capabilityChanges, keeps } from '../../private/linux-capabilities';
import { containerSpecs, taskSpecs } from '../../private/service-blocks';
import { isRoot } from '../../private/users';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const serviceHardening = defineRule({
  ruleId: 'BH-S01',
  title: 'service with more privileges and resources than it needs',
  // Only for capabilities: values that only Terraform knows are checked there; the rest are warnings.
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['4.1', '5.4', '5.11', '5.12', '5.13'],
  why: 'An attacker who gets into a task has its privileges: capabilities help to escape from it, root and a writable file system let the attacker install tools, and without limits the task can use up the resources of the node.',
  fix:
    "set 'cap_drop' to ['ALL'] and 'cap_add' to the capabilities that the program needs, 'read_only' to true, 'user' to an unprivileged user such as '10001:10001', " +
    "'size_bytes' in 'tmpfs_options', and 'memory_bytes' and 'nano_cpus' in 'limits' of 'resources'",
  links: ['https://docs.docker.com/reference/cli/docker/service/create/'],
  resourceTypes: ['docker_service'],
  find: (service) => [
    ...containerSpecs(service).flatMap((spec) => [...capabilities(spec), ...identity(spec), ...memoryFileSystems(spec)]),
    ...taskSpecs(service).flatMap(resources),
  ],
});

function capabilities(spec: ICheckedBlock): Violation[] {
  const changes = capabilityChanges([spec], 'cap_add', 'cap_drop');
  const { add, drop, isWhole } = changes;
  const dangerous = [...new Set(add)].filter((name) => Object.hasOwn(DANGEROUS, name));
  const keepsRaw = keeps(changes, 'NET_RAW') && (isWhole || add.includes('NET_RAW'));
  return [
    ...dangerous.map((name) => ({ detail: name, message: `'cap_add' holds '${name}': ${DANGEROUS[name]}` })),
    ...(drop.includes('ALL') || !isWhole
      ? []
      : [warning('cap_drop', `'cap_drop' holds ${drop.length === 0 ? 'nothing' : `only ${drop.join(', ')}`}`)]),
    ...(keepsRaw ? [warning('NET_RAW', `'NET_RAW' is ${add.includes('NET_RAW') ? 'added' : 'not dropped'}`)] : []),
  ];
}

function identity(spec: ICheckedBlock): Violation[] {
  const user = spec.rawText('user')?.trim() ?? '';
  const readOnly = spec.rawText('read_only') ?? '';
  return [
    ...(readOnly === 'true' || holdsExpression(readOnly) ? [] : [warning('read_only', "'read_only' is not true")]),
    ...(user === '' ? [warning('user', "'user' is not set, so the image decides the user")] : []),
    ...(isRoot(user) ? [warning('root', `'user' is '${user}', which is root`)] : []),
  ];
}

/** The engine mounts those of a service without executables, devices and set-user-id. */
function memoryFileSystems(spec: ICheckedBlock): Violation[] {
  return spec
    .blocks('mounts')
    .filter((mount) => mount.rawText('type')?.toLowerCase() === 'tmpfs' && !isPositive(mount.rawText('tmpfs_options.size_bytes')))
    .map((mount) => mount.rawText('target') ?? '')
    .map((path) => ({ detail: path, message: `the tmpfs at '${path}' has no size`, severity: Severity.INFO }));
}

function resources(task: ICheckedBlock): Violation[] {
  // Blocks that Terraform makes as a whole may well hold limits.
  if (['resources', 'resources.limits'].some((name) => task.rawText(name) !== undefined)) return [];
  const [limits] = task.blocks('resources').flatMap((block) => block.blocks('limits'));
  const memory = memoryProblem('memory_bytes', limits?.rawText('memory_bytes'), 'bytes');
  return [
    ...memory.map(({ detail, message }) => warning(detail, message)),
    ...(isPositive(limits?.rawText('nano_cpus')) ? [] : [warning('cpu', "no 'nano_cpus' limits its processor time")]),
  ];
}

function warning(detail: string, message: string): Violation {
  return { detail, message, severity: Severity.WARNING };
}
