import type { Scene } from './scene';
import { holds, isNamed, type Words, widthOf } from './words';
import { formatAddress } from '../../../addressing/private/ip';
import { blockOf, isInside, isLoopback } from '../../../firewall/private/blocks';
import type { RuleSet } from '../../../firewall/private/ir';
import type { ProbeSpec } from '../../../reachability/private/walk/outcome';
import type { Family } from '../../../topology/private/terms';
import type { RuledPublication } from '../host/from-rules';

/** How a rule names a publication: by its port on the host, by that of the container, by both, by its source port, or with everything else. */
export type Naming = 'host' | 'container' | 'both' | 'source' | 'broad';

export interface Described {
  readonly naming: Naming;
  readonly publication: RuledPublication;
  readonly packet: ProbeSpec;
  /** The rule is for another protocol. */
  readonly isOtherProtocol: boolean;
  /** Interfaces that the rule names are not those of such a packet, though its ports are. */
  readonly isElsewhere: boolean;
  /** The bridge by which the packets of the rule come in, where it names one. */
  readonly fromBridge?: string;
}

/** More ports than this name a range of the host, not publications. */
const MOST_PORTS = 4_096;

/** The first packet, from outside, to a publication that the words of a rule name; undefined where they do not. */
export function describe(scene: Scene, words: Words, publication: RuledPublication): Described | undefined {
  const { family, hostAddress } = publication;
  if (words.isOdd || !words.meetsNew || words.hook === 'output' || (hostAddress !== undefined && isLoopback(hostAddress))) return undefined;
  const naming = namingOf(scene, words, publication);
  const isOtherProtocol = words.protocol !== undefined && words.protocol !== publication.protocol;
  if (naming === undefined || (isOtherProtocol && (naming === 'broad' || !isPortal(words.protocol)))) return undefined;
  if (!isDestination(scene, words, publication)) return undefined;
  const ends = endsOf(scene, words, publication);
  if (ends === undefined || (ends.isElsewhere && !ends.isGone && naming === 'broad')) return undefined;
  const source = sourceOf(scene, words, family, ends.from);
  if (source === undefined) return undefined;
  const packet = packetTo(scene, publication, source, ends.from);
  const { isElsewhere, fromBridge } = ends;
  return { naming, publication, packet, isOtherProtocol, isElsewhere, ...(fromBridge !== undefined && { fromBridge }) };
}

export function packetTo(scene: Scene, publication: RuledPublication, source: string, from: string): ProbeSpec {
  const { family, hostAddress, protocol, hostPort } = publication;
  const to = hostAddress ?? scene.hostAddress(family, from);
  return { family, from: { kind: 'outside', interface: from, address: source }, to, protocol, port: hostPort };
}

function isPortal(protocol: Words['protocol']): boolean {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
}

function namingOf(scene: Scene, words: Words, { family, hostPort, targetPort }: RuledPublication): Naming | undefined {
  const { ports, original, spares, sourcePorts, hook } = words;
  if (original !== undefined) {
    const isIn = (port: number) => original[0] <= port && port <= original[1];
    if (isIn(hostPort)) return 'host';
    // A port that is not published is taken from the container.
    return isIn(targetPort) && !scene.publications(family).some((other) => isIn(other.hostPort)) ? 'container' : undefined;
  }
  if (ports !== undefined) {
    if (widthOf(ports) > MOST_PORTS) return undefined;
    const isHost = holds(ports, hostPort);
    const isContainer = hook !== 'input' && holds(ports, targetPort);
    return isHost ? (isContainer ? 'both' : 'host') : isContainer ? 'container' : undefined;
  }
  if (sourcePorts !== undefined) {
    const areSingle = sourcePorts.every(([first, last]) => first === last);
    return areSingle && (holds(sourcePorts, hostPort) || holds(sourcePorts, targetPort)) ? 'source' : undefined;
  }
  return holds(spares, hostPort) || holds(spares, targetPort) ? undefined : 'broad';
}

/** Whether the rule names the host's address of the publication, its container's, or none. */
function isDestination(scene: Scene, { destinations }: Words, { target, hostAddress }: RuledPublication): boolean {
  return destinations.every((block) => {
    if (isInside(target, block)) return true;
    const blocks = scene.host.networks.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]).flatMap((each) => each ?? []);
    if (blocks.some((each) => each.includes(':') === block.includes(':') && (isInside(block, each) || isInside(each, block)))) return false;
    const own = hostAddress ?? scene.hostAddress(block.includes(':') ? 'ipv6' : 'ipv4');
    return isInside(own, block);
  });
}

/** By which interface the packet comes in. */
function endsOf(
  scene: Scene,
  { into, notInto, outOf, hook }: Words,
  { bridge }: RuledPublication,
): { readonly from: string; readonly isElsewhere: boolean; readonly isGone: boolean; readonly fromBridge?: string } | undefined {
  const { outsides } = scene.host;
  const fits = outsides.filter((name) => !isNamed(notInto, name));
  const named = fits.filter((name) => into.every((each) => isNamed([each], name)));
  const isInner = (name: string) => scene.isBridge(name) || /^(br-|docker)/.test(name);
  const comesFromBridge = into.length > 0 && named.length === 0 && into.every(({ name }) => isInner(name));
  const isGone = named.length === 0 && into.some((name) => scene.isGone(name));
  if (into.length > 0 && named.length === 0 && !comesFromBridge && !isGone) return undefined;
  const leavesElsewhere = outOf.length > 0 && !isNamed(outOf, bridge);
  const leavesOutside = outOf.some(({ name }) => !isInner(name));
  // From a bridge to the outside is the way of containers, which is what the rule says.
  if (comesFromBridge && (outOf.length > 0 || hook === 'input' || isNamed(into, bridge))) return undefined;
  if (leavesOutside && (into.length > 0 || notInto.length > 0)) return undefined;
  const from = named[0] ?? fits[0];
  if (from === undefined) return undefined;
  return { from, isElsewhere: comesFromBridge || leavesElsewhere || isGone, isGone, ...(comesFromBridge && { fromBridge: into[0].name }) };
}

/** A sender outside that the rule is for. */
export function sourceOf(scene: Scene, { sources, spared, sets, hook }: Words, family: Family, from?: string): string | undefined {
  const isSpared = (address: string) => spared.some((block) => isInside(address, block));
  const isGuest = (address: string) => scene.host.networks.some((network) => network[family] !== undefined && isInside(address, network[family])); // prettier-ignore
  const positive = sets.filter(({ negate }) => !negate);
  if (sources.length === 0 && positive.length === 0) {
    const stranger = scene.stranger(family, from);
    return stranger === undefined || isSpared(stranger) ? undefined : stranger;
  }
  const known = positive.flatMap(({ name }) => membersOf(scene.rules(family).sets.find((set) => set.name === name)));
  const candidates = sources.length > 0 ? sources.flatMap(addressesIn) : known.flatMap(addressesIn);
  const inSets = (address: string) => positive.length === 0 || known.some((block) => isInside(address, block));
  return candidates.find(
    (address) =>
      sources.every((block) => isInside(address, block)) &&
      inSets(address) &&
      !isSpared(address) &&
      !isGuest(address) &&
      !isLoopback(address) &&
      // No administrator bans a private network from INPUT: such lines are against forged sources.
      !(hook === 'input' && isReserved(address)),
  );
}

function membersOf(set: RuleSet | undefined): readonly string[] {
  return set !== undefined && 'blocks' in set ? set.blocks : [];
}

/** Some addresses of a block: its first ones, one further in, and its only one. */
function addressesIn(block: string): string[] {
  const { family, first, last } = blockOf(block);
  const offsets = [7n, 77n, 1n, 0n].filter((offset) => first + offset <= last);
  return offsets.map((offset) => formatAddress(family, first + offset));
}

const RESERVED = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'ff00::/8'] as const;

function isReserved(address: string): boolean {
  return RESERVED.some((block) => block.includes(':') === address.includes(':') && isInside(address, block));
}
