import { describe, packetTo } from './described';
import { isDelivered } from './met';
import { personRules } from './person-rules';
import { outward } from './questions';
import type { Scene } from './scene';
import { type Words, wordsOf } from './words';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { ProbeSpec } from '../../../reachability/private/walk/outcome';
import type { Family } from '../../../topology/private/terms';
import type { RuledPublication } from '../host/from-rules';

/** A publication that a fix is about, and the packet to it that shows the fault. */
export interface Meant {
  readonly publication: RuledPublication;
  readonly packet: ProbeSpec;
}

/** A packet that arrives today, and by which interface it comes in or leaves. */
interface Witness {
  readonly packet: ProbeSpec;
  readonly way?: string;
}

const known = new WeakMap<Scene, Map<Family, readonly Witness[]>>();

/** What arrives today of what containers ask, and of what clients ask of publications. */
function arrivals(scene: Scene, family: Family): readonly Witness[] {
  const byFamily = known.get(scene) ?? new Map<Family, readonly Witness[]>();
  known.set(scene, byFamily);
  const stranger = scene.stranger(family);
  const found =
    byFamily.get(family) ??
    [
      ...outward(scene, family, []),
      ...(stranger === undefined
        ? []
        : scene.publications(family).map((publication): Witness => ({ packet: packetTo(scene, publication, stranger, scene.outside) }))),
    ].filter(({ packet, way }: Witness) => isDelivered(scene.walk(packet, undefined, way)));
  byFamily.set(family, found);
  return found;
}

/** Whether rules stop something that arrives today and that is not meant: answers, other ports, or senders that a rule lets in. */
export function isHarmful(scene: Scene, edited: HostRules, meant: readonly Meant[], guests: readonly ProbeSpec[]): boolean {
  const isMeant = ({ packet }: Witness) => meant.some(({ packet: own }) => own.port === packet.port && own.protocol === packet.protocol && own.to === packet.to); // prettier-ignore
  const stays = (witness: Witness) => isDelivered(scene.walk(witness.packet, edited, witness.way));
  return (
    arrivals(scene, edited.family).some((witness) => !isMeant(witness) && !stays(witness)) ||
    guests.some((packet) => isDelivered(scene.walk(packet)) && !stays({ packet }))
  );
}

/** The senders that rules let in to a publication over the same hook, or over that of a fix: the words of the rules, and a packet of each. */
export interface Admitted {
  readonly words: readonly Words[];
  readonly packets: readonly ProbeSpec[];
  /** Senders are let in that no new rule names: members of a set that was not given, a range of addresses, those below a rate, those with a mark. */
  readonly isOpenEnded: boolean;
}

export function admittedTo(scene: Scene, hook: Words['hook'], { publication, packet }: Meant): Admitted {
  const found = personRules(scene, publication.family).flatMap((rule) => {
    const { kind } = rule.rule.verdict;
    if (kind !== 'accept' && kind !== 'return') return [];
    return rule.ways.slice(0, 1).flatMap((way) => {
      const words = wordsOf(rule, way);
      // A fix goes into FORWARD, so it also keeps the senders that rules there accept.
      if (way.hook !== hook && way.hook !== 'forward') return [];
      const described = describe(scene, { ...words, isOdd: false }, publication);
      if (described === undefined || described.isOtherProtocol || described.isElsewhere || described.naming === 'source') return [];
      const namesPort = described.naming !== 'broad' && (words.counts || words.isOdd);
      return isOfSome(words) || namesPort ? [{ words, packet: described.packet }] : [];
    });
  });
  const others = found.filter(({ words: { unknown, isNarrow, isOdd, counts } }) => unknown.length === 0 && !isNarrow && !isOdd && !counts);
  const isOther = (guest: ProbeSpec) => JSON.stringify(guest.from) !== JSON.stringify(packet.from);
  return {
    words: others.map(({ words }) => words),
    packets: others.map((each) => each.packet).filter(isOther),
    isOpenEnded: found.length > others.length,
  };
}

function isOfSome({ sources, sets, into, unknown, isNarrow, isOdd, counts }: Words): boolean {
  if (isOdd || counts) return false;
  return isNarrow || sources.length > 0 || into.length > 0 || sets.some(({ negate }) => !negate) || unknown.length > 0;
}
