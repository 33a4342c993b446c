// Which plain hosts a run of the engine model tries, and what one of them leaves to the next.
import { type HostPlan, isSince } from './engine-topology';
import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineInput } from '../../../src/engine/private/docker-rules/input';
import type { Family } from '../../../src/topology/private/terms';

/** `BULKHEAD_TOPOLOGIES` says how many topologies, `BULKHEAD_SEED` which (a text; `TEXT/17` for one host alone). */
export function chosenHosts(sample: number, perHost: number): { readonly seed: string; readonly topologies: number }[] {
  const seed = process.env.BULKHEAD_SEED ?? 'bulkhead';
  if (/\/\d+$/.test(seed)) {
    return [{ seed, topologies: perHost }];
  }
  const count = Number(process.env.BULKHEAD_TOPOLOGIES ?? sample);
  const hosts = Math.ceil(count / perHost);
  return Array.from({ length: hosts }, (_, i) => ({ seed: `${seed}/${i}`, topologies: Math.min(perHost, count - i * perHost) }));
}

/** What one topology made the engine do to the host's switches stays for the next. */
export function daemonAfter(input: EngineInput): EngineInput['daemon'] {
  const policy = (family: Family) => {
    const forward = dockerRules(input, family).chains.find(({ table, name }) => table === 'filter' && name === 'FORWARD');
    return forward!.base!.policy;
  };
  const isForwarding = (family: Family) => input.daemon.forwardingBefore[family] || input.networks.some((network) => network[family]);
  return {
    ...input.daemon,
    forwardPolicyBefore: { ipv4: policy('ipv4'), ipv6: policy('ipv6') },
    forwardingBefore: { ipv4: isForwarding('ipv4'), ipv6: isForwarding('ipv6') },
  };
}

/**
 * What engines refuse to start with: before 27 rules in IPv6 alone; in 29 a default bridge that keeps its containers apart, which it could do in one
 * family only.
 */
export function startable(given: HostPlan): HostPlan {
  const plan = !isSince(given, '27.0') && !given.iptables ? { ...given, ip6tables: false } : given;
  const { defaultBridge, ip6tables } = plan;
  return defaultBridge && isSince(plan, '29.0') && !ip6tables ? { ...plan, defaultBridge: { ...defaultBridge, icc: true } } : plan;
}
