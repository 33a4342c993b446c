import { COUNTING_RULES } from './counting';
import { PASSAGE_RULES } from './passage';
import { PUBLISHED_RULES } from './published';
import { READING_RULES } from './reading';
import type { BuiltInRule } from '../../private/define-rule';

/** Rules about the firewall of a host, which `FirewallReview` asks. No stack has what they look at, so they are in no pack. */
export const FIREWALL_RULES: readonly BuiltInRule[] = [...PUBLISHED_RULES, ...PASSAGE_RULES, ...COUNTING_RULES, ...READING_RULES];
