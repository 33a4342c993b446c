import { defineTrap } from './private/define-trap';
import type { ICheckedResource } from '../../checked-resource';
import { networkNamed } from '../../private/networks';

const NO_NETWORK = ['', 'bridge', 'default'];

// Reported: kreuzwerker/terraform-provider-docker#521, open.
export const addressBesideMode = defineTrap({
  ruleId: 'BH-T05',
  title: 'static address beside network_mode',
  why: "The engine creates the container on the network of 'network_mode' with an address that it chooses, and a second attachment with another address has no effect: rules and names for the static address do not work.",
  fix: "remove 'network_mode'; the container is then only on the networks of 'networks_advanced', with the addresses that are set there",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/521'],
  resourceTypes: ['docker_container'],
  applies: (container) => !NO_NETWORK.includes(container.rawText('network_mode') ?? ''),
  find: (container) => {
    const mode = container.rawText('network_mode')!;
    return container
      .blocks('networks_advanced')
      .filter((network) => network.has('ipv4_address') || network.has('ipv6_address'))
      .filter((network) => !isOther(container, mode, network.rawText('name') ?? ''))
      .map((network) => ({
        detail: network.rawText('name') ?? '',
        message: `'network_mode' is '${mode}', so the static address on ${network.rawText('name')} has no effect`,
      }));
  },
});

/** Whether two texts name two networks that are known to be different ones. */
function isOther(container: ICheckedResource, mode: string, name: string): boolean {
  const [one, other] = [mode, name].map((text) => networkNamed(container, text));
  return one !== undefined && other !== undefined && one.address !== other.address;
}
