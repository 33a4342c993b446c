import { packetTo, sourceOf } from './described';
import type { PersonRule } from './person-rules';
import type { Scene } from './scene';
import { portText, publicationText } from './telling';
import { wordsOf } from './words';
import type { ProbeSpec } from '../../../reachability/private/walk/outcome';
import type { Family } from '../../../topology/private/terms';

export interface Question {
  readonly packet: ProbeSpec;
  /** The interface outside that it crosses. */
  readonly way: string;
  readonly what: string;
}

/** What containers ask outside: the web, names, and each port that rules name as it was before translation. */
export function outward(scene: Scene, family: Family, rules: readonly PersonRule[]): Question[] {
  const named = rules.flatMap(({ rule }) => wordsOf({ rule }).original?.[0] ?? []);
  const ports: readonly (readonly ['tcp' | 'udp', number])[] = [['tcp', 443], ['udp', 53], ...named.map((port) => ['tcp', port] as const)]; // prettier-ignore
  return scene.host.networks
    .filter(({ isInternal }) => !isInternal)
    .flatMap(({ bridge }) => {
      const containers = scene.members(bridge, family).filter(({ isGateway }) => isGateway);
      return containers.slice(0, 1).flatMap(({ key }) =>
        scene.wires.flatMap((way) => {
          const to = scene.stranger(family, way);
          if (to === undefined) return [];
          return ports.map(([protocol, port]): Question => {
            const packet: ProbeSpec = { family, from: { kind: 'container', key }, to, protocol, port };
            return { packet, way, what: `${portText(protocol, port)} of ${to}, asked by ${key}${scene.over(way)}` };
          });
        }),
      );
    });
}

/** What is asked of publications, by any sender and by each sender that a rule lets in. */
export function inward(scene: Scene, family: Family, rules: readonly PersonRule[]): Question[] {
  const admitted = rules.flatMap(({ rule }) => {
    const words = wordsOf({ rule });
    const isLetting = rule.verdict.kind === 'accept' || rule.verdict.kind === 'return';
    return isLetting && words.sources.length > 0 ? (sourceOf(scene, words, family) ?? []) : [];
  });
  const sources = new Set([scene.stranger(family), ...admitted].flatMap((source) => source ?? []));
  return scene.publications(family).flatMap((publication) =>
    [...sources].map((source): Question => {
      const packet = packetTo(scene, publication, source, scene.outside);
      return { packet, way: scene.outside, what: `${source}, who asks ${publicationText(publication)}` };
    }),
  );
}
