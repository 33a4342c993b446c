import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';

const AREAS = ['N', 'P', 'E'];

/** Rules about reachability: networks, publications, and the proof of daemons of Bulkhead. */
export class NetworkExposure extends RulePack {
  constructor(options: PackOptions = {}) {
    super({ ...options, packName: 'NetworkExposure', rules: ALL_RULES.filter(({ area }) => AREAS.includes(area)) });
  }
}
