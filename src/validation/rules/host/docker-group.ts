import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const dockerGroup = defineRule({
  ruleId: 'BH-H03',
  title: 'member of the docker group',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['1.1.2'],
  why: 'Who is in the group talks to the engine, and whoever does is root on the host without being asked for a password.',
  fix: 'take the user out of the group and let the engine be reached by SSH as root, or suppress the finding with the reason why this one is trusted like root',
  links: ['https://docs.docker.com/engine/install/linux-postinstall/'],
  resourceTypes: ['host'],
  find: (host) => host.texts('docker_group_members').map((name) => ({ detail: name, message: `'${name}' is put into the group docker` })),
});
