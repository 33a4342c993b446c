import { Rules20 } from './g20';
import { Rules23 } from './g23';
import { Rules27 } from './g27';
import { Rules2800 } from './g28-0-0';
import { Rules2801 } from './g28-0-1';
import { Rules282 } from './g28-2';
import { Rules298Iptables } from './g29-8-iptables';
import { Rules29Iptables } from './g29-iptables';
import { Rules29Nftables } from './g29-nftables';
import type { EngineInput, RuleGeneration } from './input';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Family } from '../../../topology/private/topology';

const GENERATIONS: Readonly<Record<RuleGeneration, new (input: EngineInput, family: Family) => Rules20>> = {
  g20: Rules20,
  g23: Rules23,
  g27: Rules27,
  'g28.0.0': Rules2800,
  'g28.0.1': Rules2801,
  'g28.2': Rules282,
  'g29-iptables': Rules29Iptables,
  'g29.8-iptables': Rules298Iptables,
  'g29-nftables': Rules29Nftables,
};

/**
 * The rules that the engine itself makes in one family, on a host whose tables were empty before. Containers are taken to have been started after
 * all networks; between networks, and between the publications of a container, engines keep no order of their own.
 */
export function dockerRules(input: EngineInput, family: Family): HostRules {
  return new GENERATIONS[input.generation](input, family).build();
}
