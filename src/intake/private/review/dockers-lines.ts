import { dockerRules } from '../../../engine/private/docker-rules/docker-rules';
import type { EngineInput, EngineNetwork } from '../../../engine/private/docker-rules/input';
import { IPTABLES } from '../../../engine/private/docker-rules/lines';
import type { Rule } from '../../../firewall/private/ir';
import { settingFacts } from '../../../hardening/private/engine-settings';
import { gatewayOf, type RuledHost, type RuledNetwork } from '../host/from-rules';
import { isEngineChain } from '../host/named-in-rules';

/** Answers whether a rule is one that Docker itself writes, in any of its generations: no author is to be blamed for it. */
export type IsDockers = (table: string, chain: string, rule: Rule) => boolean;

/**
 * By the engine model: the lines that each generation would write for the networks and ports that were found. Every line of a chain that only
 * Docker writes is Docker's.
 */
export function dockersLines(host: RuledHost): IsDockers {
  const known = new Set<string>();
  // What only concerns some hosts is in chains that are Docker's as a whole, or translates what leaves a bridge.
  for (const { since } of IPTABLES.filter(({ concerns }) => concerns === undefined)) {
    for (const [userlandProxy, icc] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ] as const) {
      // prettier-ignore
      for (const family of ['ipv4', 'ipv6'] as const) {
        const { chains } = dockerRules(inputOf(host, since, userlandProxy, icc), family);
        for (const { table, name, rules } of chains) rules.forEach((rule) => known.add(meaning(table, name, rule)));
      }
    }
  }
  const bridges = new Set(host.networks.map(({ bridge }) => bridge));
  return (table, chain, rule) => {
    if (isEngineChain(chain) && chain !== 'DOCKER-USER') return !isBan(table, rule);
    if (chain === 'DOCKER-USER') return rule.verdict.kind === 'return' && rule.matches.length === 0;
    const { verdict } = rule;
    if (verdict.kind === 'jump' && isEngineChain(verdict.chain)) return true;
    return known.has(meaning(table, chain, rule)) || isTranslationOfBridge(table, chain, rule, bridges);
  };
}

/** Docker never drops a packet by the address of the sender alone. */
function isBan(table: string, { matches, verdict }: Rule): boolean {
  const isClosing = verdict.kind === 'drop' || verdict.kind === 'reject';
  return table === 'filter' && isClosing && matches.some((match) => match.kind === 'source' && match.negate !== true);
}

/** Of a network whose block is not the one that its lines name, as after a change. */
function isTranslationOfBridge(table: string, chain: string, { matches, verdict }: Rule, bridges: ReadonlySet<string>): boolean {
  const isOfNat = table === 'nat' && chain === 'POSTROUTING' && (verdict.kind === 'masquerade' || verdict.kind === 'snat');
  const leaves = matches.some((match) => match.kind === 'out-interface' && match.negate === true && bridges.has(match.name));
  const [source, destination] = (['source', 'destination'] as const).map((kind) =>
    matches.find((match) => match.kind === kind && match.negate !== true),
  );
  const isToSelf = source?.kind === 'source' && destination?.kind === 'destination' && source.block === destination.block;
  return isOfNat && ((leaves && source !== undefined) || isToSelf);
}

function meaning(table: string, chain: string, { matches, verdict }: Rule): string {
  return JSON.stringify([table, chain, [...matches.map((match) => JSON.stringify(match))].sort(), verdict]).replace(
    /\/(32|128)\\"/g,
    '\\"',
  );
}

function inputOf(host: RuledHost, version: string, userlandProxy: boolean, icc: boolean): EngineInput {
  return {
    version,
    firewall: 'iptables',
    daemon: {
      ...settingFacts(() => true),
      userlandProxy,
      sctpChecksum: true,
      forwardingBefore: { ipv4: false, ipv6: false },
      forwardPolicyBefore: { ipv4: 'accept', ipv6: 'accept' },
    },
    networks: host.networks.map((network) => networkOf(network, host, icc)),
  };
}

function networkOf({ bridge, isInternal, ipv4, ipv6 }: RuledNetwork, host: RuledHost, icc: boolean): EngineNetwork {
  const subnet = (block: string) => ({ block, gateway: gatewayOf(block), mode: 'nat' as const });
  const attached = host.view.containers.flatMap(({ attachments }) => attachments.filter(({ interface: name }) => name === bridge));
  return {
    bridge,
    internal: isInternal,
    icc,
    masquerade: true,
    trustedInterfaces: [],
    ...(ipv4 !== undefined && { ipv4: subnet(ipv4) }),
    ...(ipv6 !== undefined && { ipv6: subnet(ipv6) }),
    endpoints: attached.map(({ ipv4: four, ipv6: six }) => ({
      ...(four !== undefined && { ipv4: four }),
      ...(six !== undefined && { ipv6: six }),
      isGateway: { ipv4: true, ipv6: true },
      ports: host.publications
        .filter(({ target, isDockers }) => isDockers === true && (target === four || target === six))
        .map(({ protocol, hostAddress, hostPort, targetPort }) => ({
          protocol,
          ...(hostAddress !== undefined && { hostAddress }),
          hostPort: { first: hostPort, last: hostPort },
          targetPort: { first: targetPort, last: targetPort },
        })),
    })),
    links: [],
  };
}
