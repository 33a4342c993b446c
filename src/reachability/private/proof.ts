import { type Deviation, excessOf, missingOf } from './audit';
import { declaredBlocks } from './declared';
import { concernsUs, isBeyondUs } from './existing-matters';
import { forgedCells } from './forged/forged';
import type { ForgedCell } from './forged/forged-cell';
import { Labels } from './labels';
import { type Matrix, matrixOf } from './matrix/matrix';
import type { Provable, Selection } from './selection';
import { UPLINK, viewOf } from './view-of';
import type { HostView } from './walk/host-view';
import type { Outcome, ProbeSpec } from './walk/outcome';
import { walk } from './walk/walk';
import type { EngineFacts } from '../../topology/private/engine-facts';
import { sendersOf } from '../../topology/private/senders';

const proofs = new WeakMap<Provable, Proof>();

/** All results for one snapshot, each computed at its first use. */
export class Proof {
  public static of(derived: Provable, engine: EngineFacts): Proof {
    const known = proofs.get(derived) ?? new Proof(derived, engine);
    proofs.set(derived, known);
    return known;
  }

  public readonly labels: Labels;
  private seen: {
    view?: HostView;
    matrix?: Matrix;
    excess?: readonly Deviation[];
    missing?: readonly Deviation[];
    forged?: readonly ForgedCell[];
  } = {};

  private constructor(
    public readonly derived: Provable,
    private readonly engine: EngineFacts,
  ) {
    this.labels = new Labels(derived.topology);
  }

  public get view(): HostView {
    return (this.seen.view ??= viewOf(this.derived.topology, this.engine));
  }

  public get matrix(): Matrix {
    return (this.seen.matrix ??= this.makeMatrix());
  }

  /** Undeclared connections with a source that is not the sender's own. */
  public get forged(): readonly ForgedCell[] {
    return (this.seen.forged ??= this.makeForged());
  }

  /** Open and undeclared connections. */
  public get excess(): readonly Deviation[] {
    return (this.seen.excess ??= excessOf(this.matrix, this.derived.topology));
  }

  /** What was declared and does not flow. */
  public get missing(): readonly Deviation[] {
    return (this.seen.missing ??= missingOf(this.matrix, this.derived.topology));
  }

  /** Whether it is known at all which connections from one peer to another are closed. */
  public isBeyondUs(source: Selection, destination: Selection): boolean {
    return isBeyondUs(source, destination, this.derived.topology, this.engine);
  }

  /** Whether Bulkhead's rules are on the host. */
  public get hasGuard(): boolean {
    return this.engine.guardBackend !== undefined;
  }

  public trace(probe: ProbeSpec): Outcome {
    return walk(this.view, probe, { trace: true });
  }

  private makeForged(): ForgedCell[] {
    const { topology } = this.derived;
    return forgedCells(
      {
        view: this.view,
        walk: (probe) => walk(this.view, probe),
        uplink: UPLINK,
        blocks: declaredBlocks(topology),
        topology,
        senders: sendersOf(topology),
      },
      this.matrix,
    );
  }

  private makeMatrix(): Matrix {
    const { topology } = this.derived;
    const { cells, outside } = matrixOf(this.view, (probe) => walk(this.view, probe), UPLINK, declaredBlocks(topology));
    return { cells: topology.existing.length === 0 ? cells : cells.filter(concernsUs(topology)), outside };
  }
}
