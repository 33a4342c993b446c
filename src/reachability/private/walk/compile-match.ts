import { readRange } from './address';
import { compileSet, SetIndex } from './compile-set';
import type { CompiledMatch, Predicate } from './compiled-match';
import { maskedMark } from './marks';
import { type Packet, protocolName } from './packet';
import type { Match, TcpFlag } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

export function compileMatch(match: Match, family: Family, sets: SetIndex): CompiledMatch {
  const positive = compilePositive(match, family, sets);
  const negate = 'negate' in match && match.negate === true;
  return negate && typeof positive === 'function' && !TESTS_PROTOCOL.has(match.kind) ? (packet) => !positive(packet) : positive;
}

/** Negated or not, these never match a packet that has no such field. */
const TESTS_PROTOCOL: ReadonlySet<Match['kind']> = new Set(['destination-port', 'source-port', 'port-list', 'icmp-type', 'tcp-flags']);

function compilePositive(match: Match, family: Family, sets: SetIndex): CompiledMatch {
  switch (match.kind) {
    case 'in-interface':
      return match.prefix ? (packet) => packet.inInterface.startsWith(match.name) : (packet) => packet.inInterface === match.name;
    case 'out-interface':
      return match.prefix ? (packet) => packet.outInterface.startsWith(match.name) : (packet) => packet.outInterface === match.name;
    case 'interface-list': {
      const names = new Set(match.names);
      return match.which === 'in' ? (packet) => names.has(packet.inInterface) : (packet) => names.has(packet.outInterface);
    }
    case 'source':
    case 'destination':
      return compileBlock(match.kind, match.block, family);
    case 'protocol': {
      const name = protocolName(match.protocol);
      return (packet) => packet.protocol === name;
    }
    case 'destination-port':
    case 'source-port':
      return compilePort(match);
    case 'port-list':
      return compilePortList(match);
    case 'icmp-type': {
      const { type, code, negate = false } = match;
      return (packet) => packet.isIcmp && (packet.icmpType === type && (code === undefined || packet.icmpCode === code)) !== negate;
    }
    case 'tcp-flags':
      return compileFlags(match.mask, match.set, match.negate ?? false);
    case 'ct-state':
      return compileState(match.states);
    case 'ct-original':
      return compileOriginal(match, family);
    case 'ct-direction': {
      const isReply = match.direction === 'reply';
      return (packet) => packet.connection !== undefined && (packet.isLater ? packet.isAnswer : packet.state === 'ESTABLISHED') === isReply;
    }
    // One that sees an answer has seen one; of the answer to that no packet here is.
    case 'ct-status':
      return (packet) => packet.state === 'ESTABLISHED';
    // A connection has the state after the packet that opens it, which gets the label here: the rule sees no other packet of it.
    case 'ct-label':
      return () => match.set === true;
    case 'address-type': {
      const { type, beside } = match;
      const name = (packet: Packet) => (beside === undefined ? undefined : beside === 'in' ? packet.inInterface : packet.outInterface);
      return match.of === 'source'
        ? (packet) => packet.kinds.kindOf(packet.family, packet.source, name(packet)) === type
        : (packet) => packet.kinds.kindOf(packet.family, packet.destination, name(packet)) === type;
    }
    case 'reverse-path': {
      const how = match.loose ? 'loose' : 'strict';
      return (packet) => packet.kinds.isAnswered(packet, how);
    }
    case 'bridged':
      return (packet) => packet.isFrame;
    case 'any-of':
      return compileAnyOf(match.matches, family, sets);
    case 'ct-source': {
      const range = readRange(family, match.block);
      if (!range) return `original source ${match.block}`;
      return ({ connection }) => connection !== undefined && range.first <= connection.source && connection.source <= range.last;
    }
    case 'ct-mark':
      return ({ connection }) => maskedMark(connection?.mark ?? 0, match.mask) === match.value;
    case 'mark':
      return (packet) => maskedMark(packet.mark, match.mask) === match.value;
    case 'host-socket':
      return (packet) => packet.hasSocket;
    case 'in-set':
      return compileSet(match, family, sets);
    // The first packet of a source is within every rate.
    case 'rate-per-source':
    case 'limit':
      return () => true;
    case 'unknown':
      return match.text;
  }
}

function compileAnyOf(matches: readonly Match[], family: Family, sets: SetIndex): CompiledMatch {
  const all = matches.map((match) => compileMatch(match, family, sets));
  const unclear = all.find((one) => typeof one === 'string');
  return unclear ?? ((packet) => all.some((one) => typeof one === 'function' && one(packet)));
}

function compileBlock(field: 'source' | 'destination', block: string, family: Family): CompiledMatch {
  const range = readRange(family, block);
  if (!range) {
    return `${field} ${block}`;
  }
  const { first, last } = range;
  if (first === last) {
    return field === 'source' ? (packet) => packet.source === first : (packet) => packet.destination === first;
  }
  // One function per family, so that each only ever compares one type of number.
  if (family === 'ipv4') {
    return field === 'source'
      ? (packet) => first <= packet.source && packet.source <= last
      : (packet) => first <= packet.destination && packet.destination <= last;
  }
  return field === 'source'
    ? (packet) => packet.source >= first && packet.source <= last
    : (packet) => packet.destination >= first && packet.destination <= last;
}

function compilePort(match: Match & { kind: 'destination-port' | 'source-port' }): Predicate {
  const { first, last, negate = false } = match;
  return match.kind === 'destination-port'
    ? (packet) => packet.hasPorts && (first <= packet.destinationPort && packet.destinationPort <= last) !== negate
    : (packet) => packet.hasPorts && (first <= packet.sourcePort && packet.sourcePort <= last) !== negate;
}

function compilePortList({ which, ranges, negate = false }: Match & { kind: 'port-list' }): Predicate {
  const has = (port: number) => ranges.some(([first, last]) => first <= port && port <= last);
  return (packet) => {
    const source = which !== 'destination' && has(packet.sourcePort);
    const destination = which !== 'source' && has(packet.destinationPort);
    return packet.hasPorts && (source || destination) !== negate;
  };
}

/** The first packet has SYN, its answer SYN and ACK: there are no others here. */
function compileFlags(mask: readonly TcpFlag[], set: readonly TcpFlag[], negate: boolean): Predicate {
  const agrees = (flags: readonly TcpFlag[]) => mask.every((flag) => flags.includes(flag) === set.includes(flag)) !== negate;
  const request = agrees(['SYN']);
  const answer = agrees(['SYN', 'ACK']);
  return (packet) => packet.protocol === 'tcp' && (packet.isAnswer ? answer : request);
}

function compileState(states: (Match & { kind: 'ct-state' })['states']): Predicate {
  const names: ReadonlySet<string> = new Set(states);
  const dnat = names.has('DNAT');
  const snat = names.has('SNAT');
  if (!dnat && !snat) {
    return (packet) => names.has(packet.state);
  }
  return ({ state, connection }) =>
    names.has(state) ||
    (connection !== undefined && ((dnat && connection.destinationIsTranslated) || (snat && connection.sourceIsTranslated)));
}

function compileOriginal(match: Match & { kind: 'ct-original' }, family: Family): CompiledMatch {
  const address = match.address === undefined ? undefined : readRange(family, match.address);
  if (match.address !== undefined && !address) {
    return `original destination ${match.address}`;
  }
  const { first, last = first } = match;
  return ({ connection }) =>
    connection !== undefined &&
    (address === undefined || (address.first <= connection.destination && connection.destination <= address.last)) &&
    (first === undefined || (first <= connection.destinationPort && connection.destinationPort <= last!));
}
