import { defineTrap } from './private/define-trap';

// Reported (kreuzwerker/terraform-provider-docker#54); measured is that networks with gateways replan empty.
export const missingGateway = defineTrap({
  ruleId: 'BH-T03',
  title: 'block of a network without its gateway',
  differs: 'ipam_config',
  why: 'The engine chooses a gateway and reports it after its next start; no attribute of a network can change in place, so the plan then replaces the network and everything on it.',
  fix: "set the gateway in 'ipam_config', usually the first address of the block",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/54'],
  resourceTypes: ['docker_network'],
  applies: (network) => network.blocks('ipam_config').length > 0,
  find: (network) =>
    network
      .blocks('ipam_config')
      .filter((block) => block.has('subnet') && !block.has('gateway'))
      .map((block) => {
        const subnet = block.rawText('subnet') ?? '';
        return { detail: subnet, message: `the block ${subnet} has no 'gateway'` };
      }),
});
