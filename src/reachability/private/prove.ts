import type { Deviation } from './audit';
import type { Broken } from './claims';
import { deviationText } from './deviation-text';
import { existingMatters } from './existing-matters';
import { asText, forgedPorts, forgerText, wayOut } from './forged/forged-text';
import { Proof } from './proof';
import { shadowedBy } from './shadowed-by';
import { breachesOf } from './weaknesses';
import { wireMatters } from './wire-matters';
import type { IPeer } from '../../connections/peer';
import type { ErrorCode } from '../../private/errors';
import { ValidationError } from '../../private/errors';
import { isA } from '../../private/type-test';
import type { Declarations } from '../../topology/private/declarations';
import type { FactStore } from '../../topology/private/fact-store';
import type { Requirement } from '../requirement';

export interface Failure {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** More of one kind say nothing new. */
const SHOWN = 5;

/** Records claims; they are proved when the daemon is validated. */
export function requireOf(declarations: Declarations, place: string, requirements: readonly Requirement[]): void {
  for (const requirement of requirements) {
    if (!isA(requirement, 'requirement')) {
      throw new ValidationError(
        'NotARequirement',
        place,
        `require() takes a value made by Requirement, such as Requirement.unreachable(…)${Array.isArray(requirement) ? ', got a list; write require(...list)' : ''}`,
      );
    }
    requirement._peers.forEach((peer) => checkDaemon(peer, declarations, place));
    declarations.addClaim({ path: place, requirement });
  }
}

/**
 * Everything that breaks the claims of a daemon, including its own: only declared connections are open. Without the guard this is not claimed; then
 * workloads that share no segment do not communicate, and declared connections are open.
 */
export function failuresOf(store: FactStore): Failure[] {
  const proof = Proof.of(store.derived(), store.engine);
  const claims = claimResults(store, proof).flatMap(({ path, text, reason, remedy }): Failure[] => {
    const advice = remedy === undefined ? '' : `; ${remedy}`;
    return reason === undefined ? [] : [{ path, code: 'RequirementBroken', message: `${text}, but ${reason}${advice}` }];
  });
  const path = store.daemonPath;
  return [
    ...listed(proof, unexpected(proof), (text) => ({
      path,
      code: 'UndeclaredFlow',
      message: `reachable but not declared: ${text}`,
    })),
    ...(store.hasGuard ? forgedOf(proof, path) : []),
    ...listed(proof, proof.missing, (text) => ({ path, code: 'BlockedFlow', message: `declared but not reachable: ${text}` })),
    ...claims,
  ];
}

/** What is open, not declared, and not caused by the nature of its network. */
export function unexpected(proof: Proof): readonly Deviation[] {
  if (!proof.hasGuard) return breachesOf(proof);
  const isOfWire = wireMatters(proof.derived.topology);
  const isOfOthers = existingMatters(proof.derived.topology);
  return proof.excess.filter((each) => !isOfWire(each) && !isOfOthers(each));
}

/** A requirement, its author, and why it does not hold; without a reason it holds. */
export interface ClaimResult extends Partial<Broken> {
  readonly path: string;
  readonly text: string;
}

export function claimResults(store: FactStore, proof: Proof): ClaimResult[] {
  return store.allClaims().map(({ path, requirement }) => {
    const { text, _brokenBy } = requirement as Requirement;
    return { path, text, ..._brokenBy.call(requirement, proof) };
  });
}

function listed({ labels, derived }: Proof, deviations: readonly Deviation[], failure: (text: string) => Failure): Failure[] {
  if (deviations.length === 0) return [];
  const shown = deviations.slice(0, SHOWN).map((each) => deviationText(each, labels) + shadowedBy(each, derived.topology));
  const more = deviations.length > SHOWN ? [`and ${deviations.length - SHOWN} more`] : [];
  return [failure([...shown, ...more].join('; '))];
}

/** Without the guard, such packets are a weakness, and reported with the others. */
function forgedOf({ forged, labels, hasGuard }: Proof, path: string): Failure[] {
  if (forged.length === 0) return [];
  const shown = forged
    .slice(0, SHOWN)
    .map(
      (cell) =>
        `${forgerText(cell, labels)} > ${labels.party(cell.receiver)} at ${cell.address} on ${forgedPorts(cell.ports)} ${asText(cell)}`,
    );
  const more = forged.length > SHOWN ? [`and ${forged.length - SHOWN} more`] : [];
  const message = `reachable but not declared: ${[...shown, ...more].join('; ')}; ${wayOut(forged[0], hasGuard)}`;
  return [{ path, code: 'UndeclaredFlow', message }];
}

function checkDaemon({ _peerDeclarations, peerText }: IPeer, declarations: Declarations, place: string): void {
  if (_peerDeclarations !== undefined && _peerDeclarations !== declarations) {
    throw new ValidationError(
      'FlowAcrossDaemons',
      place,
      `a requirement of daemon '${declarations.store.daemonPath}' names ${peerText}, which is on '${_peerDeclarations.store.daemonPath}'; require it on that daemon`,
    );
  }
}
