import { publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const privilegedHostPort = defineRule({
  ruleId: 'BH-P02',
  title: 'port of the host below 1024',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.8'],
  why: 'The ports below 1024 are those that the kernel keeps for root: who connects there takes what answers for a service of the host itself, and the engine, which is root, gives them to any container.',
  fix: "publish on a port from 1024 on, such as 8443, and let a load balancer have the well-known one; where the container is the host's public front, suppress this finding with that reason",
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (workload) => publishedPorts(workload).length > 0,
  find: (workload) =>
    publishedPorts(workload)
      .filter(({ external }) => external !== undefined && external.first < 1024 && external.last > 0)
      .map(({ text }) => ({ detail: text, message: `${text} of the host is published, a port below 1024` })),
});
