// The host of the book in the words of the model: everything is known beforehand but the kernel's switches.
import type { BookContainer } from './page';
import { isOwn } from './rule-lines';
import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineInput, EngineNetwork } from '../../../src/engine/private/docker-rules/input';
import type { HostChain, HostRules } from '../../../src/firewall/private/host-rules';
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import { DEFAULT_BRIDGE, type HostPlan, isSince, type NetworkPlan } from '../harness/engine-topology';
import type { Switches } from '../harness/packets-switches';
import { viewOfHost } from '../harness/packets-view';
import { type EngineId, engineSpec } from '../lab/cache';

const DEFAULT_NETWORK: Omit<EngineNetwork, 'endpoints'> = {
  bridge: DEFAULT_BRIDGE,
  internal: false,
  icc: true,
  masquerade: true,
  trustedInterfaces: [],
  ipv4: { block: '172.29.0.0/16', gateway: '172.29.0.1', mode: 'nat' },
  links: [],
};

/** The defaults of each engine, on a host that did not forward before. With nftables the engine would not start there. */
export function planOf(engine: EngineId): HostPlan {
  const { version, firewall } = engineSpec(engine);
  const isNft = firewall === 'nftables';
  return {
    seed: 'book',
    version,
    firewall,
    defaultBridge: { icc: true, masquerade: true, ipv6: false },
    iptables: true,
    ip6tables: isSince({ version }, '27.0'),
    userlandProxy: true,
    ipForward: true,
    ipForwardNoDrop: false,
    forwardingBefore: { ipv4: isNft, ipv6: isNft },
    forwardPolicyBefore: { ipv4: 'accept', ipv6: 'accept' },
    allowDirectRouting: false,
    withoutRawRules: false,
    sctpChecksum: false,
    topologies: [],
  };
}

export interface Grown {
  readonly networks: readonly NetworkPlan[];
  readonly containers: readonly BookContainer[];
}

export function inputOf(plan: HostPlan, { networks, containers }: Grown): EngineInput {
  const all = [DEFAULT_NETWORK, ...networks.map(toNetwork)];
  const endpointsOf = ({ bridge, internal }: Omit<EngineNetwork, 'endpoints'>) =>
    containers
      .filter((one) => one.networks.includes(bridge))
      .map(({ address, ports }) => ({
        ipv4: address,
        isGateway: { ipv4: !internal, ipv6: false },
        ports: ports.map(({ protocol, hostAddress, host, target }) => ({
          protocol,
          ...(hostAddress === undefined ? {} : { hostAddress }),
          hostPort: { first: host, last: host },
          targetPort: { first: target, last: target },
        })),
      }));
  const settled = all.map((network) => ({ ...network, endpoints: endpointsOf(network) }));
  return { version: plan.version, firewall: plan.firewall, daemon: plan, networks: settled };
}

function toNetwork({ name, internal, icc, masquerade, trusted, ipv4 }: NetworkPlan): Omit<EngineNetwork, 'endpoints'> {
  const gateway = ipv4.block.replace(/0\/.*$/, '1');
  return { bridge: name, internal, icc, masquerade, trustedInterfaces: trusted, ipv4: { ...ipv4, gateway }, links: [] };
}

/** The engine's rules by the model; an administrator's as the host has them, where there are any. */
export function modelRules(input: EngineInput, real: HostRules | undefined): HostRules {
  const model = dockerRules(input, 'ipv4');
  if (real === undefined) {
    return model;
  }
  const realOf = ({ table, name }: HostChain) => real.chains.find((chain) => chain.table === table && chain.name === name);
  const chains = model.chains.map((chain): HostChain => {
    if (chain.table === 'filter' && chain.name === 'DOCKER-USER') {
      return realOf(chain) ?? chain;
    }
    const base = chain.table === 'filter' && chain.name === 'FORWARD' ? realOf(chain)?.base : undefined;
    return base ? { ...chain, base } : chain;
  });
  return { ...model, chains: [...chains, ...real.chains.filter(({ table }) => isOwn(table))] };
}

export function viewOf(plan: HostPlan, grown: Grown, rules: HostRules, switches: Switches): HostView {
  const view = viewOfHost(plan, { seed: plan.seed, ...grown }, inputOf(plan, grown), switches);
  return { ...view, rules: { ...view.rules, ipv4: rules } };
}
