import { inserted } from './edits';
import { type Admitted, admittedTo, isHarmful, type Meant } from './harm';
import { isDelivered, outcomeText } from './met';
import { partsOf } from './rule-text';
import type { Scene } from './scene';
import { isNamed, type Words } from './words';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';
import type { Mend } from '../../../validation/private/firewall-fault';
import type { RuledPublication } from '../host/from-rules';
import { chainOf } from '../host/named-in-rules';

export function iptables(family: Family): string {
  return family === 'ipv4' ? 'iptables' : 'ip6tables';
}

/** Chains of FORWARD in which a rule of a person belongs, the better one first. */
function placesToClose(rules: HostRules): string[] {
  return ['DOCKER-USER', 'FORWARD'].filter((name) => chainOf(rules, 'filter', name) !== undefined);
}

/** A publication as it was asked for, before translation, and without its answers. */
function opened({ protocol, hostPort }: RuledPublication): Match[] {
  return [
    { kind: 'protocol', protocol },
    { kind: 'ct-original', first: hostPort, last: hostPort },
    { kind: 'ct-direction', direction: 'original' },
  ];
}

/** The senders that a rule names, each as matches of its own. */
function sendersOf({ sources, sets }: Words): Match[][] {
  const inSets = sets.map(({ name, negate }): Match => ({ kind: 'in-set', set: name, fields: ['src'], ...(negate && { negate }) }));
  return sources.length > 0 ? sources.map((block) => [{ kind: 'source', block }, ...inSets]) : [inSets];
}

/** The interfaces to the outside that a rule names. */
function wiresOf({ into }: Words, scene: Scene): Match[] {
  if (into.some((name) => scene.isGone(name))) return [{ kind: 'in-interface', name: scene.outside }];
  return into.flatMap(({ name, prefix }): Match[] =>
    scene.host.outsides.some((outside) => isNamed([{ name, prefix }], outside)) ? [{ kind: 'in-interface', name, ...(prefix && { prefix }) }] : [],
  );
} // prettier-ignore

/** Without an interface to the outside: containers still reach each other, and other machines, on the same port. */
function intoNetworkOf({ bridge }: RuledPublication): Match[] {
  return [
    { kind: 'in-interface', name: bridge, negate: true },
    { kind: 'out-interface', name: bridge },
  ];
}

/** Rules that close a publication as a rule says, written so that the translation does not matter and answers go by. */
function closingRules(words: Words, publication: RuledPublication, scene: Scene): Rule[] {
  const wires = wiresOf(words, scene);
  const isOfSenders = words.sources.length > 0 || words.sets.some(({ negate }) => !negate);
  const from = wires.length > 0 || isOfSenders ? wires : intoNetworkOf(publication);
  return sendersOf(words).map((senders): Rule => {
    const [spared] = words.spared;
    const spares: Match[] = words.sources.length === 0 && spared !== undefined ? [{ kind: 'source', block: spared, negate: true }] : [];
    return { matches: [...senders, ...spares, ...from, ...opened(publication)], verdict: { kind: 'drop' }, origin: 'fix' };
  });
}

function lettingRules({ words }: Admitted, publication: RuledPublication, scene: Scene): Rule[] {
  const rules = words.flatMap((each) =>
    sendersOf(each).map((senders): Rule => ({ matches: [...senders, ...wiresOf(each, scene), ...opened(publication)], verdict: { kind: 'return' }, origin: 'fix' })),
  );
  return [...new Map(rules.map((rule) => [JSON.stringify(rule.matches), rule])).values()];
} // prettier-ignore

/**
 * Rules at the top of the chain where they belong, which close publications as the words of a rule say: tried first alone, then after rules for the senders
 * that other rules let in. Undefined where none of it works without harm.
 */
export function closeIt(scene: Scene, words: Words, meant: readonly Meant[]): Mend | undefined {
  const [{ packet }] = meant;
  const all = scene.rules(packet.family);
  const admitted = meant.map((each) => admittedTo(scene, words.hook, each));
  const guests = admitted.flatMap(({ packets }) => packets);
  if (words.isNarrow || admitted.some(({ isOpenEnded }) => isOpenEnded)) return undefined;
  const closes = meant.map(({ publication }) => closingRules(words, publication, scene));
  const lets = meant.map(({ publication }, i) => lettingRules(admitted[i], publication, scene));
  const tries = [closes.flat(), closes.flatMap((rules, i) => [...lets[i], ...rules])];
  for (const chain of placesToClose(all)) {
    for (const rules of tries) {
      const edited = inserted(all, { table: 'filter', chain, index: 0 }, rules);
      const outcomes = meant.map((each) => scene.walk(each.packet, edited));
      if (outcomes.some((outcome) => isDelivered(outcome) || outcome.disposition === 'UNKNOWN') || isHarmful(scene, edited, meant, guests)) continue;
      const commands = rules.map((rule, i) => `${iptables(packet.family)} -I ${chain} ${i + 1} ${partsOf(rule, packet.family) ?? ''}`.trimEnd()); // prettier-ignore
      return { commands, outcome: outcomeText(outcomes[0]), works: true };
    }
  }
  return undefined;
} // prettier-ignore
