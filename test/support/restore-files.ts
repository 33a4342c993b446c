import { IPTABLES } from '../../src/firewall/private/backend/iptables/capabilities';
import { renderRestore } from '../../src/firewall/private/backend/iptables/render-restore';
import { assertExpressible } from '../../src/firewall/private/capabilities';
import { compile } from '../../src/firewall/private/compile';
import type { Ruleset } from '../../src/firewall/private/ir';
import { permits } from '../../src/firewall/private/permits';
import type { Topology } from '../../src/topology/private/topology';

/** Our own rules as iptables gets them; nothing that it cannot say comes that far. */
export function restoreFile(ruleset: Ruleset) {
  assertExpressible(ruleset, IPTABLES);
  return renderRestore(ruleset);
}

/** What the host is given to enforce a topology, before it is written to files. */
export function restoreFiles(topology: Topology) {
  return {
    ipv4: restoreFile(compile(topology, 'ipv4')),
    ipv6: restoreFile(compile(topology, 'ipv6')),
    permits: permits(topology),
  };
}
