import { ECHO_REQUEST, type PortSetProtocol, PROTOCOLS } from './port-set';
import type { RuleFacts } from './rule-facts';
import type { IpProtocol, Match, PairElement, Verdict } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';
import type { ProxyListener } from '../walk/host-view';

/** Packets that none of these rules can distinguish, with one of them to walk. */
export interface Atom {
  readonly protocol: PortSetProtocol;
  readonly first: number;
  readonly last: number;
  readonly probe: {
    readonly protocol: IpProtocol;
    readonly port?: number;
    readonly icmpType?: number;
  };
}

const TRANSPORTS = ['tcp', 'udp', 'sctp'] as const;
const HIGHEST = 65535;
/** Reserved for experiments: represents every protocol that no rule names. */
export const UNNAMED: IpProtocol = '253';
/** Requests of ICMP besides the echo that connection tracking takes for new ones. */
const OTHER_REQUEST: Readonly<Record<Family, number>> = { ipv4: 13, ipv6: 139 };
const ECHO: Readonly<Record<Family, number>> = { ipv4: 8, ipv6: 128 };

/** A port at which the engine's proxy listens, whatever rules say. */
export type Listener = Pick<ProxyListener, 'protocol' | 'port'>;

/**
 * All packets of a pair of addresses, cut where one of the rules begins or ends to match, and at what listens; `back` are those that the answers meet.
 */
export function atomsOf(
  facts: Iterable<RuleFacts>,
  back: Iterable<RuleFacts>,
  pair: string,
  family: Family,
  listeners: readonly Listener[] = [],
): Atom[] {
  const cuts = new Cuts();
  listeners.forEach((listener) => cuts.addListener(listener));
  for (const { rule } of back) {
    rule.matches.forEach((match) => cuts.addAnswered(match, protocolOf(rule.matches)));
  }
  for (const { rule, pairs } of facts) {
    const protocol = protocolOf(rule.matches);
    rule.matches.forEach((match) => cuts.addMatch(match, protocol));
    cuts.addVerdict(rule.verdict, protocol);
    pairs?.get(pair)?.forEach((element) => cuts.addElement(element));
    if (protocol !== undefined) cuts.protocols.add(protocol);
  }
  return cuts.atoms(family);
}

/** Whether the rule distinguishes protocols or ports. */
export function tellsPorts({ rule }: RuleFacts): boolean {
  return rule.verdict.kind === 'unknown' || !rule.matches.every(({ kind }) => BLIND.has(kind));
}

/** Protocols that some rule distinguishes from the others. */
export function toldProtocols(facts: readonly RuleFacts[], pair: string): ReadonlySet<PortSetProtocol> {
  const told = new Set<PortSetProtocol>();
  for (const fact of facts) {
    if (!tellsPorts(fact)) continue;
    const protocol = protocolOf(fact.rule.matches);
    const named = fact.pairs?.get(pair)?.map((element) => element.protocol) ?? [];
    const all = protocol === undefined ? named : [protocol, ...named];
    // Without a protocol, the rule matches something else: a flag, a type, a port of any transport.
    (all.length === 0 ? PROTOCOLS : all.map(setProtocol)).forEach((one) => told.add(one));
  }
  return told;
}

function setProtocol(protocol: string): PortSetProtocol {
  if (protocol === 'icmp' || protocol === 'ipv6-icmp') return 'icmp';
  return TRANSPORTS.find((transport) => transport === protocol) ?? 'other';
}

const BLIND: ReadonlySet<Match['kind']> = new Set<Match['kind']>([
  'in-interface',
  'out-interface',
  'interface-list',
  'source',
  'destination',
  'ct-state',
  'ct-direction',
  'address-type',
  'mark',
  'host-socket',
  'limit',
]);

/** One source port for each class of them: an ephemeral one, and those that a rule asks for. */
export function sourcePortsOf(facts: Iterable<RuleFacts>): (number | undefined)[] {
  const ports = new Set<number | undefined>([undefined]);
  for (const { rule } of facts) {
    for (const match of rule.matches) {
      if (match.kind === 'source-port') {
        ports.add(match.first);
      } else if (match.kind === 'port-list' && match.which !== 'destination') {
        match.ranges.forEach(([first]) => ports.add(first));
      }
    }
  }
  return [...ports];
}

/** The same of answers, which go to the port that the sender chose. */
export function answeredPortsOf(back: Iterable<RuleFacts>): number[] {
  const ports = new Set<number>();
  for (const { rule } of back) {
    for (const match of rule.matches) {
      if (match.kind === 'destination-port') ports.add(match.first);
      else if (match.kind === 'port-list' && match.which !== 'source') match.ranges.forEach(([first]) => ports.add(first));
    }
  }
  return [...ports];
}

function protocolOf(matches: readonly Match[]): string | undefined {
  const match = matches.find((candidate) => candidate.kind === 'protocol' && !candidate.negate);
  return match?.kind === 'protocol' ? match.protocol : undefined;
}

class Cuts {
  public readonly protocols = new Set<string>();
  /** First ports of the pieces. */
  private readonly starts: Record<(typeof TRANSPORTS)[number], Set<number>> = { tcp: new Set([0]), udp: new Set([0]), sctp: new Set([0]) };

  public addMatch(match: Match, protocol: string | undefined): void {
    switch (match.kind) {
      case 'destination-port':
        return this.cut(protocol, match.first, match.last);
      case 'port-list':
        return match.ranges.forEach(([first, last]) => this.cut(protocol, first, last));
      case 'ct-original':
        return match.first === undefined ? undefined : this.cut(protocol, match.first, match.last ?? match.first);
      default:
        return undefined;
    }
  }

  /** An answer comes from the requested port. */
  public addAnswered(match: Match, protocol: string | undefined): void {
    if (match.kind === 'source-port') {
      this.cut(protocol, match.first, match.last);
    } else if (match.kind === 'port-list' || match.kind === 'ct-original') {
      this.addMatch(match, protocol);
    }
  }

  /** In a translation to a range, a port inside of it stays unchanged. */
  public addVerdict(verdict: Verdict, protocol: string | undefined): void {
    if ((verdict.kind === 'dnat' || verdict.kind === 'redirect') && verdict.first !== undefined) {
      this.cut(protocol, verdict.first, verdict.last ?? verdict.first);
    }
  }

  public addListener({ protocol, port }: Listener): void {
    this.cut(protocol, port, port);
  }

  public addElement({ protocol, first, last }: PairElement): void {
    this.cut(protocol, first, last);
  }

  public atoms(family: Family): Atom[] {
    const transports = TRANSPORTS.flatMap((protocol) => {
      const starts = [...this.starts[protocol]].sort((a, b) => a - b);
      return starts.map((first, i): Atom => ({
        protocol,
        first,
        last: (starts[i + 1] ?? HIGHEST + 1) - 1,
        // No program can listen on port 0 or connect to it: the next port represents its piece.
        probe: { protocol, port: Math.max(first, starts[i + 1] === 1 ? 0 : 1) },
      }));
    });
    const icmp = family === 'ipv4' ? 'icmp' : 'ipv6-icmp';
    const request = (type: number, shown: number): Atom => ({
      protocol: 'icmp',
      first: shown,
      last: shown,
      probe: { protocol: icmp, icmpType: type },
    });
    const named = [...this.protocols].filter((protocol) => /^\d+$/.test(protocol));
    const others = [UNNAMED, ...named].map((number): Atom => ({
      protocol: 'other',
      first: 0,
      last: 0,
      probe: { protocol: number as IpProtocol },
    }));
    return [...transports, request(ECHO[family], ECHO_REQUEST), request(OTHER_REQUEST[family], OTHER_REQUEST.ipv4), ...others];
  }

  private cut(protocol: string | undefined, first: number, last: number): void {
    for (const transport of TRANSPORTS) {
      if (protocol === undefined || protocol === transport) {
        this.starts[transport].add(first);
        if (last < HIGHEST) this.starts[transport].add(last + 1);
      }
    }
  }
}
