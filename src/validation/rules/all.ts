import { CONTAINER_RULES } from './containers';
import { EXPOSURE_RULES } from './exposure';
import { NETWORK_RULES } from './networks';
import { PUBLICATION_RULES } from './publications';
import { TRAP_RULES } from './traps';
import type { BuiltInRule } from '../private/define-rule';

/** Every rule of ours. */
export const ALL_RULES: readonly BuiltInRule[] = [
  ...CONTAINER_RULES,
  ...NETWORK_RULES,
  ...PUBLICATION_RULES,
  ...EXPOSURE_RULES,
  ...TRAP_RULES,
];
