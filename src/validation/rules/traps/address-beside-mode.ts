import { defineTrap } from './private/define-trap';
import type { ICheckedResource } from '../../checked-resource';
import { networkNamed } from '../../private/networks';

const NO_NETWORK = ['', 'bridge', 'default'];

// Reported: kreuzwerker/terraform-provider-docker#521, open.
export const addressBesideMode = defineTrap({
  ruleId: 'BH-T05',
  title: 'static address beside network_mode',
  why: "The container is made on the network that 'network_mode' names, with an address that the engine chooses, and joining it again with another address does nothing: rules and names that rest on the static one lead nowhere.",
  fix: "take 'network_mode' out; the container is then on the networks of 'networks_advanced' alone, with the addresses that stand there",
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
        message: `'network_mode' is '${mode}', so the static address on ${network.rawText('name')} counts for nothing`,
      }));
  },
});

/** Whether two texts name two networks that are known to be different ones. */
function isOther(container: ICheckedResource, mode: string, name: string): boolean {
  const [one, other] = [mode, name].map((text) => networkNamed(container, text));
  return one !== undefined && other !== undefined && one.address !== other.address;
}
