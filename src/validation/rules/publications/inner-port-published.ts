import { isForEverybody, namedIn, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { INNER_PORTS } from '../../private/known-ports';
import { Severity } from '../../severity';

export const innerPortPublished = defineRule({
  ruleId: 'BH-P04',
  title: 'management or database port published outside the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.9'],
  why: 'Attackers scan for databases, brokers and management interfaces all day, and one weak password or one unpatched vulnerability there exposes the whole data set or the host. If the guard of a HardenedDaemon admits only specific blocks, this is not a finding.',
  fix: "publish it on '127.0.0.1' ('ip' of 'ports'), or do not publish it: containers that need it can join its network, and other services do not need a published port; or name the blocks that may connect in 'sources' of publish() on a HardenedDaemon; if every client is meant to reach it, as with the SSH server of a forge, suppress this finding with that reason",
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (workload) => workload.blocks(workload.resourceType === 'docker_service' ? 'endpoint_spec.ports' : 'ports').length > 0,
  find: (workload) =>
    publishedPorts(workload, { at: ['wildcard', 'other'], internal: true })
      .filter((port) => isForEverybody(workload, port))
      .flatMap((port) =>
        namedIn(INNER_PORTS, port).map(([inner, name]) => ({
          detail: `${inner} at ${port.text}`,
          message: `${inner}, the port of ${name}, is published as ${port.text}`,
        })),
      ),
});
