import { CONTAINER_RULES } from './containers';
import { CROSS_RULES } from './cross';
import { DAEMON_RULES } from './daemon';
import { HOST_RULES } from './host';
import type { BuiltInRule } from '../private/define-rule';

/** Every rule of ours. */
export const ALL_RULES: readonly BuiltInRule[] = [...CONTAINER_RULES, ...DAEMON_RULES, ...HOST_RULES, ...CROSS_RULES];
