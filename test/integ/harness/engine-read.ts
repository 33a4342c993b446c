// What a host's tables hold, whichever tool shows them.
import type { HostRules } from '../../../src/firewall/private/host-rules';
import { parseIptablesSave } from '../../../src/firewall/private/iptables-text/parse-iptables-save';
import { parseNftJson } from '../../../src/firewall/private/nft-text/parse-nft-json';
import type { Family } from '../../../src/topology/private/terms';
import type { Lab } from '../lab/lab';

const READ = ['iptables-save', 'ip6tables-save', 'ipset save', 'nft -j list ruleset'];

/** All rules of the host by family, also those of tables that the engine should not have touched. */
export function readRules(lab: Lab): Readonly<Record<Family, HostRules>> {
  const end = '-- end --\n';
  const script = READ.map((command) => `${command} || exit 1; printf '%s' '${end}'`).join('\n');
  const [ipv4, ipv6, sets, nft] = lab.mustHost('reading the rules', ['sh', '-c', script]).split(end);
  const both = (save: string, family: Family): HostRules => {
    const [iptables, nftables] = [parseIptablesSave(save, family, sets), parseNftJson(nft, family)];
    return {
      family,
      chains: [...iptables.chains, ...nftables.chains],
      sets: [...iptables.sets, ...nftables.sets],
      notUnderstood: [...iptables.notUnderstood, ...nftables.notUnderstood],
    };
  };
  return { ipv4: both(ipv4, 'ipv4'), ipv6: both(ipv6, 'ipv6') };
}
