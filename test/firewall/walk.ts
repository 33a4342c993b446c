import type { Chain, Match, Rule, Ruleset } from '../../src/firewall/private/ir';
import { inBlock, type Packet } from '../oracle/packet-oracle';

/** Walks the chains of a ruleset, in the way the kernel does. */
export interface Outcome {
  readonly verdict: 'accept' | 'drop' | 'through';
  readonly logged: boolean;
}

export type Place = 'PREROUTING' | 'FORWARD' | 'INPUT' | 'OUTPUT' | 'DOCKER-USER';

/** Where iptables has a chain. */
export function placeOf({ role, hook }: Chain): Place {
  return role === 'pass' ? 'DOCKER-USER' : (hook.toUpperCase() as Place);
}

export function walk(ruleset: Ruleset, place: Place, packet: Packet): Outcome {
  let logged = false;
  const put = new Set<string>();
  for (const chain of ruleset.chains) {
    for (const rule of placeOf(chain) === place ? chain.rules : []) {
      if (matchesAll(rule, ruleset.sets, packet, put)) {
        switch (rule.verdict.kind) {
          case 'log':
            logged = true;
            break;
          case 'add-source':
            if (!packet.full.includes(rule.origin)) put.add(rule.verdict.set);
            break;
          case 'return':
            return { verdict: 'through', logged };
          case 'accept':
          case 'drop':
            return { verdict: rule.verdict.kind, logged };
          default:
            throw new Error('the compiler makes no jumps');
        }
      }
    }
  }
  return { verdict: 'through', logged };
}

/** With the names of the sets into which the source was put on the way. */
export function matchesAll(rule: Rule, sets: Ruleset['sets'], packet: Packet, put: ReadonlySet<string> = new Set()): boolean {
  return rule.matches.every((match) => isMet(match, rule, sets, packet, put));
}

function isMet(match: Match, rule: Rule, sets: Ruleset['sets'], packet: Packet, put: ReadonlySet<string>): boolean {
  const named = (name: string, prefix: boolean | undefined, actual: string) => (prefix ? actual.startsWith(name) : actual === name);
  const hasPort = ['tcp', 'udp', 'sctp'].includes(packet.proto);
  switch (match.kind) {
    case 'in-interface':
      return named(match.name, match.prefix, packet.in) !== (match.negate ?? false);
    case 'out-interface':
      return named(match.name, match.prefix, packet.out) !== (match.negate ?? false);
    case 'source':
      return inBlock(packet.src, match.block) !== (match.negate ?? false);
    case 'destination':
      return inBlock(packet.dst, match.block) !== (match.negate ?? false);
    case 'protocol':
      return (packet.proto === match.protocol) !== (match.negate ?? false);
    case 'destination-port':
      return hasPort && match.first <= packet.dport && packet.dport <= match.last;
    case 'icmp-type':
      return (
        !hasPort && (packet.icmpType === match.type && (match.code ?? packet.icmpCode) === packet.icmpCode) !== (match.negate ?? false)
      );
    case 'ct-state':
      return match.states.some((state) => (state === 'DNAT' ? packet.dnat : state === packet.ctstate));
    case 'ct-original':
      return (
        (match.address === undefined || packet.origDst === match.address) &&
        (match.first === undefined || (match.first <= packet.origPort && packet.origPort <= (match.last ?? match.first)))
      );
    case 'ct-direction':
      return packet.dir === match.direction;
    case 'in-set': {
      const set = sets.find(({ name }) => name === match.set);
      if (!set) {
        throw new Error(`no set ${match.set}`);
      }
      if ('seconds' in set) {
        return (packet.known || put.has(set.name)) !== (match.negate ?? false);
      }
      const [end, side] = match.fields ?? [];
      const address = end === 'src' ? packet.src : packet.dst;
      if ('blocks' in set) return set.blocks.some((block) => inBlock(address, block));
      if ('links' in set) {
        const name = side === 'src' ? packet.in : packet.out;
        return set.links.some((link) => link.interface === name && inBlock(address, link.block));
      }
      return set.elements.some(
        (e) =>
          e.source === packet.src &&
          e.destination === packet.dst &&
          e.protocol === packet.proto &&
          e.first <= packet.dport &&
          packet.dport <= e.last,
      );
    }
    case 'tcp-flags':
      return (
        packet.proto === 'tcp' &&
        match.mask.every((flag) => (flag === packet.flag) === match.set.includes(flag)) !== (match.negate ?? false)
      );
    case 'ct-status':
      return packet.complete !== (match.negate ?? false);
    case 'ct-label': {
      const carries = packet.label === 'let in' || (packet.label === 'opened' && match.label === 126);
      return match.set === true || carries !== (match.negate ?? false);
    }
    case 'address-type':
      if (match.of !== 'source' || match.type !== 'local') throw new Error(`the compiler asks for no ${match.of} that is ${match.type}`);
      return packet.ofHost !== (match.negate ?? false);
    case 'rate-per-source':
      return !packet.exceeded.includes(rule.origin);
    case 'limit':
      return true;
    default:
      throw new Error(`the compiler emits no '${match.kind}'`);
  }
}
