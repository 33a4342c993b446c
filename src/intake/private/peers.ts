import { isNamed } from './named';
import type { ReadTopology } from './read-topology';
import { addressInAnySpelling, parseBlock, singleBlock } from '../../addressing/private/ip';
import { tryParse } from '../../addressing/private/try-parse';
import type { AskedEnd } from '../../reachability/private/ask';
import type { PeerFact } from '../../topology/private/facts';
import { InputError } from '../input-error';

/** What a word of a question can mean, with its name in answers. */
export interface Meaning extends AskedEnd {
  /** Of the host, where the word is one of its addresses. */
  readonly hostAddress?: string;
}

const INTERNET: Readonly<Record<string, PeerFact>> = {
  host: { kind: 'host' },
  internet: { kind: 'block', family: 'ipv4', block: '0.0.0.0/0' },
  internet6: { kind: 'block', family: 'ipv6', block: '::/0' },
};

/**
 * What a word means: `host`, `internet`, `internet6`, an address or block, or something of the program by its construct path, by the end of it, or by
 * the name of the container. An address of a container or of the host means that one.
 * @throws InputError
 */
export function peerNamed(read: ReadTopology, word: string): Meaning {
  if (Object.hasOwn(INTERNET, word)) return { fact: INTERNET[word], text: word };
  const byAddress = atAddress(read, word);
  if (byAddress !== undefined) return byAddress;
  const all = meaningsOf(read);
  const exact = all.filter(({ text, name }) => text === word || name === word);
  const found = exact.length > 0 ? exact : all.filter(({ text }) => isNamed(text, word));
  const [only, ...others] = new Map(found.map((each) => [each.text, each])).values();
  if (only === undefined) {
    throw new InputError(`'${word}' is not known; it can be host, internet, internet6, an address, a block, or one of: ${all.map(({ text }) => text).join(', ')}`); // prettier-ignore
  }
  if (others.length > 0) {
    throw new InputError(`'${word}' can be ${[only, ...others].map(({ text }) => text).join(' or ')}; write more of the path`);
  }
  return { fact: only.fact, text: only.text };
}

function meaningsOf({ topology, groups }: ReadTopology): (Meaning & { readonly name?: string })[] {
  const { workloads, segmentless = [], networks, wires, existing } = topology;
  const segments = new Set([...[...networks, ...wires].map(({ segment }) => segment), ...existing.map(({ key }) => key)]);
  const foreign = existing.flatMap(({ foreignContainers }) => foreignContainers.map(({ key }) => key));
  return [
    ...workloads.map(({ path, name }): Meaning & { name: string } => ({ fact: { kind: 'workload', path }, text: path, name })),
    ...segmentless.map(({ path, name, mode, sharesWith }) => ({ fact: factOf(path, mode, sharesWith), text: path, name })),
    ...foreign.map((path): Meaning => ({ fact: { kind: 'workload', path }, text: path })),
    ...[...segments].map((path): Meaning => ({ fact: { kind: 'segment', path }, text: path })),
    ...groups.map(({ path }): Meaning => ({ fact: { kind: 'group', path }, text: path })),
  ];
}

/** A container on the host's network is the host, and one that shares a network is the owner of that network. */
function factOf(path: string, mode: 'host' | 'none' | 'container', sharesWith: string | undefined): PeerFact {
  if (mode === 'host') return { kind: 'host' };
  return sharesWith === undefined ? { kind: 'workload', path } : { kind: 'workload', path: sharesWith, sharer: path };
}

function atAddress({ topology }: ReadTopology, word: string): Meaning | undefined {
  const address = addressInAnySpelling(word);
  const block = tryParse(parseBlock, address === undefined ? word : singleBlock(word));
  if (!block.ok) {
    // What has a prefix length is meant as a block, and nothing else.
    if (/^[0-9a-fA-F.:]+\/[0-9.]+$/.test(word)) throw new InputError(block.message);
    return undefined;
  }
  const { networks, wires, existing, hostAddresses } = topology;
  const places = [...networks, ...wires, ...existing];
  const owner = places.flatMap(({ members }) => members).find(({ ipv4, ipv6 }) => word === ipv4 || word === ipv6);
  if (owner !== undefined) return { fact: { kind: 'workload', path: owner.workload }, text: owner.workload };
  if (hostAddresses.includes(word)) return { fact: { kind: 'host' }, text: 'host', hostAddress: word };
  return { fact: { kind: 'block', family: block.value.family, block: address === undefined ? word : singleBlock(word) }, text: word };
}
