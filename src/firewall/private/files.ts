import type { GuardBackend, GuardFile } from './backend/guard-backend';
import { assertExpressible } from './capabilities';
import { compile } from './compile';
import { type PermitLine, permits } from './permits';
import type { Topology } from '../../topology/private/topology';

export interface FirewallFiles {
  /** What the backend loads and reads back. */
  readonly guard: readonly GuardFile[];
  readonly permits: readonly PermitLine[];
}

/** All files that a host needs to enforce a topology, always for both families: without IPv6 networks, the IPv6 rules close. */
export function firewallFiles(topology: Topology, { capabilities, render }: GuardBackend): FirewallFiles {
  const rulesets = { ipv4: compile(topology, 'ipv4'), ipv6: compile(topology, 'ipv6') };
  Object.values(rulesets).forEach((ruleset) => assertExpressible(ruleset, capabilities));
  return { guard: render(rulesets), permits: permits(topology) };
}
