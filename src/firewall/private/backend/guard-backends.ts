import type { GuardBackend } from './guard-backend';
import { IPTABLES_GUARD } from './iptables/backend';
import type { GuardBackendName } from '../../../topology/private/engine-facts';

/** The only place that knows all of them. */
const BACKENDS: Readonly<Record<GuardBackendName, GuardBackend>> = { iptables: IPTABLES_GUARD };

/** The default of a daemon. */
export const USUAL_GUARD: GuardBackendName = 'iptables';

export function guardBackend(name: GuardBackendName): GuardBackend {
  return BACKENDS[name];
}
