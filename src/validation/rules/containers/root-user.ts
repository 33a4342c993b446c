import { defineRule } from '../../private/define-rule';
import { isUnknown } from '../../private/literals';
import { isRoot } from '../../private/users';
import { Severity } from '../../severity';

export const rootUser = defineRule({
  ruleId: 'BH-C17',
  title: 'runs as root, or as the user of the image',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['4.1'],
  why: 'If a process escapes from a container as root, it is root on the host, unless the engine remaps users.',
  fix: "set 'user' to a user and group without privileges on the host, such as '10001:10001'",
  links: ['https://docs.docker.com/reference/dockerfile/#user'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const user = container.text('user')?.trim() ?? '';
    if (isUnknown(container, 'user')) return [];
    if (user === '') return [{ detail: 'user', message: "'user' is not set, so the image decides the user" }];
    return isRoot(user) ? [{ detail: 'root', message: `'user' is '${user}', which is root` }] : [];
  },
});
