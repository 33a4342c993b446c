import { changesOf } from './private/changes-of';
import { isDefaultOfEngine, privilegesOf } from './private/gained-privileges';
import type { ICheckedBlock } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { capabilityChanges } from '../../private/linux-capabilities';
import { containerSpecs } from '../../private/service-blocks';
import { isNumbered } from '../../private/users';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

// Measured: user 10001 with a capability added holds none in any set but the bounding one, on every engine.
export const inertCapability = defineRule({
  ruleId: 'BH-C33',
  title: 'capability that the user of the container cannot hold',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.4'],
  why: 'Docker gives capabilities to root only. With no-new-privileges no process of another user can ever hold one, so a program that needs it fails; if the user is later set to root, the capability is in force.',
  fix: "remove it from the added capabilities, or set 'user' to '0:0' and suppress BH-C17 with the reason (of a service BH-S01)",
  links: ['https://docs.kernel.org/userspace-api/no_new_privs.html'],
  resourceTypes: ['docker_container', 'docker_service'],
  find: (resource) => {
    if (resource.resourceType === 'docker_container') {
      return privilegesOf(resource) === 'kept' ? inertIn(resource, 'add', changesOf(resource).add) : [];
    }
    // Of a service only its nodes can say it.
    if (!isDefaultOfEngine(resource)) return [];
    return containerSpecs(resource).flatMap((spec) => inertIn(spec, 'cap_add', capabilityChanges([spec], 'cap_add', 'cap_drop').add));
  },
});

function inertIn(block: ICheckedBlock, attribute: string, added: readonly string[]): Violation[] {
  const user = block.text('user');
  if (!isNumbered(user)) return [];
  return [...new Set(added)].map((name) => ({ detail: name, message: `'${attribute}' holds '${name}', but 'user' is '${user}'` }));
}
