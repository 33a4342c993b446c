import { guardedSources, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const servicePublished = defineRule({
  ruleId: 'BH-P05',
  title: 'service published without the guard of Bulkhead',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.14'],
  why: 'Swarm cannot publish on one address: the port is open on every address of every node, including nodes without a task, and the INPUT rules of the host do not apply to it. Only rules that run before those of the engine can restrict it.',
  fix: 'use a HardenedService of a SwarmCluster and publish() it with the sources that may connect, or do not publish the port: other services can join its overlay, such as a published HardenedService that acts as a reverse proxy',
  resourceTypes: ['docker_service'],
  applies: (service) => service.blocks('endpoint_spec.ports').length > 0,
  find: (service) =>
    publishedPorts(service)
      .filter((port) => guardedSources(service, port) === undefined)
      .map(({ text }) => ({ detail: text, message: `${text} is published on every address of every node, for every client` })),
});
