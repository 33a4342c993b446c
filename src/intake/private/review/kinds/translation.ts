import { isLoopback } from '../../../../firewall/private/blocks';
import type { Match, Rule } from '../../../../firewall/private/ir';
import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import { iptables } from '../closing';
import { packetTo, sourceOf } from '../described';
import { inserted, replaced } from '../edits';
import { isDelivered, outcomeText } from '../met';
import { personRules } from '../person-rules';
import type { Scene } from '../scene';
import { publicationText, shown } from '../telling';
import { wordsOf } from '../words';

/** Ports that are published on loopback, which a machine on the network of the host reaches. */
export function loopbackPublication(scene: Scene, family: Family): Fault[] {
  const source = scene.stranger(family);
  if (source === undefined) return [];
  return scene.publications(family).flatMap((publication): Fault[] => {
    const { hostAddress, container } = publication;
    if (hostAddress === undefined || !isLoopback(hostAddress)) return [];
    const packet = packetTo(scene, publication, source, scene.outside);
    const outcome = scene.walk(packet);
    if (!isDelivered(outcome) || outcome.receiver?.container !== container) return [];
    const closes: Rule = {
      matches: [{ kind: 'destination', block: '127.0.0.0/8' }, { kind: 'in-interface', name: 'lo', negate: true }],
      verdict: { kind: 'drop' },
      origin: 'fix',
    }; // prettier-ignore
    const all = scene.rules(family);
    const rawFirst = all.chains.some(({ table, name }) => table === 'raw' && name === 'PREROUTING')
      ? inserted(all, { table: 'raw', chain: 'PREROUTING', index: 0 }, [closes])
      : { ...all, chains: [...all.chains, { table: 'raw', name: 'PREROUTING', base: { hook: 'prerouting' as const, type: 'filter' as const, priority: -300, policy: 'accept' as const }, rules: [closes] }] }; // prettier-ignore
    const after = scene.walk(packet, rawFirst);
    return [
      {
        kind: 'LoopbackPublication',
        family,
        rule: `${publicationText(publication)}`,
        statement: `it is not only for the host: a machine on the network of the host that sends a packet for ${hostAddress} to it${scene.over(scene.outside)} reaches ${container}, because this engine translates the packet before the kernel looks where it came from`,
        packet: shown(packet),
        mend: {
          commands: [`${iptables(family)} -t raw -I PREROUTING 1 -d 127.0.0.0/8 ! -i lo -j DROP`],
          outcome: outcomeText(after),
          works: !isDelivered(after),
        },
        unless: [],
      },
    ];
  });
}

/** What a translation of everything is meant for: what leaves the host. Where no rule names an interface to the outside, what was not published. */
function limitOf(scene: Scene): { readonly match: Match; readonly words: string } {
  return scene.over(scene.outside) === ''
    ? { match: { kind: 'ct-state', states: ['DNAT'], negate: true }, words: '-m conntrack ! --ctstate DNAT' }
    : { match: { kind: 'out-interface', name: scene.outside }, words: `-o ${scene.outside}` };
}

/** Translations by which containers no longer see who asks them. */
export function sourceHidden(scene: Scene, family: Family): Fault[] {
  return personRules(scene, family).flatMap((rule): Fault[] => {
    const { verdict } = rule.rule;
    if (rule.table !== 'nat' || (verdict.kind !== 'masquerade' && verdict.kind !== 'snat') || rule.ways.length === 0) return [];
    const words = wordsOf(rule, rule.ways[0]);
    const source = sourceOf(scene, words, family);
    // Guests and clients of a VPN that get an address of the host are expected.
    if (source === undefined || words.sources.length > 0) return [];
    for (const publication of scene.publications(family)) {
      if (publication.hostAddress !== undefined && isLoopback(publication.hostAddress)) continue;
      const packet = packetTo(scene, publication, source, scene.outside);
      const [outcome, without] = [scene.walk(packet), scene.walk(packet, replaced(scene.rules(family), rule, []))];
      const isHidden =
        outcome.receiver?.container === publication.container && !outcome.receiver.proxied && outcome.receiver.source !== source;
      if (!isDelivered(outcome) || !isDelivered(without) || !isHidden || without.receiver?.source !== source) continue;
      const limit = words.outOf.length === 0 && rule.rule.matches.length === 0 ? limitOf(scene) : undefined;
      const mended: Rule[] = limit === undefined ? [] : [{ ...rule.rule, matches: [limit.match] }];
      const after = scene.walk(packet, replaced(scene.rules(family), rule, mended));
      const command = `${iptables(family)} -t nat`;
      const place = rule.index + 1;
      const kind = verdict.kind === 'snat' ? `SNAT --to-source ${verdict.address}` : 'MASQUERADE';
      return [
        {
          kind: 'SourceHidden',
          family,
          rule: rule.text,
          statement: `it also translates what comes in: ${publication.container} sees ${source}, who asks ${publicationText(publication)}, as ${outcome.receiver!.source === '0.0.0.0' ? 'an address of the host' : outcome.receiver!.source}, so that logs, limits and lists by address in the container are useless`,
          packet: shown(packet),
          mend: {
            commands: [
              limit === undefined
                ? `${command} -D ${rule.chain} ${place}`
                : `${command} -R ${rule.chain} ${place} ${limit.words} -j ${kind}`,
            ],
            outcome: after.receiver?.source === source ? 'delivered, with the address of the sender' : outcomeText(after),
            works: isDelivered(after) && after.receiver?.source === source,
          },
          unless: [],
        },
      ];
    }
    return [];
  });
}
