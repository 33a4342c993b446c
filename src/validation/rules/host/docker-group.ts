import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const dockerGroup = defineRule({
  ruleId: 'BH-H03',
  title: 'member of the docker group',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['1.1.2'],
  why: 'Members of the group can use the engine, and every user of the engine has root access to the host without a password.',
  fix: 'remove the user from the group and connect to the engine by SSH as root, or suppress this finding with the reason to trust this user like root',
  links: ['https://docs.docker.com/engine/install/linux-postinstall/'],
  resourceTypes: ['host'],
  find: (host) =>
    host.texts('docker_group_members').map((name) => ({ detail: name, message: `'${name}' is a member of the group docker` })),
});
