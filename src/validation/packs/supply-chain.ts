import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';

/** Where images come from, and whether they are the ones that were meant. */
export class SupplyChain extends RulePack {
  constructor(options: PackOptions = {}) {
    super({ ...options, packName: 'SupplyChain', rules: ALL_RULES.filter(({ area }) => area === 'I') });
  }
}
