import { type PackOptions, RulePack } from '../rule-pack';
import { ALL_RULES } from '../rules/all';

const AREAS = ['N', 'P', 'E'];

/** What can be reached from where: networks, publications, and with daemons of Bulkhead what their proof says. */
export class NetworkExposure extends RulePack {
  constructor(options: PackOptions = {}) {
    super({ ...options, packName: 'NetworkExposure', rules: ALL_RULES.filter(({ area }) => AREAS.includes(area)) });
  }
}
