import type { Proof } from '../../reachability/private/proof';
import { type ClaimResult, claimResults, unexpected } from '../../reachability/private/prove';
import type { FactStore } from '../../topology/private/fact-store';

/** What came of the proof of a daemon. */
export type ProofResult =
  | { readonly state: 'PROVED' | 'BROKEN'; readonly claims: readonly ClaimResult[] }
  /** No proof was made, and why. */
  | { readonly state: 'SKIPPED'; readonly reason: string };

/** An app that skips validations gets here with a failing proof, so the fact that the synth continues proves nothing. */
export function proofResult(store: FactStore, proof: Proof, withoutProofReason: string | undefined): ProofResult {
  if (withoutProofReason !== undefined) return { state: 'SKIPPED', reason: withoutProofReason };
  const claims = claimResults(store, proof);
  const isForged = proof.hasGuard && proof.forged.length > 0;
  const isBroken =
    isForged || unexpected(proof).length > 0 || proof.missing.length > 0 || claims.some(({ reason }) => reason !== undefined);
  return { state: isBroken ? 'BROKEN' : 'PROVED', claims };
}
