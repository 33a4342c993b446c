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

/** Takes down who gets through to whom with a source that is not its own, once for all sources, and leaves out what it gets through by itself. */
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

  /** What of a cell somebody else gets who takes its source. */
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

  /** The same for many cells: who reaches a receiver on all of their ports anyway is not asked about each. */
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

  /** Who is outside may take any address there, and ask what that may. */
  private undeclared({ party }: ForgingParty, cell: Cell, { as }: Found['forged']): PortSet {
    const asked = withoutAnswer(cell.asked);
    if (party.kind !== 'outside') return asked;
    return subtract(asked, this.declared.ports({ ...cell, source: { ...as, party } }) ?? asked);
  }

  /** What others do among themselves, with the host and outside is not judged, nor what passes between host and outside. */
  private concernsUs(sender: Party, receiver: Party): boolean {
    const isOurs = (party: Party) => party.kind === 'container' && !this.foreignContainers.has(party.key);
    return isOurs(sender) || isOurs(receiver);
  }

  private note(key: string, ports: PortSet): void {
    this.known.set(key, union(this.known.get(key) ?? NO_PORTS, ports));
  }
}

/** A cell, and how somebody else gets what it says. */
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
