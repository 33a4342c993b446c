import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';

/**
 * Rules for every stack with Docker resources, with or without Bulkhead. It checks stacks with constructs of Bulkhead by default; to change its
 * options, add your own instance to the stack, which replaces the default.
 */
export class SecureDefaults extends RulePack {
  constructor(options: PackOptions = {}) {
    super({ ...options, packName: 'SecureDefaults', rules: ALL_RULES.filter(({ inDefaults }) => inDefaults) });
  }
}
