import { isForEverybody, namedIn, type Published, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { INNER_PORTS, PLAIN_PORTS } from '../../private/known-ports';
import { Severity } from '../../severity';

export const plainService = defineRule({
  ruleId: 'BH-P06',
  title: 'unencrypted service published outside the host',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'The protocol of such a port is not encrypted by default: an attacker on the network path can read and change passwords and data. BH-P04 covers databases and management ports that are open to every address.',
  fix: "publish a port that uses TLS, such as 8443 of a reverse proxy, and keep this port on '127.0.0.1' or unpublished; if the service already uses TLS on this port, suppress this finding with that reason",
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (workload) => workload.blocks(workload.resourceType === 'docker_service' ? 'endpoint_spec.ports' : 'ports').length > 0,
  find: (workload) =>
    publishedPorts(workload, { at: ['wildcard', 'other'], internal: true }).flatMap((port) =>
      ofEachService(namedIn(PLAIN_PORTS, port), port)
        // A database that is open to all clients is worse; BH-P04 reports it.
        .filter(([plain]) => !INNER_PORTS.has(plain) || !isForEverybody(workload, port))
        .map(([plain, name]) => ({
          detail: `${plain} at ${port.text}`,
          message: `${plain} is ${name} without encryption, and is published as ${port.text}`,
        })),
    ),
});

/** One port of the host that leads to one of the container is one service, even if both numbers name it: the inner one is what the program speaks. */
function ofEachService(named: [port: string, name: string][], { external, internal }: Published): [port: string, name: string][] {
  const isOne = external?.first === external?.last && internal !== undefined && internal.first === internal.last;
  const inner = named.find(([port]) => isOne && port.endsWith(`/${internal.first}`));
  return inner === undefined ? named : named.filter(([port, name]) => port === inner[0] || name !== inner[1]);
}
