// Hosts for the tests of the engine model, and their rules as lines.
import { dockerRules } from '../../src/engine/private/docker-rules/docker-rules';
import type { EngineEndpoint, EngineFirewall, EngineInput, EngineNetwork } from '../../src/engine/private/docker-rules/input';
import { IPTABLES, NFTABLES } from '../../src/engine/private/docker-rules/lines';
import { isIn } from '../../src/engine/private/versions';
import { ruleText } from '../../src/firewall/private/canonical-rule';
import type { HostRules } from '../../src/firewall/private/host-rules';
import type { EngineSettings } from '../../src/topology/private/engine-facts';
import type { Family } from '../../src/topology/private/terms';

/** First releases of all rules with iptables, in their order; those with nftables say so. */
export const WITH_IPTABLES: readonly string[] = IPTABLES.map(({ since }) => since);
export const GENERATIONS: readonly string[] = [...WITH_IPTABLES, ...NFTABLES.map(({ since }) => `${since} nftables`)];
const IN_LAB: readonly string[] = ['20.10', '25.0', '28.2.2', '29.8', '29.0 nftables'];

/** Those with iptables from one release to below another; to the newest unless told. */
export function between(from: string, below = '999'): string[] {
  return WITH_IPTABLES.filter((key) => isIn({ from, below }, key));
}

/** For the name of a test: what stands on documents alone says so. */
export function named(key: string): string {
  return IN_LAB.includes(key) ? key : `${key} (by the documents, no such engine in the lab)`;
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

export function host(key: string, networks: readonly EngineNetwork[], changes: Partial<EngineSettings> = {}): EngineInput {
  const [version, firewall = 'iptables'] = key.split(' ');
  return { version, firewall: firewall as EngineFirewall, daemon: settings(changes), networks };
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
