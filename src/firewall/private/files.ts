import { compile } from './compile';
import { permits } from './permits';
import { renderRestore } from './backend/iptables/render-restore';
import type { FirewallFiles } from './backend/iptables/restore';
import type { Topology } from '../../topology/private/topology';

/** Everything the host is given to enforce a topology, both families always: without IPv6 networks the IPv6 rules close. */
export function firewallFiles(topology: Topology): FirewallFiles {
  return {
    ipv4: renderRestore(compile(topology, 'ipv4')),
    ipv6: renderRestore(compile(topology, 'ipv6')),
    permits: permits(topology),
  };
}
