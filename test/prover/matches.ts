import { blockOf, inBlock, type Network, NotModelled } from './network';
import type { Run } from './packet';
import { and, bool, eq, FALSE, inRange, masked, not, num, or, type Term, TRUE } from './terms';
import type { HostRules, Hook } from '../../src/firewall/private/host-rules';
import type { CtState, Match, TcpFlag } from '../../src/firewall/private/ir';

const NUMBERS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp', 132: 'sctp' };
export const protocolOf = (name: string): string => NUMBERS[name] ?? name;

/** Where a rule is read. */
export interface Place {
  readonly network: Network;
  readonly rules: HostRules;
  readonly hook: Hook;
}

/** When a match holds for a packet. */
export function holds(match: Match, run: Run, place: Place): Term {
  const { network } = place;
  const { packet } = run;
  const negated = 'negate' in match && match.negate === true;
  const unless = (term: Term) => (negated ? not(term) : term);
  switch (match.kind) {
    case 'in-interface':
    case 'out-interface': {
      const name = match.kind === 'in-interface' ? run.in : run.out;
      return unless(bool(match.prefix ? name.startsWith(match.name) : name === match.name));
    }
    case 'interface-list':
      return unless(bool(match.names.includes(match.which === 'in' ? run.in : run.out)));
    case 'source':
    case 'destination':
      return unless(inBlock(packet[match.kind], blockOf(network.family, match.block)));
    case 'protocol':
      return unless(bool(protocolOf(match.protocol) === run.protocol));
    case 'destination-port':
    case 'source-port': {
      const port = match.kind === 'source-port' ? packet.sourcePort : packet.destinationPort;
      return run.hasPorts ? unless(inRange(port, match.first, match.last)) : FALSE;
    }
    case 'port-list': {
      const { which } = match;
      const ends = [...(which === 'destination' ? [] : [packet.sourcePort]), ...(which === 'source' ? [] : [packet.destinationPort])];
      const any = or(...ends.flatMap((port) => match.ranges.map(([first, last]) => inRange(port, first, last))));
      return run.hasPorts ? unless(any) : FALSE;
    }
    case 'icmp-type': {
      const isOf = and(eq(packet.icmpType, num(8, match.type)), match.code === undefined ? TRUE : eq(packet.icmpCode, num(8, match.code)));
      return run.isIcmp ? unless(isOf) : FALSE;
    }
    case 'tcp-flags':
      return run.protocol === 'tcp' ? unless(bool(flagsMeet(match.mask, match.set, run.isAnswer))) : FALSE;
    case 'ct-state':
      return unless(or(...match.states.map((state) => isIn(state, run))));
    case 'ct-original':
      return originalIs(match, run, network);
    case 'ct-direction':
      return and(run.isTracked, bool((match.direction === 'reply') === isReply(run)));
    case 'ct-status':
      throw new NotModelled('whether a connection has had an answer to its answer');
    case 'ct-label':
      return unless(label(match, run));
    case 'address-type':
      return unless(isOfType(match.type, packet[match.of], network));
    case 'mark':
      return unless(eq(masked(packet.mark, BigInt(match.mask)), num(32, match.value)));
    case 'host-socket':
      return unless(bool(run.hasSocket && (place.hook === 'output' || place.hook === 'postrouting')));
    case 'in-set':
      return unless(isInSet(match, run, place));
    // One packet alone is within every rate.
    case 'rate-per-source':
    case 'limit':
      return TRUE;
    case 'any-of':
      return unless(or(...match.matches.map((each) => holds(each, run, place))));
    case 'ct-source':
    case 'ct-mark':
    case 'reverse-path':
    case 'bridged':
      throw new NotModelled(`the match ${match.kind}`);
    case 'unknown':
      throw new NotModelled(`the match ${match.text}`);
  }
}

/** Whether the packet is on the way back of the connection that it belongs to. */
export function isReply(run: Run): boolean {
  return run.connection !== undefined && run.connection === run.answered;
}

/** A first packet has SYN, what answers it SYN and ACK. */
function flagsMeet(mask: readonly TcpFlag[], set: readonly TcpFlag[], isAnswer: boolean): boolean {
  const flags: readonly TcpFlag[] = isAnswer ? ['SYN', 'ACK'] : ['SYN'];
  return mask.every((flag) => flags.includes(flag) === set.includes(flag));
}

function isIn(state: CtState, run: Run): Term {
  switch (state) {
    case 'NEW':
      return isReply(run) ? FALSE : run.isTracked;
    case 'ESTABLISHED':
      return isReply(run) ? run.isTracked : FALSE;
    case 'RELATED':
      return FALSE;
    case 'UNTRACKED':
      return and(run.isUntracked, not(run.isTracked));
    // Without an entry: tracking could make nothing of it, or has not seen it yet.
    case 'INVALID':
      return and(not(run.isUntracked), not(run.isTracked));
    case 'DNAT':
      return and(run.isTracked, run.connection?.isDnat ?? FALSE);
    case 'SNAT':
      return and(run.isTracked, run.connection?.isSnat ?? FALSE);
  }
}

function originalIs({ address, first, last }: Match & { kind: 'ct-original' }, { connection, isTracked }: Run, { family }: Network): Term {
  if (!connection) return FALSE;
  return and(
    isTracked,
    address === undefined ? TRUE : inBlock(connection.destination, blockOf(family, address)),
    first === undefined ? TRUE : inRange(connection.destinationPort, first, last ?? first),
  );
}

/** A label that a packet of the connection was given stays with it. */
function label({ label: name, set }: Match & { kind: 'ct-label' }, { connection, isTracked }: Run): Term {
  if (!connection) return FALSE;
  return set ? isTracked : and(isTracked, connection.labels.get(name) ?? FALSE);
}

/** Sets the label in the cases in which all matches of the rule hold. */
export function labelled(matches: readonly Match[], run: Run, when: Term): void {
  for (const match of matches) {
    if (match.kind !== 'ct-label' || !match.set || !run.connection) continue;
    const before = run.connection.labels.get(match.label) ?? FALSE;
    run.connection.labels.set(match.label, or(before, and(when, run.isTracked)));
  }
}

function isOfType(type: string, term: Term, network: Network): Term {
  const local = network.isLocal(term);
  const multicast = and(not(local), network.isMulticast(term));
  const broadcast = and(not(local), network.isBroadcast(term));
  switch (type) {
    case 'local':
      return local;
    case 'multicast':
      return multicast;
    case 'broadcast':
      return broadcast;
    default:
      return and(not(local), not(multicast), not(broadcast));
  }
}

function isInSet({ set: name, fields }: Match & { kind: 'in-set' }, run: Run, { rules, network }: Place): Term {
  const [set, ...others] = rules.sets.filter((each) => each.name === name);
  if (!set || others.length > 0) throw new NotModelled(`the set ${name}`);
  const { packet } = run;
  const address = (field?: 'src' | 'dst') => (field === 'src' ? packet.source : packet.destination);
  const block = (text: string, term: Term) => inBlock(term, blockOf(network.family, text));
  if ('blocks' in set) {
    if (fields?.length !== 1) throw new NotModelled(`${String(fields?.length)} fields of the set ${name}`);
    return or(...set.blocks.map((text) => block(text, address(fields[0]))));
  }
  // The first packet of a source puts it there.
  if ('seconds' in set) return TRUE;
  if ('links' in set) {
    const device = fields?.[1] === 'src' ? run.in : run.out;
    return or(...set.links.filter((link) => link.interface === device).map((link) => block(link.block, address(fields?.[0]))));
  }
  const [first, middle, last] = fields ?? ['src', 'dst', 'dst'];
  const port = middle === 'src' ? packet.sourcePort : packet.destinationPort;
  const elements = set.elements.filter(({ protocol }) => protocolOf(protocol) === run.protocol);
  return or(
    ...elements.map((element) =>
      and(inRange(port, element.first, element.last), block(element.source, address(first)), block(element.destination, address(last))),
    ),
  );
}
