import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { isRoot } from '../../private/users';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const unseenContainers = defineRule({
  ruleId: 'BH-V03',
  title: 'containers that no rule sees, or commands with more rights than theirs',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.23', '5.24'],
  why: 'What a Compose file makes is in no resource, so that nothing here checks it; a privileged command undoes what its container was made with.',
  fix: "write the containers as 'docker_container', and take 'privileged' and root out of 'docker_exec'",
  resourceTypes: ['docker_compose', 'action.docker_exec'],
  find: (resource) =>
    resource.resourceType === 'docker_compose'
      ? [{ detail: 'docker_compose', message: 'its containers are in no resource of this stack, so that no rule sees them' }]
      : ofCommand(resource),
});

function ofCommand(action: ICheckedResource): Violation[] {
  const user = action.text('config.user');
  return [
    ...(action.isTrue('config.privileged') ? [{ detail: 'privileged', message: 'the command runs privileged' }] : []),
    ...(isRoot(user) ? [{ detail: 'user', message: `the command runs as '${user}'` }] : []),
  ];
}
