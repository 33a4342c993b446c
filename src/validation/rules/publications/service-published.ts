import { guardedSources, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const servicePublished = defineRule({
  ruleId: 'BH-P05',
  title: 'service published without a firewall of ours',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.14'],
  why: 'Swarm knows no address to publish on: the port is open at every address of every node, also of those without a task, and before the INPUT rules of the host are asked. Only rules that stand before those of the engine narrow it.',
  fix: 'make it a HardenedService of a SwarmCluster and publish() it with the sources that may connect, or leave the port unpublished: others join its overlay, such as a HardenedService that is published as a front',
  resourceTypes: ['docker_service'],
  applies: (service) => service.blocks('endpoint_spec.ports').length > 0,
  find: (service) =>
    publishedPorts(service)
      .filter((port) => guardedSources(service, port) === undefined)
      .map(({ text }) => ({ detail: text, message: `${text} is published at every address of every node, for everybody` })),
});
