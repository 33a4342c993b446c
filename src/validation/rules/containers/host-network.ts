import { inHostNamespace, isHostNetwork } from './private/host-namespace';
import { NAMESPACES } from '../../../hardening/private/namespaces';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostNetwork = defineRule({
  ruleId: 'BH-C02',
  title: 'network namespace of the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: [NAMESPACES.net.control],
  why: 'The container has every address and port of the host, including loopback services, and no rule for containers filters it.',
  fix: "remove the host's network, join a separate network with 'networks_advanced', and publish the ports that are needed",
  links: ['https://docs.docker.com/engine/network/drivers/host/'],
  resourceTypes: ['docker_container', 'docker_service'],
  find: (resource) => [
    ...inHostNamespace(resource, NAMESPACES.net),
    ...resource
      .blocks('task_spec.networks_advanced')
      .filter((block) => ['name', 'id'].some((key) => isHostNetwork(resource, block.rawText(key), () => block.text(key))))
      .map(() => ({ detail: 'networks_advanced', message: "'networks_advanced' names the network of the host" })),
  ],
});
