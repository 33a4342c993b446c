import { isForEverybody, namedIn, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { INNER_PORTS } from '../../private/known-ports';
import { Severity } from '../../severity';

export const innerPortPublished = defineRule({
  ruleId: 'BH-P04',
  title: 'management or database port published beyond the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.9'],
  why: 'Databases, brokers and management interfaces are scanned for all day, and one weak password or one unpatched hole there is the whole data set or the host. Where the guard of a HardenedDaemon lets in named blocks alone the rule is content.',
  fix: "publish it on '127.0.0.1' ('ip' of 'ports'), or not at all: who needs it joins its network; a service needs no published port for other services; or name who may connect in 'sources' of publish() on a HardenedDaemon",
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (workload) => workload.blocks(workload.resourceType === 'docker_service' ? 'endpoint_spec.ports' : 'ports').length > 0,
  find: (workload) =>
    publishedPorts(workload, { at: ['wildcard', 'other'], internal: true })
      .filter((port) => isForEverybody(workload, port))
      .flatMap((port) =>
        namedIn(INNER_PORTS, port).map(([inner, name]) => ({
          detail: `${inner} at ${port.text}`,
          message: `${inner}, which is ${name}'s, is published as ${port.text}`,
        })),
      ),
});
