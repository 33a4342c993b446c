import type { ProofResult } from './proof-result';

/** What a synth came to, for one daemon. */
export interface Summary {
  readonly daemonPath: string;
  readonly result: ProofResult;
  readonly hasGuard: boolean;
  /** Whether the report lists something as weaker than declared, such as connections on a LAN or in an existing network. */
  readonly isWeaker: boolean;
  readonly flows: number;
  /** The swarm that the host is a node of, and the flows between its services; undefined where the swarm has no overlay. */
  readonly swarm?: { readonly path: string; readonly flows: number };
  /** Undefined if no proof was made. */
  readonly exposures?: number;
  /** For the stack, such as `0 errors, 1 warning, 2 notes`; undefined if no rule ran. */
  readonly findings?: string;
  /** Name of the lock file, where this synth wrote it. */
  readonly lockWritten?: string;
  /** Whether the program has no lock file, so that no address is kept. */
  readonly hasNoLock?: boolean;
  /** Folder of the daemon, as seen from where the program runs. */
  readonly folder: string;
}

/** In one line: what is proved, what the outside reaches, what was found, and what comes next. */
export function summaryLine(summary: Summary): string {
  const { daemonPath, result, hasGuard, isWeaker, flows, swarm, exposures, findings, lockWritten, hasNoLock, folder } = summary;
  const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
  const exception = isWeaker ? ' except what the report lists as weaker than declared' : '';
  const proofs = {
    PROVED: `${many(flows, 'flow')} proved${hasGuard ? `, nothing undeclared is open${exception}` : ', more is open because the host has no guard'}`,
    BROKEN: `${many(flows, 'flow')}, and the proof failed`,
    SKIPPED: `${many(flows, 'flow')} not proved`,
  };
  const parts = [
    proofs[result.state],
    ...(swarm === undefined
      ? []
      : [`the ${many(swarm.flows, 'flow')} between services of ${swarm.path} not included: inside an overlay every port is open`]),
    ...(exposures === undefined ? [] : [many(exposures, 'exposure')]),
    ...(findings === undefined ? [] : [findings]),
    ...(lockWritten === undefined ? [] : [`${lockWritten} written`]),
    ...(hasNoLock ? ['no cdktf.json found, so no lock file keeps the addresses'] : []),
  ];
  const commit = hasNoLock
    ? 'create cdktf.json beside the program and synthesize again, then '
    : lockWritten === undefined
      ? ''
      : `commit ${lockWritten}, then `;
  return `${daemonPath}: ${parts.join('; ')}. Next: ${commit}read ${folder}/report.md`;
}

/** One line about the secrets that a host needs; empty if it needs none. */
export function secretsLine(daemonPath: string, secrets: readonly string[] = []): string[] {
  if (secrets.length === 0) return [];
  const what = secrets.length === 1 ? `secret ${secrets[0]}` : `secrets ${secrets.join(', ')}`;
  return [`${daemonPath}: before the apply, the host needs the ${what}; on the host: sudo bulkhead-secret put NAME < FILE`];
}
