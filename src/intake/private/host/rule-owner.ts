import type { Rule } from '../../../firewall/private/ir';
import type { RulePlace } from '../../../reachability/private/walk/outcome';

/** Programs by the names of the chains that they make. */
const OWNERS: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/^DOCKER-USER$/, 'written by hand, in the chain that Docker keeps for that'],
  [/^DOCKER|^nft:docker-bridges/, 'Docker'],
  [/^BULKHEAD|^nft:bulkhead/, 'Bulkhead'],
  [/^ufw6?-docker/, 'ufw-docker'],
  [/^ufw6?-/, 'ufw'],
  [/^f2b-|^fail2ban-/, 'fail2ban'],
  [/^nft:(inet )?firewalld|^(IN|FWD|FWDI|FWDO|PRE|POST)_|_ZONES$|_direct$/, 'firewalld'],
  [/^(nft:)?crowdsec/i, 'CrowdSec'],
  [/^ts-/, 'Tailscale'],
  [/^KUBE-|^nft:kube-proxy/, 'kube-proxy'],
  [/^cali-/, 'Calico'],
  [/^CNI-|^FLANNEL/, 'a plugin of Kubernetes or Podman'],
  [/^NETAVARK/, 'Podman'],
  [/^LIBVIRT_/, 'libvirt'],
];

/** Where a rule comes from, by its chain or by its form. */
export function ownerOf(place: RulePlace, bridges: ReadonlySet<string>): string {
  const { table, chain, rule } = place;
  const jump = rule?.verdict.kind === 'jump' || rule?.verdict.kind === 'goto' ? rule.verdict.chain : undefined;
  const found = [chain, table, jump ?? '']
    .map((name) => OWNERS.find(([pattern]) => pattern.test(name))?.[1])
    .find((owner) => owner !== undefined);
  if (found !== undefined) return found;
  if (rule === undefined) return 'the policy';
  return isLikeDockers(rule, bridges) ? 'in the form that Docker writes' : 'written by hand';
}

/** Outside of its chains Docker names one bridge of its own, and an address or what is established. */
function isLikeDockers({ matches, verdict }: Rule, bridges: ReadonlySet<string>): boolean {
  const shape = matches.map(({ kind }) => kind).sort().join(' '); // prettier-ignore
  const names = matches.flatMap((match) => (match.kind === 'in-interface' || match.kind === 'out-interface' ? [match.name] : []));
  const forms = ['destination in-interface', 'out-interface source', 'ct-state out-interface', 'in-interface out-interface', 'destination in-interface protocol destination-port']; // prettier-ignore
  const isVerdict = ['accept', 'drop', 'masquerade'].includes(verdict.kind);
  return isVerdict && forms.includes(shape) && names.every((name) => bridges.has(name));
}
