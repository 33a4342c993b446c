import { jsonText } from './json-text';
import type { Overlays } from './overlays';
import type { ProofResult } from './proof-result';
import { engineOf, guardOf } from './topology-json';
import { groupBy } from '../../private/multimap';
import type { Deviation } from '../../reachability/private/audit';
import { exposureLines, type Line, linesOf } from '../../reachability/private/describe';
import { echoOnly, forgedGroups } from '../../reachability/private/forged/forged-text';
import type { AddressEnd } from '../../reachability/private/matrix/endpoints';
import type { Cell } from '../../reachability/private/matrix/matrix';
import { type PortSet, PROTOCOLS } from '../../reachability/private/matrix/port-set';
import type { Party } from '../../reachability/private/matrix/reach';
import { outsideBlocks } from '../../reachability/private/outside-text';
import type { Proof } from '../../reachability/private/proof';
import { exposuresOnHost } from '../../reachability/private/segmentless';
import { undeclaredKinds } from '../../reachability/private/weaknesses';
import type { EngineFacts } from '../../topology/private/engine-facts';
import { foreignContainersIn } from '../../topology/private/existing';

/** Increases when a field changes its meaning or is removed; a new field does not change it. */
export const MATRIX_VERSION = 1;

/**
 * All open connections, and the declarations that were compared, for programs. A result that depends on a rule that is not understood is `UNKNOWN`.
 */
export function matrixJson({
  proof,
  result,
  engine,
  overlays,
}: {
  proof: Proof;
  result: ProofResult;
  engine: EngineFacts;
  overlays?: Overlays;
}): string {
  const { topology } = proof.derived;
  const head = {
    format: 'bulkhead-matrix',
    version: MATRIX_VERSION,
    daemon: { path: topology.daemon, id: topology.daemonId, guard: guardOf(engine) },
    engine: engineOf(engine),
    // Without the guard, ports are not filtered: then workloads that share no segment do not communicate, and declared flows are open.
    proof: {
      state: result.state,
      claim: proof.hasGuard ? 'ONLY_DECLARED' : 'SEGMENTS_APART',
      ...('reason' in result && { reason: result.reason }),
    },
  };
  // No proof was made, so nothing is reported.
  if (result.state === 'SKIPPED') return jsonText(head);
  const writer = new Writer(proof);
  return jsonText({
    ...head,
    requirements: result.claims.map(({ path, text, reason }) => ({ declaredBy: path, text, holds: reason === undefined, reason })),
    open: [...linesOf(proof.matrix, proof.labels).map((line) => writer.line(line)), ...writer.forged()],
    undeclared: writer.undeclared(),
    blocked: proof.missing.map((each) => writer.blocked(each)),
    exposures: writer.exposures(),
    // Between services of the swarm, on any node: no rule of this host decides there.
    insideOverlays: overlays && new Writer(overlays.proof).undeclared().filter(({ kind }) => kind === 'OverlayOpen'),
  });
}

class Writer {
  private readonly others: ReadonlySet<string>;

  constructor(private readonly proof: Proof) {
    this.others = foreignContainersIn(proof.derived.topology);
  }

  public line({ ends: { source, destination, pieces }, ports, certain }: Line): object {
    return {
      source: this.end(source, pieces),
      destination: this.end(destination, pieces),
      ports: portsOf(ports),
      verdict: certain ? 'OPEN' : 'UNKNOWN',
    };
  }

  /** Datagrams with a source that is not the sender's. */
  public forged(): object[] {
    const { forged, labels } = this.proof;
    return forgedGroups(forged, labels).map(({ first, ports }) => ({
      source: first.forged.isOnDefaultBridge ? { kind: 'default-bridge' } : this.end(first.source.party, []),
      destination: this.end(first.receiver, []),
      ports: portsOf(echoOnly(ports)),
      verdict: first.certain ? 'OPEN' : 'UNKNOWN',
      forgedSource: first.forged.within ? 'standing' : 'new',
    }));
  }

  /** By kind, as the report tells them. */
  public undeclared(): { readonly kind: string }[] {
    const kinds = groupBy(undeclaredKinds(this.proof), ({ code }) => code);
    const told = [...kinds].flatMap(([code, found]) =>
      this.lines(found.map(({ cell }) => cell)).map((line) => ({ kind: code ?? 'Undeclared', ...line })),
    );
    return [...told, ...this.forged().map((line) => ({ kind: 'ForgedSource', ...line }))];
  }

  public blocked({ source, from, receiver, address, ports }: Deviation): object {
    return { source: this.end(source, []), from, destination: this.end(receiver, []), address, ports: portsOf(ports) };
  }

  public exposures(): object[] {
    const { matrix, labels, derived } = this.proof;
    const published = exposureLines(matrix, labels).map(({ workload, hostAddress, asked, ports, sources, anywhere, certain }) => {
      const { rest, chosen } = labels.split(asked);
      return {
        workload,
        hostAddress,
        hostPorts: portsOf(rest),
        chosenByEngine: chosen.length > 0 ? true : undefined,
        targetPorts: portsOf(ports),
        sources,
        anywhere,
        verdict: certain ? 'OPEN' : 'UNKNOWN',
      };
    });
    const onHost = exposuresOnHost(derived.topology).map(({ workload, hostAddress, sources }) => ({
      workload,
      hostAddress,
      everythingItListensOn: true,
      sources,
      anywhere: true,
      // What the host's own firewall accepts is not known here.
      verdict: 'UNKNOWN',
    }));
    return [...published, ...onHost];
  }

  private lines(cells: readonly Cell[]): object[] {
    const { matrix, labels } = this.proof;
    return linesOf({ cells, outside: matrix.outside }, labels).map((line) => this.line(line));
  }

  private end(party: Party, pieces: readonly AddressEnd[]): object {
    switch (party.kind) {
      case 'container':
        return { kind: this.others.has(party.key) ? 'container-of-others' : 'workload', path: party.key };
      case 'host':
        return { kind: 'host' };
      case 'outside':
        return { kind: 'outside', ...(pieces.length > 0 && { blocks: outsideBlocks(pieces, this.proof.matrix.outside) }) };
    }
  }
}

function portsOf(set: PortSet): object[] {
  return PROTOCOLS.flatMap((protocol) => set[protocol].map(([first, last]) => ({ protocol, first, last })));
}
