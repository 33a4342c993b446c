import { CONTAINER_RULES } from './containers';
import { CROSS_RULES } from './cross';
import { DAEMON_RULES } from './daemon';
import { EXPOSURE_RULES } from './exposure';
import { HOST_RULES } from './host';
import { IMAGE_RULES } from './images';
import { NETWORK_RULES } from './networks';
import { PROVIDER_RULES } from './providers';
import { PUBLICATION_RULES } from './publications';
import { SERVICE_RULES } from './services';
import { TRAP_RULES } from './traps';
import type { BuiltInRule } from '../private/define-rule';

/** Every rule of Bulkhead. */
export const ALL_RULES: readonly BuiltInRule[] = [
  ...CONTAINER_RULES,
  ...NETWORK_RULES,
  ...PUBLICATION_RULES,
  ...IMAGE_RULES,
  ...SERVICE_RULES,
  ...PROVIDER_RULES,
  ...DAEMON_RULES,
  ...HOST_RULES,
  ...CROSS_RULES,
  ...EXPOSURE_RULES,
  ...TRAP_RULES,
];
