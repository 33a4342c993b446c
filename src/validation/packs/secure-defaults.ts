import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';

/**
 * What holds for every stack with Docker in it, whether made by Bulkhead or not. Stacks with constructs of Bulkhead are checked by it without being
 * told; add one with options of yours to the stack, and that takes its place.
 */
export class SecureDefaults extends RulePack {
  constructor(options: PackOptions = {}) {
    super({ ...options, packName: 'SecureDefaults', rules: ALL_RULES.filter(({ inDefaults }) => inDefaults) });
  }
}
