import { placeOf } from './chain-place';
import { builtInChain, chainKey, type HostChain, type HostRules } from '../../host-rules';
import type { Rule, Ruleset } from '../../ir';

/**
 * Docker's rules and Bulkhead's rules as one host has them: Bulkhead's chains, each with one jump, in first place of its hook. If Docker does not
 * create DOCKER-USER, the host's script creates it and the jump to it.
 */
export function placeAmongDockers(dockers: HostRules, ours: Ruleset): HostRules {
  const chains = new Map(dockers.chains.map((chain) => [chainKey(chain.table, chain.name), chain]));
  for (const chain of ours.chains) {
    const { table, name, from } = placeOf(chain);
    chains.set(chainKey(table, name), { table, name, rules: chain.rules });
    addJump(chains, table, from, name);
    if (from === 'DOCKER-USER' && !jumpsTo(chains.get(chainKey(table, 'FORWARD')), from)) {
      addJump(chains, table, 'FORWARD', from);
    }
  }
  return { ...dockers, chains: [...chains.values()], sets: [...dockers.sets, ...ours.sets] };
}

function addJump(chains: Map<string, HostChain>, table: string, from: string, to: string): void {
  const key = chainKey(table, from);
  const known = chains.get(key) ?? emptyChain(table, from);
  const jump: Rule = { matches: [], verdict: { kind: 'jump', chain: to }, origin: `jump to ${to}` };
  chains.set(key, { ...known, rules: [jump, ...known.rules] });
}

function emptyChain(table: string, name: string): HostChain {
  const builtIn = builtInChain(table, name);
  return { table, name, ...(builtIn && { base: { ...builtIn, policy: 'accept' } }), rules: [] };
}

function jumpsTo(chain: HostChain | undefined, name: string): boolean {
  return chain?.rules.some(({ verdict }) => verdict.kind === 'jump' && verdict.chain === name) ?? false;
}
