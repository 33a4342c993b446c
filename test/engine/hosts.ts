// Hosts for the tests of the engine model, and their rules as lines.
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';
import type { EngineEndpoint, EngineInput, EngineNetwork, RuleGeneration } from '../../src/engine/private/docker-rules/input';
import type { HostRules } from '../../src/firewall/private/host-rules';
import type { EngineSettings } from '../../src/topology/private/engine-facts';
import type { Family } from '../../src/topology/private/topology';
import { ruleText } from '../support/canonical-rule';

/** In their order. */
export const GENERATIONS: readonly RuleGeneration[] = [
  'g20',
  'g23',
  'g27',
  'g28.0.0',
  'g28.0.1',
  'g28.2',
  'g29-iptables',
  'g29.8-iptables',
  'g29-nftables',
];
export const IN_LAB: readonly RuleGeneration[] = ['g20', 'g23', 'g28.2', 'g29.8-iptables', 'g29-nftables'];

/** For the name of a test: what stands on documents alone says so. */
export function named(generation: RuleGeneration): string {
  return IN_LAB.includes(generation) ? generation : `${generation} (by the documents, no such engine in the lab)`;
}

/** With IPv6 rules, docker-proxy, and forwarding that the engine has to turn on. */
export function settings(changes: Partial<EngineSettings> = {}): EngineSettings {
  return {
    iptables: true,
    ip6tables: true,
    userlandProxy: true,
    ipForward: true,
    ipForwardNoDrop: false,
    forwardingBefore: { ipv4: false, ipv6: false },
    forwardPolicyBefore: { ipv4: 'accept', ipv6: 'accept' },
    allowDirectRouting: false,
    withoutRawRules: false,
    sctpChecksum: false,
    ...changes,
  };
}

/** A bridge `br1` with 10.1.0.0/24 and fd00:1::/64, and no containers. */
export function network(changes: Partial<EngineNetwork> = {}, number = 1): EngineNetwork {
  return {
    bridge: `br${number}`,
    internal: false,
    icc: true,
    masquerade: true,
    trustedInterfaces: [],
    ipv4: { block: `10.${number}.0.0/24`, gateway: `10.${number}.0.1`, mode: 'nat' },
    ipv6: { block: `fd00:${number}::/64`, gateway: `fd00:${number}::1`, mode: 'nat' },
    endpoints: [],
    links: [],
    ...changes,
  };
}

/** A container with the last part 2, which publishes port 8080 of all addresses as its port 80. */
export function container(changes: Partial<EngineEndpoint> = {}, number = 1): EngineEndpoint {
  return {
    ipv4: `10.${number}.0.2`,
    ipv6: `fd00:${number}::2`,
    isGateway: { ipv4: true, ipv6: true },
    ports: [{ protocol: 'tcp', hostPort: { first: 8080, last: 8080 }, targetPort: { first: 80, last: 80 } }],
    ...changes,
  };
}

export function host(generation: RuleGeneration, networks: readonly EngineNetwork[], changes: Partial<EngineSettings> = {}): EngineInput {
  return { generation, daemon: settings(changes), networks };
}

/** The rules of one chain, a line each; undefined where there is no such chain. */
export function chain(input: EngineInput, table: string, name: string, family: Family = 'ipv4'): string[] | undefined {
  const rules = dockerRules(input, family).chains.find((one) => one.table === table && one.name === name)?.rules;
  return rules?.map(ruleText);
}

export function policy(input: EngineInput, family: Family = 'ipv4'): string | undefined {
  return dockerRules(input, family).chains.find(({ table, name }) => table === 'filter' && name === 'FORWARD')?.base?.policy;
}

/** Everything, for a golden file: chains in the order of their names, rules in their own, each with where it comes from. */
export function wholeText(rules: HostRules): string {
  const chains = [...rules.chains].sort((a, b) => (`${a.table} ${a.name}` < `${b.table} ${b.name}` ? -1 : 1));
  return [
    ...chains.flatMap(({ table, name, base, rules: own }) => [
      `${rules.family} ${table} ${name}${base ? ` (${base.hook} ${base.priority}, ${base.policy})` : ''}`,
      ...own.map((rule) => `    ${ruleText(rule)}    # ${rule.origin}`),
    ]),
    ...rules.sets.map((set) => `${rules.family} set ${JSON.stringify(set)}`),
    '',
  ].join('\n');
}
