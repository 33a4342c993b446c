import { inBlock } from './packet-oracle';
import type { HostChain, HostRules, Hook } from '../../src/firewall/private/host-rules';
import type { Match } from '../../src/firewall/private/ir';

/**
 * What the chains of one hook do with a packet, in the plainest words: text is compared with text, rules are read one after the other. It shares
 * nothing with the compiled evaluator, and knows no translation.
 */
export interface PlainPacket {
  readonly in: string;
  readonly out: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly icmpType: number;
  readonly state: string;
  readonly original?: { readonly destination: string; readonly port: number; readonly isDnat: boolean };
  readonly localAddresses: readonly string[];
  mark: number;
}

export type PlainResult = 'through' | { readonly chain: string; readonly index?: number };

export function decide(rules: HostRules, hook: Hook, packet: PlainPacket): PlainResult {
  const bases = rules.chains.filter(({ base }) => base?.hook === hook && base.type !== 'nat');
  for (const chain of [...bases].sort((a, b) => a.base!.priority - b.base!.priority)) {
    const said = read(chain, rules, packet);
    if (typeof said === 'object') return said;
    if (said === 'end' && chain.base!.policy === 'drop') return { chain: chain.name };
  }
  return 'through';
}

function read(chain: HostChain, rules: HostRules, packet: PlainPacket): 'accept' | 'end' | { chain: string; index: number } {
  for (const [index, rule] of chain.rules.entries()) {
    if (!rule.matches.every((match) => holds(match, rules, packet))) continue;
    const { verdict } = rule;
    if (verdict.kind === 'accept') return 'accept';
    if (verdict.kind === 'drop' || verdict.kind === 'reject') return { chain: chain.name, index };
    if (verdict.kind === 'return') return 'end';
    if (verdict.kind === 'set-mark') packet.mark = Number((BigInt(packet.mark) & ~BigInt(verdict.mask)) | BigInt(verdict.value));
    if (verdict.kind === 'jump' || verdict.kind === 'goto') {
      const target = rules.chains.find(({ table, name }) => table === chain.table && name === verdict.chain)!;
      const said = read(target, rules, packet);
      if (said !== 'end' || verdict.kind === 'goto') return said;
    }
  }
  return 'end';
}

function holds(match: Match, rules: HostRules, packet: PlainPacket): boolean {
  const not = 'negate' in match && match.negate === true;
  const hasPorts = ['tcp', 'udp', 'sctp'].includes(packet.protocol);
  const within = (port: number, first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i).includes(port);
  switch (match.kind) {
    case 'in-interface':
    case 'out-interface': {
      const name = match.kind === 'in-interface' ? packet.in : packet.out;
      return (match.prefix ? name.startsWith(match.name) : name === match.name) !== not;
    }
    case 'interface-list':
      return match.names.includes(match.which === 'in' ? packet.in : packet.out) !== not;
    case 'source':
      return inBlock(packet.source, match.block) !== not;
    case 'destination':
      return inBlock(packet.destination, match.block) !== not;
    case 'protocol':
      return (packet.protocol === match.protocol) !== not;
    case 'destination-port':
      return hasPorts && within(packet.destinationPort, match.first, match.last) !== not;
    case 'source-port':
      return hasPorts && within(packet.sourcePort, match.first, match.last) !== not;
    case 'port-list': {
      const ports = {
        source: [packet.sourcePort],
        destination: [packet.destinationPort],
        either: [packet.sourcePort, packet.destinationPort],
      };
      return hasPorts && match.ranges.some(([first, last]) => ports[match.which].some((port) => within(port, first, last))) !== not;
    }
    case 'icmp-type':
      return packet.protocol === 'icmp' && (packet.icmpType === match.type) !== not;
    case 'ct-state': {
      const states: string[] = [packet.state, ...(packet.original?.isDnat ? ['DNAT'] : [])];
      return match.states.some((state) => states.includes(state)) !== not;
    }
    case 'ct-original':
      return (
        packet.original !== undefined &&
        (match.address === undefined || inBlock(packet.original.destination, match.address)) &&
        (match.first === undefined || within(packet.original.port, match.first, match.last ?? match.first))
      );
    case 'ct-direction':
      return packet.original !== undefined && (packet.state === 'ESTABLISHED' ? 'reply' : 'original') === match.direction;
    case 'address-type': {
      const address = match.of === 'source' ? packet.source : packet.destination;
      const isLocal = packet.localAddresses.includes(address) || address.startsWith('127.');
      return ((isLocal ? 'local' : 'unicast') === match.type) !== not;
    }
    case 'mark':
      return ((BigInt(packet.mark) & BigInt(match.mask)) === BigInt(match.value)) !== not;
    case 'in-set': {
      const set = rules.sets.find(({ name }) => name === match.set)!;
      if ('seconds' in set) return !not;
      const end = match.fields?.[0] === 'src' ? packet.source : packet.destination;
      const name = match.fields?.[1] === 'src' ? packet.in : packet.out;
      const isIn =
        'links' in set
          ? set.links.some((element) => element.interface === name && inBlock(end, element.block))
          : 'blocks' in set
            ? set.blocks.some((block) => inBlock(match.fields![0] === 'src' ? packet.source : packet.destination, block))
            : set.elements.some(
                (element) =>
                  element.source === packet.source &&
                  element.destination === packet.destination &&
                  element.protocol === packet.protocol &&
                  within(packet.destinationPort, element.first, element.last),
              );
      return isIn !== not;
    }
    case 'rate-per-source':
    case 'limit':
      return true;
    default:
      throw new Error(`the oracle does not know ${match.kind}`);
  }
}
