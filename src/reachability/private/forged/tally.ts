import type { Forged, ForgedCell } from './forged-cell';
import type { ForgingParty } from './positions';
import { groupBy } from '../../../private/multimap';
import { foreignContainersIn } from '../../../topology/private/existing';
import { needsNoAnswer } from '../../../topology/private/senders';
import type { Topology } from '../../../topology/private/topology';
import type { Declared } from '../declared';
import { isSame } from '../matrix/block';
import type { Cell } from '../matrix/matrix';
import { isEmpty, NO_PORTS, type PortSet, PROTOCOLS, subtract, union } from '../matrix/port-set';
import type { Party } from '../matrix/reach';

/** Records which sender reaches which receiver with a source that is not its own, once for all sources, and omits what it reaches anyway. */
export class Tally {
  private readonly foreignContainers: ReadonlySet<string>;
  /** Ports by sender and receiver that need no forged source, and those that were found. */
  private readonly known = new Map<string, PortSet>();
  private readonly found: ForgedCell[] = [];

  constructor(
    cells: readonly Cell[],
    topology: Topology,
    private readonly declared: Declared,
  ) {
    this.foreignContainers = foreignContainersIn(topology);
    for (const { source, receiver, ports } of cells) {
      this.note(keyOf(source.party, receiver), ports);
    }
  }

  /** The part of a cell that another sender with its source reaches. */
  public add(sender: ForgingParty, cell: Cell, forged: Found['forged']): void {
    const { party } = sender;
    const { receiver, target, source } = cell;
    if (isSame(party, receiver) || !this.concernsUs(party, receiver)) return;
    if (source.party.kind === 'container' && isSame(party, source.party)) return;
    const key = keyOf(partyOf(sender), receiver);
    const known = this.known.get(key) ?? NO_PORTS;
    const ports = subtract(withoutAnswer(cell.ports), known);
    if (isEmpty(ports)) return;
    const asked = this.undeclared(sender, cell, forged);
    if (isEmpty(asked)) return;
    this.note(key, ports);
    const certain = cell.certain && !sender.isDoubtful;
    const { isOnDefaultBridge } = sender;
    const from = { party, address: forged.as.address };
    this.found.push({ ...cell, source: from, target, receiver, asked, ports, certain, forged: { ...forged, isOnDefaultBridge } });
  }

  /** The same for many cells: a sender that reaches a receiver on all of their ports anyway is not asked about each. */
  public addAll(senders: readonly ForgingParty[], all: readonly Found[]): void {
    for (const some of groupBy(all, ({ cell }) => nameOf(cell.receiver)).values()) {
      const { receiver } = some[0].cell;
      const ports = some.reduce((sum, { cell }) => union(sum, withoutAnswer(cell.ports)), NO_PORTS);
      for (const sender of senders) {
        const known = this.known.get(keyOf(partyOf(sender), receiver)) ?? NO_PORTS;
        if (isEmpty(subtract(ports, known))) continue;
        some.forEach(({ cell, forged }) => this.add(sender, cell, forged));
      }
    }
  }

  public cells(): ForgedCell[] {
    return this.found;
  }

  /** A sender outside may use any address there, and request what that address may. */
  private undeclared({ party }: ForgingParty, cell: Cell, { as }: Found['forged']): PortSet {
    const asked = withoutAnswer(cell.asked);
    if (party.kind !== 'outside') return asked;
    return subtract(asked, this.declared.ports({ ...cell, source: { ...as, party } }) ?? asked);
  }

  /** Connections among unmanaged ends, with the host and outside are not judged, nor those between host and outside. */
  private concernsUs(sender: Party, receiver: Party): boolean {
    const isOurs = (party: Party) => party.kind === 'container' && !this.foreignContainers.has(party.key);
    return isOurs(sender) || isOurs(receiver);
  }

  private note(key: string, ports: PortSet): void {
    this.known.set(key, union(this.known.get(key) ?? NO_PORTS, ports));
  }
}

/** A cell, and how another sender gets its result. */
export interface Found {
  readonly cell: Cell;
  readonly forged: Omit<Forged, 'isOnDefaultBridge'>;
}

const DEFAULT = { kind: 'container', key: '*' } as const;

function partyOf({ party, isOnDefaultBridge }: ForgingParty): Party {
  return isOnDefaultBridge ? DEFAULT : party;
}

function nameOf(party: Party): string {
  return party.kind === 'container' ? `c ${party.key}` : party.kind;
}

function withoutAnswer(ports: PortSet): PortSet {
  return PROTOCOLS.reduce((sum, protocol) => (needsNoAnswer(protocol) ? { ...sum, [protocol]: ports[protocol] } : sum), NO_PORTS);
}

function keyOf(sender: Party, receiver: Party): string {
  return `${nameOf(sender)}\n${nameOf(receiver)}`;
}
