import { builtInChain, chainKey, type HostChain, type HostRules } from '../../firewall/private/host-rules';
import type { Chain, Rule, Ruleset } from '../../firewall/private/ir';

/**
 * Docker's rules and ours as they stand on one host: our chains, each with one jump, in first place of its hook. Where Docker makes no DOCKER-USER
 * the host's script makes it and the jump to it.
 */
export function mergeRules(dockers: HostRules, ours: Ruleset): HostRules {
  const chains = new Map(dockers.chains.map((chain) => [chainKey(chain.table, chain.name), chain]));
  for (const chain of ours.chains) {
    chains.set(chainKey(chain.table, chain.name), { table: chain.table, name: chain.name, rules: chain.rules });
    addJump(chains, chain.table, chain.hook, chain.name);
    if (chain.hook === 'DOCKER-USER' && !jumpsTo(chains.get(chainKey('filter', 'FORWARD')), chain.hook)) {
      addJump(chains, 'filter', 'FORWARD', chain.hook);
    }
  }
  return { ...dockers, chains: [...chains.values()], sets: [...dockers.sets, ...ours.sets] };
}

function addJump(chains: Map<string, HostChain>, table: Chain['table'], from: string, to: string): void {
  const key = chainKey(table, from);
  const known = chains.get(key) ?? emptyChain(table, from);
  const jump: Rule = { matches: [], verdict: { kind: 'jump', chain: to }, origin: `jump to ${to}` };
  chains.set(key, { ...known, rules: [jump, ...known.rules] });
}

function emptyChain(table: Chain['table'], name: string): HostChain {
  const builtIn = builtInChain(table, name);
  return { table, name, ...(builtIn && { base: { ...builtIn, policy: 'accept' } }), rules: [] };
}

function jumpsTo(chain: HostChain | undefined, name: string): boolean {
  return chain?.rules.some(({ verdict }) => verdict.kind === 'jump' && verdict.chain === name) ?? false;
}
