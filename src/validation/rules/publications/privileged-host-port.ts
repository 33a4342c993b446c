import { publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const privilegedHostPort = defineRule({
  ruleId: 'BH-P02',
  title: 'port of the host below 1024',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.8'],
  why: 'The kernel reserves ports below 1024 for root: clients assume that a service of the host answers there, but the engine runs as root and gives these ports to any container.',
  fix: 'publish on a port from 1024 on, such as 8443, and use a load balancer for the well-known port; if the container is the public entry point of the host, suppress this finding with that reason',
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (workload) => publishedPorts(workload).length > 0,
  find: (workload) =>
    publishedPorts(workload)
      .filter(({ external }) => external !== undefined && external.first < 1024 && external.last > 0)
      .map(({ text }) => ({ detail: text, message: `${text} of the host is published, a port below 1024` })),
});
