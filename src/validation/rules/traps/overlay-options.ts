import { defineTrap } from './private/define-trap';
import { isOverlay } from '../../private/networks';

const VXLAN_ID = 'com.docker.network.driver.overlay.vxlanid_list';

// Measured: replaced on every plan; with the id pinned the second plan is empty.
export const overlayOptions = defineTrap({
  ruleId: 'BH-T04',
  title: 'overlay with options and without its VXLAN id',
  differs: 'options',
  why: 'The engine adds the id that it chose to the options of an overlay, so they always differ from the program: every plan replaces the network and all services on it.',
  fix: `choose the id yourself: '${VXLAN_ID}' in 'options', such as '4097', another one for each overlay of the swarm; or have Terraform ignore changes of 'options'`,
  resourceTypes: ['docker_network'],
  applies: (network) => isOverlay(network) && network.has('options'),
  find: (network) => {
    const options = network.names('options');
    return options.length === 0 || options.includes(VXLAN_ID)
      ? []
      : [{ detail: 'options', message: `the overlay has the options ${options.sort().join(', ')}, and not '${VXLAN_ID}'` }];
  },
});
