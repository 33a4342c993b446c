import type { ForgedCell } from './forged/forged-cell';
import { asText, forgedPorts, forgerText, wayOut } from './forged/forged-text';
import type { AddressEnd } from './matrix/endpoints';
import type { Cell } from './matrix/matrix';
import { EVERY_PORT, intersect, isEmpty, portSetOf, portSetText, subtract } from './matrix/port-set';
import { openersOf } from './openers';
import type { Proof } from './proof';
import { holdsForger, membersOf, portsBetween, type Selection, selectionOf, selects, selectsForger } from './selection';
import { covers, writeAddress } from './walk/address';
import type { PeerFact } from '../../topology/private/facts';
import { shareNetwork } from '../../topology/private/sharers';
import type { PortSpec } from '../../topology/private/terms';
import type { PublicationPlan } from '../../topology/private/topology';

/** A peer in a claim: its members are looked up when the claim is proved. */
interface ClaimPeer {
  readonly _peerFact: PeerFact;
  readonly peerText: string;
}

export type Claim =
  | { readonly kind: 'reachable'; readonly source: ClaimPeer; readonly destination: ClaimPeer; readonly port: PortSpec }
  | {
      readonly kind: 'unreachable';
      readonly source: ClaimPeer;
      readonly destination: ClaimPeer;
      readonly port?: PortSpec;
      /** A way over a publication of the destination does not count. */
      readonly isStraight?: boolean;
      /** Datagrams from a source that is not the sender's do not count, since no connection comes of them. */
      readonly isOfConnections?: boolean;
    }
  | { readonly kind: 'only'; readonly destination: ClaimPeer; readonly sources: readonly ClaimPeer[]; readonly port?: PortSpec };

/** What breaks a claim, in words. */
export interface Broken {
  readonly reason: string;
  /** The fix, if the reason does not contain it. */
  readonly remedy?: string;
}

/** Nothing when it holds. */
export function brokenBy(claim: Claim, proof: Proof): Broken | undefined {
  switch (claim.kind) {
    case 'reachable':
      return missing(proof, select(claim.source, proof), select(claim.destination, proof), claim.port);
    case 'unreachable': {
      const source = select(claim.source, proof);
      const counts = ({ target }: Cell) => claim.isStraight !== true || target.party.kind !== 'host';
      if (proof.isBeyondUs(source, select(claim.destination, proof))) return BEYOND_US;
      return (
        overLoopback(proof, claim.source, claim.destination) ??
        open(proof, claim.destination, claim.port, (cell) => selects(source, cell.source) && counts(cell)) ??
        (claim.isOfConnections ? undefined : forged(proof, claim.destination, claim.port, (cell) => selectsForger(source, cell)))
      );
    }
    case 'only': {
      const sources = claim.sources.map((source) => select(source, proof));
      // All other ends are meant, including the outside.
      if (proof.isBeyondUs(EVERYBODY, select(claim.destination, proof))) return BEYOND_US;
      return (
        unnamedSharer(proof, claim.destination, claim.sources) ??
        open(proof, claim.destination, claim.port, (cell) => !sources.some((source) => holds(source, cell.source as AddressEnd))) ??
        forged(proof, claim.destination, claim.port, (cell) => !sources.some((source) => holdsForger(source, cell)))
      );
    }
  }
}

const EVERYBODY: Selection = { containers: new Set(), isHost: true };
const BEYOND_US: Broken = {
  reason: 'Bulkhead does not manage one of the ends, and does not know its other networks and publications',
  remedy: 'name workloads of this program, or remove the requirement',
};

/** In one network namespace, no rule separates two containers. */
function overLoopback(proof: Proof, source: ClaimPeer, destination: ClaimPeer): Broken | undefined {
  const meets = (one: ClaimPeer, other: ClaimPeer) =>
    shareNetwork(one._peerFact, other._peerFact) ||
    (one._peerFact.kind === 'workload' &&
      one._peerFact.sharer !== undefined &&
      other._peerFact.kind !== 'workload' &&
      select(other, proof).containers.has(one._peerFact.path));
  return meets(source, destination) || meets(destination, source) ? loopback(source.peerText, destination.peerText) : undefined;
}

/** A container that shares the network of a destination reaches it, whatever the rules are. */
function unnamedSharer(proof: Proof, destination: ClaimPeer, sources: readonly ClaimPeer[]): Broken | undefined {
  const own = destination._peerFact.kind === 'workload' ? (destination._peerFact.sharer ?? destination._peerFact.path) : undefined;
  const isNamed = (path: string) => sources.some(({ _peerFact: fact }) => fact.kind === 'workload' && (fact.sharer ?? fact.path) === path);
  for (const { path, sharers = [] } of proof.derived.topology.workloads) {
    if (sharers.length === 0 || !select(destination, proof).containers.has(path)) continue;
    const others = (own === undefined ? sharers : [path, ...sharers]).filter((each) => each !== own && !isNamed(each));
    if (others.length > 0) return loopback(others[0], own ?? path);
  }
  return undefined;
}

function loopback(source: string, destination: string): Broken {
  return {
    reason: `${source} and ${destination} share one network, where each reaches every port of the other on 127.0.0.1`,
    remedy: 'place both in segments of their own, or remove the requirement',
  };
}

function select({ _peerFact }: ClaimPeer, { derived }: Proof): Selection {
  return selectionOf(_peerFact, derived);
}

function missing({ matrix, derived }: Proof, source: Selection, destination: Selection, port: PortSpec): Broken | undefined {
  const members = (selection: Selection) => membersOf(selection, matrix.outside, derived.topology.egressExclusions);
  const [from, to] = [members(source), members(destination)];
  const wanted = portSetOf(port);
  if (from.length === 0 || to.length === 0) {
    return { reason: 'one of the ends has no members', remedy: 'name an end that has members, or remove the requirement' };
  }
  for (const one of from) {
    for (const other of to) {
      if (isSame(one, other)) continue;
      const rest = subtract(wanted, portsBetween(matrix, one, other).open);
      if (!isEmpty(rest)) {
        const reason = `${textOf(one)} does not reach ${textOf(other)} on ${portSetText(rest)}`;
        const inside = insideText(other, port, derived.topology.publications);
        return inside === undefined
          ? { reason, remedy: 'declare the flow or the publication, or remove the requirement' }
          : { reason: `${reason}; ${inside}` };
      }
    }
  }
  return undefined;
}

/** A claim names ports of the container; if the author named the port of the host, another port was meant. */
function insideText(
  { containers }: Selection,
  { protocol, first, last }: PortSpec,
  publications: readonly PublicationPlan[],
): string | undefined {
  const meant = publications.find(
    ({ workload, hostPort, targetPort }) =>
      containers.has(workload) &&
      hostPort.protocol === protocol &&
      first <= hostPort.last &&
      hostPort.first <= last &&
      hostPort.first !== targetPort.first,
  );
  if (meant === undefined) return undefined;
  const [outer, inner] = [meant.hostPort, meant.targetPort].map((each) => portSetText(portSetOf(each)));
  return `a requirement names ports of the container, and ${outer} of the host leads to ${inner} there: require ${inner}`;
}

function open(proof: Proof, peer: ClaimPeer, port: PortSpec | undefined, isMeant: (cell: Cell) => boolean): Broken | undefined {
  const destination = select(peer, proof);
  const asked = port === undefined ? EVERY_PORT : portSetOf(port);
  for (const cell of proof.matrix.cells) {
    if (!selects(destination, { ...cell.target, party: cell.receiver }) || !isMeant(cell)) continue;
    const ports = intersect(cell.ports, asked);
    if (isEmpty(ports)) continue;
    const from = cell.source.party.kind === 'outside' ? `${cell.source.address} outside` : proof.labels.party(cell.source.party);
    const at =
      cell.target.party.kind === 'host' && cell.receiver.kind === 'container'
        ? `, published at ${cell.address} on ${proof.labels.asked(cell.asked)}`
        : '';
    const reason = `${from} ${cell.certain ? 'reaches' : 'may reach'} ${proof.labels.party(cell.receiver)} on ${portSetText(ports)}${at}`;
    const lan = cell.source.party.kind === 'outside' && !cell.certain ? openLan(proof, cell.receiver) : undefined;
    const remedy = lan === undefined ? `${removed(openersOf(proof, cell, ports))}, or the requirement` : `name what filters the traffic of that LAN in 'guardedBy' of '${lan}', or remove the requirement`; // prettier-ignore
    return { reason, remedy };
  }
  return undefined;
}

function removed(declarations: readonly string[]): string {
  if (declarations.length === 0) return 'remove what opens this';
  return `remove the declaration${declarations.length === 1 ? '' : 's'} ${declarations.map((each) => `'${each}'`).join(' and ')}`;
}

/** The LAN segment of a container for which no guard is declared. */
function openLan({ derived }: Proof, receiver: Cell['receiver']): string | undefined {
  if (receiver.kind !== 'container') return undefined;
  return derived.topology.wires.find(
    ({ guardedBy, overlay, members }) => guardedBy === undefined && !overlay && members.some(({ workload }) => workload === receiver.key),
  )?.segment;
}

/** The same for packets with a source that is not the sender's. */
function forged(proof: Proof, peer: ClaimPeer, port: PortSpec | undefined, isMeant: (cell: ForgedCell) => boolean): Broken | undefined {
  const destination = select(peer, proof);
  const asked = port === undefined ? EVERY_PORT : portSetOf(port);
  for (const cell of proof.forged) {
    if (!selects(destination, { ...cell.target, party: cell.receiver }) || !isMeant(cell)) continue;
    const ports = intersect(cell.ports, asked);
    if (isEmpty(ports)) continue;
    const verb = cell.certain ? 'reaches' : 'may reach';
    const [from, to] = [forgerText(cell, proof.labels), proof.labels.party(cell.receiver)];
    return { reason: `${from} ${verb} ${to} on ${forgedPorts(ports)} ${asText(cell)}; ${wayOut(cell, proof.hasGuard)}` };
  }
  return undefined;
}

/** Whether an endpoint is wholly one of the members of a peer: for a piece of the outside, a part is not enough. */
function holds(selection: Selection, endpoint: AddressEnd): boolean {
  if (!selects(selection, endpoint)) return false;
  const { block } = selection;
  return endpoint.range === undefined || (block !== undefined && covers(block, endpoint.range));
}

function isSame(one: Selection, other: Selection): boolean {
  return [...one.containers].some((key) => other.containers.has(key)) || (one.isHost && other.isHost);
}

function textOf({ containers, isHost, block }: Selection): string {
  return isHost ? 'the host' : block ? `${writeAddress(block.family, block.first)} outside` : [...containers][0];
}
