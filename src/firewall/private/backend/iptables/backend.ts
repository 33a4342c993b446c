import { IPTABLES } from './capabilities';
import { guardFiles } from './guard-files';
import { NEEDS } from './host-needs';
import { placeAmongDockers } from './place';
import { renderRestore } from './render-restore';
import type { GuardBackend } from '../guard-backend';

/** Chains of iptables, and sets of ipset. They work beside Docker's rules on any engine that creates its rules with iptables. */
export const IPTABLES_GUARD: GuardBackend = {
  capabilities: IPTABLES,
  opensPairs: true,
  place: placeAmongDockers,
  render: ({ ipv4, ipv6 }) => guardFiles({ ipv4: renderRestore(ipv4), ipv6: renderRestore(ipv6) }),
  needs: NEEDS,
};
