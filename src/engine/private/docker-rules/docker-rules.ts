import type { EngineInput } from './input';
import { ChainsMaker } from './iptables-chains';
import { ForwardMaker } from './iptables-forward';
import { type Cut, IPTABLES, type IptablesRules, NFTABLES } from './lines';
import { NftablesMaker } from './nftables';
import type { RuleMaker } from './rule-maker';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Family } from '../../../topology/private/terms';
import { cutsUpTo } from '../versions';

/**
 * The rules that the engine itself creates in one family, on a host whose tables were empty before. The model assumes that all containers started
 * after all networks. Engines keep no order between networks, and between the publications of a container.
 */
export function dockerRules(input: EngineInput, family: Family): HostRules {
  return makerFor(input, family).build();
}

function makerFor(input: EngineInput, family: Family): RuleMaker {
  if (input.firewall === 'nftables') {
    return new NftablesMaker(input, family, `${lastOf(NFTABLES, input.version)} nftables`);
  }
  const rules = iptablesRules(input.version);
  const Maker = rules.layout === 'forward' ? ForwardMaker : ChainsMaker;
  return new Maker(input, family, lastOf(IPTABLES, input.version), rules);
}

/** The behaviour of an engine with iptables, from all changes up to its version. */
export function iptablesRules(version: string): IptablesRules {
  return Object.assign({}, ...cutsUpTo(IPTABLES, version).map(({ changes }) => changes)) as IptablesRules;
}

function lastOf(line: readonly Cut<unknown>[], version: string): string {
  return cutsUpTo(line, version).at(-1)!.since;
}
