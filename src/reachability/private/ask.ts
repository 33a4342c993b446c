import { type AskedAt, furthestWay, forgedWay } from './explain';
import { EVERY_PORT, intersect, isEmpty, NO_PORTS, portSetOf } from './matrix/port-set';
import type { Proof } from './proof';
import { aloneAmong } from './segmentless';
import { type Ports, portsBetween, selectionOf } from './selection';
import { explanationOf } from './words';
import type { PeerFact } from '../../topology/private/facts';
import { needsNoAnswer } from '../../topology/private/senders';
import { shareNetwork } from '../../topology/private/sharers';
import type { PortSpec } from '../../topology/private/terms';
import { Disposition } from '../disposition';
import type { Explanation } from '../explanation';

/** One end of a question. */
export interface AskedEnd {
  readonly fact: PeerFact;
  /** Its name in sentences. */
  readonly text: string;
}

export interface Question {
  readonly source: AskedEnd;
  readonly destination: AskedEnd;
  readonly port: PortSpec;
  /** Such as `tcp/443`. */
  readonly portText: string;
  /** Why no flow between the two may be declared. */
  readonly refusal?: string;
  /** Where the question names a published port of the host: only packets to these addresses count. */
  readonly at?: AskedAt;
}

/** Ports that some member of the source reaches on some member of the destination. */
export function portsAsked(proof: Proof, source: PeerFact, destination: PeerFact): Ports {
  // Over loopback, where no packet meets a rule.
  if (shareNetwork(source, destination)) return { open: EVERY_PORT, doubtful: NO_PORTS };
  return portsBetween(proof.matrix, selectionOf(source, proof.derived), selectionOf(destination, proof.derived), proof.forged);
}

/** The result of a connection; of several members, addresses and ports, the one that gets furthest counts. */
export function dispositionOf(proof: Proof, question: Question): Disposition {
  const [from, to] = [question.source.fact, question.destination.fact];
  if (question.at !== undefined) return explain(proof, question).disposition;
  const { open, doubtful } = portsAsked(proof, from, to);
  const asked = portSetOf(question.port);
  if (!isEmpty(intersect(open, asked))) return Disposition.DELIVERED;
  if (!isEmpty(intersect(doubtful, asked))) return Disposition.UNKNOWN;
  if (proof.isBeyondUs(selectionOf(from, proof.derived), selectionOf(to, proof.derived))) return Disposition.UNKNOWN;
  return explain(proof, question).disposition;
}

/** Why a connection arrives or does not. */
export function explain(proof: Proof, question: Question): Explanation {
  const { source, destination, portText, refusal, at } = question;
  const [from, to] = [selectionOf(source.fact, proof.derived), selectionOf(destination.fact, proof.derived)];
  const deciding = decidingPort(proof, question);
  const own = furthestWay(proof, from, to, deciding, at);
  // Only what needs no answer can arrive with a source that is not the sender's.
  const isTold = own?.outcome.disposition === 'DELIVERED' || at !== undefined || !needsNoAnswer(question.port.protocol);
  const told = isTold ? own : (forgedWay(proof, from, to, deciding) ?? own);
  return explanationOf(told, {
    source: nameOf(source),
    destination: nameOf(destination),
    port: portText,
    refusal,
    hasGuard: proof.hasGuard,
    labels: proof.labels,
    alone: aloneAmong(proof.derived.topology, source.fact, destination.fact),
    isShared: at === undefined && shareNetwork(source.fact, destination.fact),
    isAtHost: at !== undefined,
    ends: { source: source.fact, destination: destination.fact },
    portSpec: question.port,
    publications: proof.derived.topology.publications,
  });
}

/** Of a range the first port that gets furthest. */
function decidingPort(proof: Proof, { source, destination, port }: Question): PortSpec {
  if (port.first === port.last) return port;
  const { open, doubtful } = portsAsked(proof, source.fact, destination.fact);
  const asked = portSetOf(port);
  for (const found of [intersect(open, asked), intersect(doubtful, asked)]) {
    const range = port.protocol === 'icmp' ? undefined : found[port.protocol][0];
    if (range !== undefined) return { ...port, first: range[0], last: range[0] };
  }
  return { ...port, last: port.first };
}

/** In the network, a container that shares one is the other container. */
function nameOf({ text, fact }: AskedEnd): string {
  return fact.kind === 'workload' && fact.sharer !== undefined ? `${text} (in the network of ${fact.path})` : text;
}
