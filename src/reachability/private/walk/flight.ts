import { Choices } from './choices';
import type { Host } from './host';
import type { RulePlace, Reason, Step } from './outcome';
import type { Connection, Packet } from './packet';

/** Why a packet goes no further. */
export interface Stop {
  readonly kind: 'stop';
  readonly disposition: 'DROPPED' | 'UNREACHABLE' | 'UNKNOWN';
  readonly reason: Reason;
  readonly place?: RulePlace;
  readonly doubts?: readonly RulePlace[];
}

/** One run of a walk: what it has met so far. */
export class Flight {
  /** The entry of connection tracking; each walk makes one connection at a time. */
  public connection: Connection | undefined = undefined;
  /** Undefined until there is one. */
  public doubts: Set<RulePlace> | undefined = undefined;

  constructor(
    public readonly host: Host,
    public readonly choices: Choices,
    public readonly routesOnly: boolean,
    public readonly steps: Step[] | undefined,
  ) {}

  /** Whether a rule that is not understood is met in this run. */
  public guess(place: RulePlace): boolean {
    this.doubts ??= new Set();
    this.doubts.add(place);
    return this.choices.guess();
  }

  public note(at: Step['at'], packet: Packet, what: string, place?: RulePlace): void {
    this.steps?.push({ at, direction: packet.isAnswer ? 'reply' : 'original', what, place, packet: describe(packet, this.host) });
  }
}

function describe(packet: Packet, host: Host): Step['packet'] {
  const { family, protocol, sourcePort, destinationPort, state, mark } = packet;
  return {
    protocol,
    source: host.textOf(family, packet.source),
    sourcePort,
    destination: host.textOf(family, packet.destination),
    destinationPort,
    in: packet.inInterface,
    out: packet.outInterface,
    state,
    mark,
  };
}

export function dropped(reason: 'rule' | 'policy', place: RulePlace): Stop {
  return { kind: 'stop', disposition: 'DROPPED', reason, place };
}

export function notUnderstood(doubts: readonly RulePlace[]): Stop {
  return { kind: 'stop', disposition: 'UNKNOWN', reason: 'not-understood', doubts };
}

/** For something that is not a rule. */
export function unclear(text: string): Stop {
  return notUnderstood([{ table: '', chain: '', text }]);
}

const UNREACHABLE = new Map<Reason, Stop>();

export function unreachable(reason: Reason): Stop {
  const known = UNREACHABLE.get(reason) ?? { kind: 'stop', disposition: 'UNREACHABLE', reason };
  UNREACHABLE.set(reason, known);
  return known;
}
