import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { isRoot } from '../../private/users';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const unseenContainers = defineRule({
  ruleId: 'BH-V03',
  title: 'containers that no rule checks, or commands with more privileges than their container',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.23', '5.24'],
  why: 'Containers of a Compose file are not resources of the stack, so no rule checks them; a privileged command bypasses the restrictions of its container.',
  fix: "declare the containers as 'docker_container', and remove 'privileged' and root from 'docker_exec'",
  resourceTypes: ['docker_compose', 'action.docker_exec'],
  find: (resource) =>
    resource.resourceType === 'docker_compose'
      ? [{ detail: 'docker_compose', message: 'its containers are not resources of this stack, so no rule checks them' }]
      : ofCommand(resource),
});

function ofCommand(action: ICheckedResource): Violation[] {
  const user = action.text('config.user');
  return [
    ...(action.isTrue('config.privileged') ? [{ detail: 'privileged', message: 'the command runs privileged' }] : []),
    ...(isRoot(user) ? [{ detail: 'user', message: `the command runs as '${user}'` }] : []),
  ];
}
