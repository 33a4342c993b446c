import type { Rule } from '../../../../firewall/private/ir';
import type { ProbeSpec } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault, Mend } from '../../../../validation/private/firewall-fault';
import type { RuledNetwork } from '../../host/from-rules';
import { iptables } from '../closing';
import { inserted, replaced } from '../edits';
import { isHarmful } from '../harm';
import { isDelivered, outcomeText } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import { partsOf, ruleText } from '../rule-text';
import type { Scene } from '../scene';
import { ANY_PORT, toUnpublished } from '../unpublished';
import { isNamed, type Words, wordsOf } from '../words';

/** Accepts from one network of Docker to another: they open what Docker keeps apart, or they open nothing. */
export function acrossBridges(scene: Scene, family: Family): Fault[] {
  return personRules(scene, family).flatMap((rule): Fault[] => {
    if (rule.rule.verdict.kind !== 'accept' || !rule.ways.some(({ hook }) => hook === 'forward')) return [];
    const words = wordsOf(rule, rule.ways[0]);
    const [from] = scene.host.networks.filter(({ bridge }) => words.into.length > 0 && words.into.every((name) => isNamed([name], bridge)));
    const tos = scene.host.networks.filter(({ bridge }) => words.outOf.length > 0 && words.outOf.every((name) => isNamed([name], bridge)));
    const to = tos.find(({ bridge }) => bridge !== from?.bridge);
    if (from !== undefined && isOfAllThatLeaves(words)) return acrossFrom(scene, rule, from);
    if (from === undefined || to === undefined || !words.meetsNew || words.isOdd || words.unknown.length > 0) return [];
    return acrossOf(scene, rule, from.bridge, to.bridge);
  });
}

function isOfAllThatLeaves({ outOf, ports, original, destinations, meetsNew, isOdd, unknown }: Words): boolean {
  const isNarrow = outOf.length > 0 || ports !== undefined || original !== undefined || destinations.length > 0;
  return !isNarrow && meetsNew && !isOdd && unknown.length === 0;
}

/** To the outside is where such packets are meant to go: that they reach another network as well is a finding, that they do not is none. */
function acrossFrom(scene: Scene, rule: PersonRule, from: RuledNetwork): Fault[] {
  // What an internal network reaches is a finding of its own.
  const others = scene.host.networks.filter(({ bridge, isInternal }) => bridge !== from.bridge && !isInternal && !from.isInternal);
  return others
    .flatMap(({ bridge }) => acrossOf(scene, rule, from.bridge, bridge))
    .filter(({ kind }) => kind === 'AcceptSkipsDocker')
    .slice(0, 1);
}

function acrossOf(scene: Scene, rule: PersonRule, from: string, to: string): Fault[] {
  const { family } = rule;
  const words = wordsOf(rule);
  const sender = scene.members(from, family).find(({ isGateway, bridges }) => isGateway && !bridges.includes(to));
  const receivers = scene.members(to, family).filter(({ key }) => key !== `a container on ${to}` || !scene.can('closesContainers'));
  const receiver = receivers.find(
    ({ address, bridges }) => !bridges.includes(from) && words.destinations.every((block) => block.startsWith(address)),
  );
  if (sender === undefined || receiver === undefined) return [];
  const protocol = words.protocol === 'udp' ? 'udp' : 'tcp';
  const port = words.ports?.[0][0] ?? ANY_PORT;
  const packet: ProbeSpec = { family, from: { kind: 'container', key: sender.key }, to: receiver.address, protocol, port };
  const outcome = scene.walk(packet);
  const without = scene.walk(packet, replaced(scene.rules(family), rule, []));
  const shown = { from: sender.key, to: packet.to, protocol, port };
  const which = words.ports === undefined ? 'every port' : `${protocol}/${port}`;
  const whom = receiver.key === packet.to ? packet.to : `${receiver.key} (at ${packet.to}, say)`;
  const unless = scene.network(from)?.isInternal === true ? [`no container on ${from} has a route there: an internal network gives none`] : []; // prettier-ignore
  const base = { family, rule: rule.text, packet: shown, unless };
  if (isDelivered(outcome) && !isDelivered(without)) {
    const other: Rule = { ...rule.rule, verdict: { kind: 'return' } };
    return [
      {
        ...base,
        kind: 'AcceptSkipsDocker',
        statement: `it lets containers on ${from} reach ${which} of containers on ${to}, published or not: ${sender.key} reaches ${whom} on ${protocol}/${port}, which Docker's rules would drop`,
        mend: without.disposition === 'DROPPED' ? (isOfKernel(scene, rule) ? deleting(scene, rule, packet) : replacing(scene, rule, other, packet)) : undefined, // prettier-ignore
      },
    ];
  }
  const by = outcome.decidedBy;
  if (outcome.disposition !== 'DROPPED' || by?.rule === undefined || !scene.isDockers(by.table, by.chain, by.rule)) return [];
  const line = `${by.table === 'filter' ? '' : `-t ${by.table} `}${ruleText(by.rule, by.chain, family)}`;
  const why = outcome.direction === 'reply' ? 'the packet passes, and the answer is dropped by' : 'the packet is dropped by';
  return [
    {
      ...base,
      kind: 'AcceptAcrossBridges',
      statement: `it opens nothing: ${sender.key} does not reach ${packet.to} on ${protocol}/${port}, because ${why} '${line}' of Docker; join both containers to one network instead${scene.can('closesContainers') ? `, or name ${from} in com.docker.network.bridge.trusted_host_interfaces of that network` : ''}`,
      mend: outcome.direction === 'reply' ? sparing(scene, rule, packet) : undefined,
    },
  ];
}

/** Whether the rule is in FORWARD itself, where RETURN would mean the policy, and not that Docker decides. */
function isOfKernel(scene: Scene, { table, chain, family }: PersonRule): boolean {
  return scene.rules(family).chains.some((each) => each.table === table && each.name === chain && each.base !== undefined);
}

function deleting(scene: Scene, rule: PersonRule, packet: ProbeSpec): Mend {
  const outcome = scene.walk(packet, replaced(scene.rules(rule.family), rule, []));
  const commands = [`${iptables(rule.family)} -D ${rule.chain} ${rule.index + 1}`];
  return { commands, outcome: outcomeText(outcome), works: outcome.disposition === 'DROPPED' };
}

/** Before the accept, a drop of new connections to bridges that no publication translated. */
function sparingPublished(scene: Scene, rule: PersonRule, packet: ProbeSpec): Mend {
  const { family, chain, table, index } = rule;
  const named = rule.rule.matches.filter(({ kind }) => kind !== 'out-interface');
  const isOf = ({ bridge }: { readonly bridge: string }) => rule.rule.matches.every((match) => match.kind !== 'out-interface' || isNamed([match], bridge) !== (match.negate === true)); // prettier-ignore
  const drops = scene.host.networks.filter((network) => !network.isInternal && network[family] !== undefined && isOf(network)).map(({ bridge }): Rule => ({
    matches: [...named, { kind: 'out-interface', name: bridge }, { kind: 'ct-state', states: ['NEW'] }, { kind: 'ct-state', states: ['DNAT'], negate: true }],
    verdict: { kind: 'drop' },
    origin: 'fix',
  })); // prettier-ignore
  const edited = inserted(scene.rules(family), { table, chain, index }, drops);
  const outcome = scene.walk(packet, edited);
  const commands = drops.map((drop, i) => `${iptables(family)} -I ${chain} ${index + i + 1} ${partsOf(drop, family) ?? ''}`.trimEnd());
  return { commands, outcome: outcomeText(outcome), works: outcome.disposition === 'DROPPED' && !isHarmful(scene, edited, [], []) };
}

function replacing(scene: Scene, rule: PersonRule, other: Rule, packet: ProbeSpec): Mend {
  const outcome = scene.walk(packet, replaced(scene.rules(rule.family), rule, [other]));
  const command = `${iptables(rule.family)} -R ${rule.chain} ${rule.index + 1} ${partsOf(other, rule.family) ?? ''}`;
  return { commands: [command.trimEnd()], outcome: outcomeText(outcome), works: outcome.disposition === 'DROPPED' };
}

function sparing(scene: Scene, { family, chain }: PersonRule, packet: ProbeSpec): Mend {
  const spares: Rule = { matches: [{ kind: 'ct-state', states: ['RELATED', 'ESTABLISHED'] }], verdict: { kind: 'accept' }, origin: 'fix' };
  const outcome = scene.walk(packet, inserted(scene.rules(family), { table: 'filter', chain, index: 0 }, [spares]));
  const command = `${iptables(family)} -I ${chain} 1 ${partsOf(spares, family) ?? ''}`;
  return { commands: [command], outcome: outcomeText(outcome), works: isDelivered(outcome) };
}

/** Accepts of what comes in from outside: no rule of Docker sees the packet any more, so ports that is not published are open. */
export function acceptSkipsDocker(scene: Scene, family: Family): Fault[] {
  const source = scene.stranger(family);
  return personRules(scene, family).flatMap((rule): Fault[] => {
    const words = wordsOf(rule, rule.ways[0]);
    const isNarrow = words.ports !== undefined || words.destinations.length > 0 || words.original !== undefined;
    if (rule.rule.verdict.kind !== 'accept' || !rule.ways.some(({ hook }) => hook === 'forward') || isNarrow || source === undefined) {
      return [];
    }
    if (!words.meetsNew || words.isOdd || words.unknown.length > 0 || rule.rule.matches.some(({ kind }) => kind.startsWith('ct-'))) {
      return [];
    }
    const found = toUnpublished(scene, family, words.sources[0]?.split('/')[0]).find(({ packet }) => {
      const without = scene.walk(packet, replaced(scene.rules(family), rule, []));
      return isDelivered(scene.walk(packet)) && without.disposition === 'DROPPED';
    });
    if (found === undefined) return [];
    const other: Rule = { ...rule.rule, verdict: { kind: 'return' } };
    return [
      {
        kind: 'AcceptSkipsDocker',
        family,
        rule: rule.text,
        statement: `it accepts every packet that it matches, so that no rule of Docker sees it: ${found.text} is delivered to a port that is not published`,
        packet: found.shown,
        mend: isOfKernel(scene, rule) ? sparingPublished(scene, rule, found.packet) : replacing(scene, rule, other, found.packet),
        unless: [],
      },
    ];
  });
}

/** The policy of FORWARD alone decides about ports that is not published. */
export function forwardPolicyAccept(scene: Scene, family: Family): Fault[] {
  const source = scene.stranger(family);
  const policy = scene.rules(family).chains.find(({ table, name }) => table === 'filter' && name === 'FORWARD')?.base?.policy;
  if (policy !== 'accept' || source === undefined) return [];
  const found = toUnpublished(scene, family).find(({ packet }) => {
    const outcome = scene.walk(packet, undefined, undefined, true);
    const last = outcome.steps
      .filter(({ at, direction, place }) => at === 'forward' && direction === 'original' && place?.table === 'filter')
      .at(-1);
    return isDelivered(outcome) && (last === undefined || last.what === 'policy accept');
  });
  if (found === undefined) return [];
  const shut = scene.rules(family).chains.map((chain) =>
    chain.table === 'filter' && chain.name === 'FORWARD' && chain.base ? { ...chain, base: { ...chain.base, policy: 'drop' as const } } : chain,
  ); // prettier-ignore
  const outcome = scene.walk(found.packet, { ...scene.rules(family), chains: shut });
  return [
    {
      kind: 'ForwardPolicyAccept',
      family,
      rule: 'the policy of filter FORWARD',
      statement: `it is ACCEPT, and nothing else keeps a machine on the network of the host from ports that are not published: ${found.text} is delivered, if that machine sends it to the host as its router`,
      packet: found.shown,
      mend: { commands: [`${iptables(family)} -P FORWARD DROP`], outcome: outcomeText(outcome), works: outcome.disposition === 'DROPPED' },
      unless: [],
    },
  ];
}
