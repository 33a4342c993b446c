import type { PersonRule, Way } from './person-rules';
import type { IpProtocol, Match } from '../../../firewall/private/ir';

type PortRange = readonly [first: number, last: number];

/** What a rule says of the packets that it is for, all jumps on the way to it included. */
export interface Words {
  readonly hook?: Way['hook'];
  readonly protocol?: IpProtocol;
  /** Destination ports that it names; undefined where it names none. */
  readonly ports?: readonly PortRange[];
  /** Ports that it spares. */
  readonly spares?: readonly PortRange[];
  /** Ports before translation. */
  readonly original?: PortRange;
  readonly sourcePorts?: readonly PortRange[];
  readonly sources: readonly string[];
  readonly spared: readonly string[];
  /** Sets that the source is in. */
  readonly sets: readonly { readonly name: string; readonly negate: boolean }[];
  readonly destinations: readonly string[];
  readonly into: readonly Name[];
  readonly notInto: readonly Name[];
  readonly outOf: readonly Name[];
  /** It is for first packets of connections too. */
  readonly meetsNew: boolean;
  /** It counts packets or connections. */
  readonly counts: boolean;
  /** What of it was not understood, counters aside. */
  readonly unknown: readonly string[];
  /** It is for something else than connections: flags, types of ICMP, broadcasts, marks. */
  readonly isOdd: boolean;
  /** It names senders, such as a range of addresses, in a way that a new rule does not repeat. */
  readonly isNarrow: boolean;
}

interface Name {
  readonly name: string;
  readonly prefix?: boolean;
}

const COUNTER = /^-m (recent|hashlimit|connlimit|limit|connbytes|quota|statistic|nth|random)\b/;

export function isCounter(match: Match): boolean {
  return match.kind === 'limit' || match.kind === 'rate-per-source' || (match.kind === 'unknown' && COUNTER.test(match.text));
}

export function wordsOf({ rule }: Pick<PersonRule, 'rule'>, way?: Way): Words {
  const matches = [...(way?.jumps.flatMap((jump) => jump.rule.matches) ?? []), ...rule.matches];
  const of = <K extends Match['kind']>(kind: K, negate = false) =>
    matches.filter(
      (match): match is Extract<Match, { kind: K }> => match.kind === kind && ('negate' in match && match.negate === true) === negate,
    );
  const ports = portsIn(matches, false);
  const spares = portsIn(matches, true);
  const sourcePorts = [
    ...of('source-port').map(({ first, last }): PortRange => [first, last]),
    ...of('port-list').flatMap(({ which, ranges }) => (which === 'source' ? ranges.map(([first, last]): PortRange => [first, last]) : [])),
  ];
  const originals = of('ct-original').filter(({ first }) => first !== undefined);
  const states = of('ct-state');
  return {
    hook: way?.hook,
    protocol: of('protocol')[0]?.protocol,
    ...(ports.length > 0 && { ports: narrowest(ports) }),
    ...(spares.length > 0 && { spares: spares.flat() }),
    ...(originals.length > 0 && { original: [originals[0].first!, originals[0].last ?? originals[0].first!] as const }),
    ...(sourcePorts.length > 0 && { sourcePorts }),
    sources: of('source').map(({ block }) => block),
    spared: of('source', true).map(({ block }) => block),
    sets: matches.flatMap((match) =>
      match.kind === 'in-set' && match.fields?.[0] === 'src' ? [{ name: match.set, negate: match.negate === true }] : [],
    ),
    destinations: of('destination').map(({ block }) => block),
    into: of('in-interface'),
    notInto: of('in-interface', true),
    outOf: of('out-interface'),
    meetsNew:
      states.every(({ states: names }) => names.includes('NEW') || names.includes('DNAT')) &&
      of('ct-state', true).every(({ states: names }) => !names.includes('NEW')) &&
      of('ct-direction').every(({ direction }) => direction === 'original') &&
      of('ct-status').length === 0,
    counts: matches.some(isCounter),
    unknown: matches.flatMap((match) => (match.kind === 'unknown' && !isCounter(match) ? [match.text] : [])),
    isOdd: matches.some(isOdd),
    isNarrow: matches.some(isNarrow),
  };
}

function isOdd(match: Match): boolean {
  switch (match.kind) {
    case 'tcp-flags':
      return !(match.set.join() === 'SYN' && !match.negate);
    case 'address-type':
      return match.type === 'broadcast' || match.type === 'multicast' || match.of === 'source';
    case 'icmp-type':
    case 'mark':
    case 'ct-mark':
    case 'host-socket':
    case 'ct-label':
      return true;
    case 'in-set':
      return match.fields?.[0] !== 'src';
    default:
      return false;
  }
}

function isNarrow(match: Match): boolean {
  return match.kind === 'any-of' ? match.matches.some(isNarrow) || match.matches.some(({ kind }) => kind === 'source') : match.kind === 'ct-source';
} // prettier-ignore

function portsIn(matches: readonly Match[], negate: boolean): PortRange[][] {
  return matches.flatMap((match): PortRange[][] => {
    if (!('negate' in match) && negate) return [];
    if ('negate' in match && (match.negate ?? false) !== negate) return [];
    if (match.kind === 'destination-port') return [[[match.first, match.last]]];
    return match.kind === 'port-list' && match.which !== 'source'
      ? [[...match.ranges.map(([first, last]): PortRange => [first, last])]]
      : [];
  });
}

function narrowest(all: readonly PortRange[][]): PortRange[] {
  return [...all].sort((a, b) => widthOf(a) - widthOf(b))[0];
}

export function widthOf(ranges: readonly PortRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

export function holds(ranges: readonly PortRange[] | undefined, port: number): boolean {
  return ranges?.some(([first, last]) => first <= port && port <= last) === true;
}

export function isNamed(names: readonly Name[], name: string): boolean {
  return names.some((each) => (each.prefix ? name.startsWith(each.name) : name === each.name));
}
