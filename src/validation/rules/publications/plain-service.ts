import { isForEverybody, namedIn, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { INNER_PORTS, PLAIN_PORTS } from '../../private/known-ports';
import { Severity } from '../../severity';

export const plainService = defineRule({
  ruleId: 'BH-P06',
  title: 'service in the clear published beyond the host',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'What such a port speaks is not encrypted unless somebody sees to it: everybody on the way reads passwords and data, and can change them. Of databases and management ports that everybody gets to, BH-P04 tells instead.',
  fix: "publish a port that speaks TLS, such as 8443 of a proxy in front, and keep this one on '127.0.0.1' or unpublished; where the service speaks TLS on the port already, suppress this finding with that reason",
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (workload) => workload.blocks(workload.resourceType === 'docker_service' ? 'endpoint_spec.ports' : 'ports').length > 0,
  find: (workload) =>
    publishedPorts(workload, { at: ['wildcard', 'other'], internal: true }).flatMap((port) =>
      namedIn(PLAIN_PORTS, port)
        // That everybody gets to a database is worse, and the matter of BH-P04.
        .filter(([plain]) => !INNER_PORTS.has(plain) || !isForEverybody(workload, port))
        .map(([plain, name]) => ({
          detail: `${plain} at ${port.text}`,
          message: `${plain} is ${name}, in the clear, and is published as ${port.text}`,
        })),
    ),
});
