import type { CompiledBase, CompiledChain, CompiledRule } from './compile-rules';
import { track } from './conntrack';
import { dropped, type Flight, notUnderstood, type Stop } from './flight';
import { markedWith, maskedMark } from './marks';
import type { Connection, Packet } from './packet';
import type { Hook } from '../../../firewall/private/host-rules';
import type { Rule } from '../../../firewall/private/ir';

/** Which end of the packet chains that translate may change at a hook. */
const CHANGED_END: Readonly<Partial<Record<Hook, 'source' | 'destination'>>> = {
  prerouting: 'destination',
  output: 'destination',
  input: 'source',
  postrouting: 'source',
};

/** Everything that the kernel does at one hook; undefined if the packet continues. */
export function passHook(flight: Flight, hook: Hook, packet: Packet): Stop | undefined {
  const rules = flight.host.rules[packet.family];
  if (rules.notUnderstood.length > 0) {
    return notUnderstood(rules.notUnderstood);
  }
  for (const step of rules.steps[hook]) {
    let stop: Stop | undefined;
    if (step.kind === 'chain') {
      stop = passBase(flight, hook, packet, step.base);
    } else if (step.kind === 'nat') {
      stop = translate(flight, hook, packet, rules.nat[hook]);
    } else {
      track(flight, packet);
    }
    if (stop) {
      return stop;
    }
  }
  return undefined;
}

/** What a chain says: a stop, or one of these. */
const THROUGH = 0;
const ACCEPTED = 1;
const TRANSLATED = 2;
type Result = Stop | typeof THROUGH | typeof ACCEPTED | typeof TRANSLATED;

function passBase(flight: Flight, hook: Hook, packet: Packet, base: CompiledBase): Stop | undefined {
  const result = passChain(flight, hook, packet, base.chain);
  return typeof result === 'object' ? result : policyOf(flight, hook, packet, base, result);
}

function policyOf(flight: Flight, hook: Hook, packet: Packet, base: CompiledBase, result: number): Stop | undefined {
  if (result !== THROUGH) {
    return undefined;
  }
  if (flight.steps) flight.note(hook, packet, base.drops ? 'policy drop' : 'policy accept', base.policy);
  return base.drops ? dropped('policy', base.policy) : undefined;
}

function translate(flight: Flight, hook: Hook, packet: Packet, bases: readonly CompiledBase[]): Stop | undefined {
  const { connection } = packet;
  const end = CHANGED_END[hook];
  if (!connection || !end) {
    return undefined;
  }
  if (packet.state === 'ESTABLISHED') {
    if (packet.isAnswer) translateBack(end, packet, connection);
    else translateOn(end, packet, connection);
    return undefined;
  }
  const isDecided = end === 'source' ? connection.sourceIsDecided : connection.destinationIsDecided;
  if (isDecided) {
    return undefined;
  }
  if (end === 'source') connection.sourceIsDecided = true;
  else connection.destinationIsDecided = true;
  for (const base of bases) {
    const result = passChain(flight, hook, packet, base.chain, end);
    const stop = typeof result === 'object' ? result : policyOf(flight, hook, packet, base, result);
    if (stop) return stop;
    if (result === TRANSLATED) break;
  }
  return undefined;
}

/** Answers get back what the first packet had: the far end sees one pair of addresses, the near end another. */
function translateBack(end: 'source' | 'destination', packet: Packet, connection: Connection): void {
  if (end === 'destination' && connection.sourceIsTranslated) {
    packet.destination = connection.source;
    packet.destinationPort = connection.sourcePort;
  } else if (end === 'source' && connection.destinationIsTranslated) {
    packet.source = connection.destination;
    packet.sourcePort = connection.destinationPort;
  }
}

/** Later packets are translated like the first one, and no rule runs again. */
function translateOn(end: 'source' | 'destination', packet: Packet, connection: Connection): void {
  if (end === 'destination' && connection.destinationIsTranslated) {
    packet.destination = connection.toAddress;
    packet.destinationPort = connection.toPort;
  } else if (end === 'source' && connection.sourceIsTranslated) {
    packet.source = connection.fromAddress;
  }
}

function passChain(flight: Flight, hook: Hook, packet: Packet, chain: CompiledChain, end?: 'source' | 'destination'): Result {
  for (const rule of chain.rules(packet)) {
    if (!rule.met(packet) || (rule.isDoubtful && !flight.guess(rule.place))) {
      continue;
    }
    if (rule.unknown !== undefined) {
      return notUnderstood([rule.place]);
    }
    if (flight.steps && !isTranslation(rule)) flight.note(hook, packet, wordsOf(rule), rule.place);
    const { verdict } = rule;
    switch (verdict.kind) {
      case 'accept':
        return ACCEPTED;
      case 'drop':
      case 'reject':
        return dropped('rule', rule.place);
      case 'return':
        return THROUGH;
      case 'jump': {
        const result = passChain(flight, hook, packet, rule.target!, end);
        if (result !== THROUGH) return result;
        break;
      }
      case 'goto':
        return passChain(flight, hook, packet, rule.target!, end);
      case 'set-mark':
        packet.mark = markedWith(packet.mark, verdict.value, verdict.mask);
        break;
      case 'ct-mark':
        markConnection(packet, verdict);
        break;
      case 'notrack':
        if (!packet.connection) {
          packet.isUntracked = true;
          packet.state = 'UNTRACKED';
        }
        break;
      case 'dnat':
      case 'redirect':
      case 'snat':
      case 'masquerade': {
        const stop = applyTranslation(flight, packet, rule, end);
        if (stop) return stop;
        if (flight.steps) flight.note(hook, packet, wordsOf(rule), rule.place);
        return TRANSLATED;
      }
      default:
    }
  }
  return THROUGH;
}

function markConnection(packet: Packet, { how, value, mask }: Rule['verdict'] & { kind: 'ct-mark' }): void {
  const { connection } = packet;
  if (!connection) return;
  if (how === 'restore') packet.mark = markedWith(packet.mark, maskedMark(connection.mark, mask), mask);
  else connection.mark = markedWith(connection.mark, how === 'set' ? value : maskedMark(packet.mark, mask), mask);
}

function isTranslation({ verdict: { kind } }: CompiledRule): boolean {
  return kind === 'dnat' || kind === 'redirect' || kind === 'snat' || kind === 'masquerade';
}

function applyTranslation(flight: Flight, packet: Packet, rule: CompiledRule, end: 'source' | 'destination' | undefined): Stop | undefined {
  const { connection } = packet;
  const { verdict } = rule;
  const changes = verdict.kind === 'dnat' || verdict.kind === 'redirect' ? 'destination' : 'source';
  // The kernel accepts no such rule in any other chain, so the text that was read is not the real state.
  if (!connection || changes !== end) {
    return notUnderstood([rule.place]);
  }
  const address = translatedAddress(flight, packet, rule);
  if (address === undefined) {
    return dropped('rule', rule.place);
  }
  if (end === 'source') {
    connection.fromAddress = packet.source = address;
    connection.sourceIsTranslated = address !== connection.source;
    return undefined;
  }
  const port = verdict.kind === 'dnat' || verdict.kind === 'redirect' ? portIn(verdict, packet) : packet.destinationPort;
  connection.toAddress = packet.destination = address;
  connection.toPort = packet.destinationPort = port;
  connection.destinationIsTranslated = address !== connection.destination || port !== connection.destinationPort;
  return undefined;
}

/** Undefined if the interface has no address: then the kernel drops the packet. */
function translatedAddress({ host }: Flight, packet: Packet, { verdict, address }: CompiledRule) {
  const { family } = packet;
  switch (verdict.kind) {
    case 'dnat':
      return address ?? packet.destination;
    case 'redirect':
      return packet.inInterface === '' ? host.valueOf(family, LOOPBACK[family]) : host.addressOn(family, packet.inInterface, packet.source);
    case 'masquerade':
      return host.addressOn(family, packet.outInterface, host.hopTo(family, packet.destination, packet)?.next ?? packet.destination);
    default:
      return address;
  }
}

const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const;

/** A port inside of the range stays. */
function portIn({ first, last = first }: { readonly first?: number; readonly last?: number }, packet: Packet): number {
  const port = packet.destinationPort;
  return first === undefined || !packet.hasPorts || (first <= port && port <= last!) ? port : first;
}

function wordsOf({ verdict, isLimited, isDoubtful }: CompiledRule): string {
  const words =
    verdict.kind === 'jump' || verdict.kind === 'goto'
      ? `${verdict.kind} ${verdict.chain}`
      : verdict.kind === 'continue'
        ? `continue after ${verdict.text}`
        : verdict.kind === 'add-source'
          ? `put the source into ${verdict.set}`
          : verdict.kind === 'ct-mark'
            ? `${verdict.how} the mark of the connection`
            : verdict.kind;
  const limited = isLimited ? ', assumed to be within its rate' : '';
  return `${words}${limited}${isDoubtful ? ', if the packet matches' : ''}`;
}
