import { attachableOverlay } from './attachable-overlay';
import { betweenNetworks } from './between-networks';
import { deadEnd } from './dead-end';
import { defaultBridge } from './default-bridge';
import { openInside } from './open-inside';
import { plainOverlay } from './plain-overlay';
import { sharedNamespace } from './shared-namespace';
import { unfilteredIpv6 } from './unfiltered-ipv6';
import { unprotectedGateway } from './unprotected-gateway';

export const NETWORK_RULES = [
  defaultBridge,
  plainOverlay,
  unprotectedGateway,
  betweenNetworks,
  openInside,
  attachableOverlay,
  sharedNamespace,
  unfilteredIpv6,
  deadEnd,
];
