import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const ulimits = defineRule({
  ruleId: 'BH-C31',
  title: 'no ulimits',
  severity: Severity.INFO,
  inDefaults: false,
  cisControls: ['5.19', ...controlsOf('default-ulimits')],
  why: 'One process can open files, or start processes of its user, until the kernel has none left for the rest of the host.',
  fix: "add a 'ulimit' such as nofile, or set 'default-ulimits' in the daemon.json of the engine",
  links: ['https://docs.docker.com/reference/cli/docker/container/run/#ulimit'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const daemons = container.others('daemon.json');
    const byEngine = daemons.length > 0 && daemons.every((daemon) => daemon.names('default-ulimits').length > 0);
    return byEngine || container.blocks('ulimit').length > 0
      ? []
      : [{ detail: 'ulimit', message: "neither 'ulimit' nor the engine limits its processes" }];
  },
});
