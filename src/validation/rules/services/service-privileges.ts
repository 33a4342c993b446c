import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const KEY = 'no-new-privileges';

export const servicePrivileges = defineRule({
  ruleId: 'BH-S02',
  title: 'service that can gain privileges',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.26'],
  why: 'A setuid program in the image gives any user root privileges. Terraform cannot prevent this for a service, so the nodes must.',
  fix: `set '${KEY}' to true in the daemon.json of every node; if Bulkhead does not write that file, suppress this finding with that reason`,
  links: ['https://docs.docker.com/reference/cli/dockerd/'],
  resourceTypes: ['docker_service'],
  find: (service) => {
    const daemons = service.others('daemon.json');
    // A provider without settings beside it is an unknown engine.
    if (daemons.length < Math.max(1, service.others('provider.docker').length)) {
      return [{ detail: KEY, message: `this stack does not show whether its nodes set '${KEY}'` }];
    }
    return daemons
      .filter((daemon) => !daemon.isTrue(KEY))
      .map(({ path }) => ({ detail: `${KEY} of ${path}`, message: `the engine of ${path} does not set '${KEY}'` }));
  },
});
