import { guardedSources, publishedPorts } from './private/published';
import { defineRule } from '../../private/define-rule';
import { isAnyAddress } from '../../private/host-address';
import { Severity } from '../../severity';

export const wildcardAddress = defineRule({
  ruleId: 'BH-P01',
  title: 'port published on every address of the host',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.14'],
  why: 'The port is open on every network of the host, now or later: a management network, a VPN, another cloud subnet. The provider publishes on 0.0.0.0 by default, even if the daemon has another default. If the guard of a HardenedDaemon admits only specific sources, this is a warning.',
  fix: "set the intended address of the host: 'ip' of 'ports' (or 'hostAddress' of publish()), such as '192.0.2.10', or '127.0.0.1' for the host only",
  links: ['https://docs.docker.com/engine/network/port-publishing/'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('ports').length > 0,
  find: (container) =>
    publishedPorts(container, { at: ['wildcard'] }).map((port) => ({
      detail: port.text,
      message: `${port.text} is published on every address of the host${isAnyAddress(port.ip) ? '' : `: '${port.ip}' is not an IP address, and Docker takes it for none`}`,
      ...(guardedSources(container, port) && { severity: Severity.WARNING }),
    })),
});
