import { FALSE, num, type Term, variable } from './terms';

/** What one packet is, as formulas; the protocol is fixed, so that each formula is about one. */
export interface Packet {
  source: Term;
  destination: Term;
  sourcePort: Term;
  destinationPort: Term;
  icmpType: Term;
  icmpCode: Term;
  mark: Term;
}

/** The entry that connection tracking keeps of the first packet, and the answer is met with. */
export interface Connection {
  readonly source: Term;
  readonly sourcePort: Term;
  readonly destination: Term;
  readonly destinationPort: Term;
  /** Translated by this very connection. */
  isDnat: Term;
  isSnat: Term;
  toAddress: Term;
  toPort: Term;
  fromAddress: Term;
  /** A chain that translates was asked already. */
  destinationIsDecided: Term;
  sourceIsDecided: Term;
  labels: Map<number, Term>;
}

/** A packet under way, in all of the cases that `guard` names. Runs are copied where ways part, and changed by hooks. */
export class Run {
  public in = '';
  public out = '';
  /** A rule said that connection tracking leaves it alone, or it is of the kinds that it always leaves alone. */
  public isUntracked: Term = FALSE;
  /** The packet has an entry: `connection`. */
  public isTracked: Term = FALSE;
  /** A socket of the host sends it. */
  public hasSocket = false;
  public connection: Connection | undefined = undefined;

  constructor(
    public guard: Term,
    public packet: Packet,
    public readonly protocol: string,
    /** The entry of the connection that the packet answers; undefined for a first packet, and where the first one got none. */
    public readonly answered: Connection | undefined,
    public readonly isAnswer: boolean,
  ) {}

  public copy(guard: Term, changes: Partial<Packet> = {}): Run {
    const run = new Run(guard, { ...this.packet, ...changes }, this.protocol, this.answered, this.isAnswer);
    const { in: from, out, isUntracked, isTracked, hasSocket, connection } = this;
    const copied = connection && connection !== this.answered ? { ...connection, labels: new Map(connection.labels) } : connection;
    return Object.assign(run, { in: from, out, isUntracked, isTracked, hasSocket, connection: copied });
  }

  public get hasPorts(): boolean {
    return ['tcp', 'udp', 'sctp'].includes(this.protocol);
  }

  public get isIcmp(): boolean {
    return this.protocol === 'icmp' || this.protocol === 'ipv6-icmp';
  }
}

/** The names of the unknowns. */
export const UNKNOWNS = { destination: 'dst', source: 'src', sourcePort: 'sport', destinationPort: 'dport', icmpType: 'itype' } as const;

/** A first packet: whatever the sender may choose is unknown. */
export function anyPacket(width: number, protocol: string, source: Term): Packet {
  const isIcmp = protocol === 'icmp' || protocol === 'ipv6-icmp';
  const hasPorts = ['tcp', 'udp', 'sctp'].includes(protocol);
  const port = (name: string) => (hasPorts ? variable(16, name) : num(16, 0));
  return {
    source,
    destination: variable(width, UNKNOWNS.destination),
    sourcePort: port(UNKNOWNS.sourcePort),
    destinationPort: port(UNKNOWNS.destinationPort),
    icmpType: isIcmp ? variable(8, UNKNOWNS.icmpType) : num(8, 0),
    icmpCode: num(8, 0),
    mark: num(32, 0),
  };
}
