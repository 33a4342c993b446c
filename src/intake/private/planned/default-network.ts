import { DEFAULT_BRIDGE } from '../../../topology/private/senders';
import type { EngineNetwork } from '../host/engine-objects';

/** The network that every engine has. */
export const DEFAULT_NETWORK: EngineNetwork = {
  name: 'bridge',
  id: '',
  driver: 'bridge',
  internal: false,
  blocks: [DEFAULT_BRIDGE.block],
  gateways: [`${DEFAULT_BRIDGE.gateway}/${DEFAULT_BRIDGE.block.split('/')[1]}`],
  interface: DEFAULT_BRIDGE.bridge,
  options: {},
};
