import { destinationIn, type Judges, type Proven, probeOf, type Walk } from './compare';
import type { Sender } from './delivery';
import { Network, WIDTH } from './network';
import { UNKNOWNS } from './packet';
import { and, boundsOf, eq, FALSE, inRange, not, num, or, substitute, type Term, TRUE, variable } from './terms';
import type { End } from '../../src/reachability/private/matrix/endpoints';
import type { Cell } from '../../src/reachability/private/matrix/matrix';
import { matrixOf } from '../../src/reachability/private/matrix/matrix';
import type { Party } from '../../src/reachability/private/matrix/reach';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import type { Family } from '../../src/topology/private/terms';
import { addressNumber } from '../oracle/packet-oracle';

const nameOf = (party: Party): string => (party.kind === 'container' ? `container ${party.key}` : party.kind);

/** All that the proof calls open on a host, made when it is first asked for. */
export class MatrixCells {
  private cells: readonly Cell[] | undefined;

  constructor(
    private readonly view: HostView,
    private readonly walk: Walk,
  ) {}

  public from(sender: Sender, family: Family): readonly Cell[] {
    const uplink = this.view.interfaces.find(({ kind }) => kind === 'uplink')!.name;
    this.cells ??= matrixOf(this.view, (probe) => this.walk(this.view, probe), uplink, []).cells;
    return this.cells.filter((cell) => cell.family === family && isOf(cell.source.party, sender));
  }
}

function isOf(party: Party, sender: Sender): boolean {
  return party.kind === sender.kind && (party.kind !== 'container' || party.key === (sender as { readonly key: string }).key);
}

/**
 * All packets at once: what the matrix calls closed, no packet passes, and what it calls open, some packet does for each port. The matrix lists ends
 * that have an address; what is sent to nobody's address, and what a sender sends to itself, it leaves out, as it does the host's loopback block.
 */
export function compareMatrix(proven: Proven, matrix: MatrixCells, { solver, walk, tally }: Judges): void {
  const { view, family, sender, receivers, domain, somebody } = proven;
  const cells = matrix.from(sender, family);
  const network = new Network(view, family);
  const destination = destinationIn(family);
  const blocks = view.interfaces.filter(({ kind }) => kind === 'bridge').flatMap(({ name }) => network.own.get(name) ?? []);
  const inside = (term: Term) => or(network.isLoopback(term), ...blocks.map(({ block }) => inRange(term, block.first, block.last)));
  const theirs = view.containers.flatMap(({ key }) => network.addressesOf(key));
  const source = variable(WIDTH[family], UNKNOWNS.source);
  // A source that belongs inside, or to a container of the wire, is no sender of the outside here: forged sources are a question of their own.
  const isStranger = sender.kind === 'outside' ? and(not(inside(source)), not(network.isAny(source, [...theirs, ...somebody]))) : TRUE;
  const asked = and(domain, isTold(proven), isStranger);
  const isListed = and(asked, or(sender.kind === 'outside' ? FALSE : not(inside(destination)), network.isAny(destination, somebody)));
  const own = sender.kind === 'container' ? `container ${sender.key}` : sender.kind;
  const others = [...receivers].filter(([name]) => name !== own);
  const isSelf = sender.kind === 'host' ? network.isLocal(destination) : FALSE;
  // A sender that may choose between ways to two receivers: the walk tells of the first that gets there, and so does the matrix.
  const elsewhere = (name: string) =>
    or(
      ...[...receivers]
        .filter(([other]) => other !== name)
        .map(([other, when]) =>
          and(
            when,
            or(
              ...(other === own
                ? [TRUE]
                : cells.filter(({ receiver }) => nameOf(receiver) === other).map((cell) => coverage(cell, proven))),
            ),
          ),
        ),
    );
  const closed = others.map(([name, when]) => {
    const open = or(...cells.filter(({ receiver }) => nameOf(receiver) === name).map((cell) => coverage(cell, proven)));
    return and(isListed, not(isSelf), when, not(open), not(elsewhere(name)));
  });
  const certain = cells.filter(({ certain: isCertain }) => isCertain);
  const shut = [...new Set(certain.map(({ receiver }) => nameOf(receiver)))].map((name) => {
    const open = or(...certain.filter(({ receiver }) => nameOf(receiver) === name).map((cell) => coverage(cell, proven)));
    // What containers have of a wire outside, a piece of the outside does not leave out.
    const isTheirs = name === 'outside' ? network.isAny(destination, theirs) : FALSE;
    return and(asked, not(isTheirs), open, not(fromSomePort(receivers.get(name) ?? FALSE)));
  });
  tally.questions += closed.length + shut.length;
  tally.proofs += closed.length + shut.length;
  solver.solve([...closed, ...shut]).forEach((answer, at) => {
    if (answer.kind === 'unsat') return;
    const probe = probeOf(proven, answer.model);
    const says = at < closed.length ? `open to ${others[at][0]}, and the matrix closed` : 'closed, and the matrix open';
    const { disposition } = walk(view, probe);
    tally.disagreements.push(`${JSON.stringify(probe)}: the solver says ${says} (the walk of this packet: ${disposition})`);
  });
}

/** A sender picks its port; between two ports that rules name all are alike. */
function fromSomePort(when: Term): Term {
  const bounds = [...boundsOf(when, UNKNOWNS.sourcePort)].flatMap((bound) => [bound - 1n, bound, bound + 1n]);
  const ports = [...new Set([0n, 40_000n, ...bounds])].filter((port) => port >= 0n && port < 65_536n);
  return or(...ports.map((port) => substitute(when, UNKNOWNS.sourcePort, port)));
}

/** Requests of ICMP as the matrix shows them: by the numbers of IPv4. It knows these two, and no answers as first packets. */
const SHOWN: Readonly<Record<string, readonly (readonly [type: number, shown: number])[]>> = {
  icmp: [
    [8, 8],
    [13, 13],
  ],
  'ipv6-icmp': [
    [128, 8],
    [139, 13],
  ],
};
const icmpType = () => variable(8, UNKNOWNS.icmpType);
const port = (name: string = UNKNOWNS.destinationPort) => variable(16, name);

/** Packets that the matrix tells of: no program can ask for port 0. */
function isTold({ protocol }: Proven): Term {
  const shown = SHOWN[protocol];
  return shown
    ? or(...shown.map(([type]) => eq(icmpType(), num(8, type))))
    : and(not(eq(port(), num(16, 0))), not(eq(port(UNKNOWNS.sourcePort), num(16, 0))));
}

/** The packets that a cell is about. */
function coverage({ source, target, asked }: Cell, { family, sender, protocol }: Proven): Term {
  const shown = SHOWN[protocol];
  const isFrom = sender.kind === 'outside' ? isAt(source, variable(WIDTH[family], UNKNOWNS.source)) : TRUE;
  const number = shown
    ? shown
        .filter(([, type]) => asked.icmp.some(([first, last]) => first <= type && type <= last))
        .map(([type]) => eq(icmpType(), num(8, type)))
    : asked[protocol as 'tcp'].map(([first, last]) => inRange(port(), first, last));
  return and(isFrom, isAt(target, destinationIn(family)), or(...number));
}

function isAt({ range, address }: End, term: Term): Term {
  return range ? inRange(term, BigInt(range.first), BigInt(range.last)) : eq(term, num(term.width, addressNumber(address!)));
}
