import { inserted } from './edits';
import { isDelivered, outcomeText } from './met';
import { partsOf } from './rule-text';
import type { Scene } from './scene';
import { isNamed, type Words } from './words';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../firewall/private/ir';
import type { ProbeSpec } from '../../../reachability/private/walk/outcome';
import type { Family } from '../../../topology/private/terms';
import type { Mend } from '../../../validation/private/firewall-fault';
import type { RuledPublication } from '../host/from-rules';
import { chainOf } from '../host/named-in-rules';

export function iptables(family: Family): string {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}

/** Chains of FORWARD in which a rule of a person belongs, the better one first. */
export function placesToClose(rules: HostRules): string[] {
  return ['DOCKER-USER', 'FORWARD'].filter((name) => chainOf(rules, 'filter', name) !== undefined);
}

/** Rules that close a publication as a rule says, written so that the translation does not matter and answers go by. */
export function closingRules(
  words: Words,
  { protocol, hostPort }: RuledPublication,
  scene: Scene,
  admitted: readonly string[] = [],
): Rule[] {
  const from: Match[] = words.into.flatMap(({ name, prefix }) =>
    scene.host.outsides.some((outside) => isNamed([{ name, prefix }], outside)) ? [{ kind: 'in-interface', name, ...(prefix && { prefix }) }] : [],
  ); // prettier-ignore
  const opened: Match[] = [
    { kind: 'protocol', protocol },
    { kind: 'ct-original', first: hostPort, last: hostPort },
    { kind: 'ct-direction', direction: 'original' },
  ];
  const sets: Match[] = words.sets.map(({ name, negate }) => ({ kind: 'in-set', set: name, fields: ['src'], ...(negate && { negate }) }));
  const sources: Match[][] = words.sources.length > 0 ? words.sources.map((block) => [{ kind: 'source', block }]) : [[]];
  const closes = sources.map((source): Rule => {
    const [spared] = words.spared;
    const spares: Match[] = source.length === 0 && spared !== undefined ? [{ kind: 'source', block: spared, negate: true }] : [];
    return { matches: [...source, ...spares, ...from, ...opened, ...sets], verdict: { kind: 'drop' }, origin: 'fix' };
  });
  const lets = admitted.map((block): Rule => ({
    matches: [{ kind: 'source', block }, ...opened],
    verdict: { kind: 'return' },
    origin: 'fix',
  }));
  return [...lets, ...closes];
}

/** Tries rules at the top of the chains where they may stand, and keeps the first place at which the walk says that they work. */
export function tryRules(
  scene: Scene,
  packet: ProbeSpec,
  rules: readonly Rule[],
  works: (delivered: boolean) => boolean,
): Mend | undefined {
  const { family } = packet;
  const all = scene.rules(family);
  const tried = placesToClose(all).map((chain): Mend => {
    const outcome = scene.walk(packet, inserted(all, { table: 'filter', chain, index: 0 }, rules));
    const commands = rules.map((rule, i) => `${iptables(family)} -I ${chain} ${i + 1} ${partsOf(rule, family) ?? ''}`.trimEnd());
    return { commands, outcome: outcomeText(outcome), works: works(isDelivered(outcome)) && outcome.disposition !== 'UNKNOWN' };
  });
  return tried.find((mend) => mend.works) ?? tried[0];
}

export function closeIt(scene: Scene, words: Words, publication: RuledPublication, packet: ProbeSpec, admitted: readonly string[] = []): Mend | undefined {
  return tryRules(scene, packet, closingRules(words, publication, scene, admitted), (delivered) => !delivered);
} // prettier-ignore
