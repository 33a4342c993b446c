import { CONTAINER_RULES } from './containers';
import { IMAGE_RULES } from './images';
import { PROVIDER_RULES } from './providers';
import { SERVICE_RULES } from './services';
import type { BuiltInRule } from '../private/define-rule';

/** Every rule of ours. */
export const ALL_RULES: readonly BuiltInRule[] = [...CONTAINER_RULES, ...IMAGE_RULES, ...SERVICE_RULES, ...PROVIDER_RULES];
