import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const OPTION = 'com.docker.network.bridge.gateway_mode_';

export const unprotectedGateway = defineRule({
  ruleId: 'BH-N03',
  title: 'network that accepts every port',
  severity: Severity.ERROR,
  inDefaults: true,
  why: 'In the mode nat-unprotected the engine creates no rules that drop packets: every machine with a route to the addresses of the containers, such as any machine on the networks of the host, reaches all of their ports, published or not.',
  fix: "remove the option, or set it to 'nat', and publish the ports that are needed",
  links: ['https://docs.docker.com/engine/network/port-publishing/#gateway-modes'],
  resourceTypes: ['docker_network'],
  find: (network) => {
    const options = network.entries('options');
    return ['ipv4', 'ipv6']
      .filter((family) => options[`${OPTION}${family}`]?.trim().toLowerCase() === 'nat-unprotected')
      .map((family) => ({ detail: family, message: `'${OPTION}${family}' is 'nat-unprotected'` }));
  },
});
