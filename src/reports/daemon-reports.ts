import * as fs from 'fs';
import * as path from 'path';
import { matrixJson } from './private/matrix-json';
import { overlaysOf } from './private/overlays';
import { proofResult } from './private/proof-result';
import { renderReport } from './private/report-md';
import { exposureGroups } from './private/report-sections';
import type { Summary } from './private/summary-line';
import { topologyJson } from './private/topology-json';
import { exposuresOf } from '../reachability/private/describe';
import { deviationCell } from '../reachability/private/deviation-text';
import { forgedLines } from '../reachability/private/forged/forged-text';
import { Proof } from '../reachability/private/proof';
import { unexpected } from '../reachability/private/prove';
import { exposuresOnHost } from '../reachability/private/segmentless';
import { readableCells, weaknessesOf } from '../reachability/private/weaknesses';
import type { ReachableCell } from '../reachability/results';
import type { FactStore } from '../topology/private/fact-store';

/** Kinds that no guard filters. */
const BY_NATURE: ReadonlySet<string> = new Set(['WireOpen', 'ExistingOpen']);

/** What differs from one daemon to another. */
interface ReportProps {
  readonly withoutProofReason?: string;
  readonly startWithoutGuardReason?: string;
}

/** What the line at the end of the synth tells of it. */
export type Written = Pick<Summary, 'result' | 'hasGuard' | 'isWeaker' | 'flows' | 'exposures' | 'swarm'>;

/** Writes `report.md` for people, and `topology.json` and `matrix.json` for programs. */
export function writeDaemonReports(folder: string, store: FactStore, props: ReportProps): Written {
  const { engine } = store;
  const facts = store.facts();
  const proof = Proof.of(store.derived(), engine);
  const { topology } = proof.derived;
  const result = proofResult(store, proof, props.withoutProofReason);
  const isKnown = result.state !== 'SKIPPED';
  const { labels } = proof;
  const exposures = isKnown ? [...exposuresOf(proof.matrix, labels), ...exposuresOnHost(topology)] : [];
  const overlays = overlaysOf(store);
  const weaknesses = isKnown
    ? [...weaknessesOf(proof).filter(({ code }) => !store.hasGuard || BY_NATURE.has(code)), ...(overlays?.weaknesses ?? [])]
    : [];
  const report = renderReport({
    topology,
    engine,
    dualStack: store.has('ipv6'),
    flows: facts.flows,
    result,
    open: isKnown ? [...readableCells(proof.matrix, labels), ...forgedLines(proof.forged, labels)] : [],
    exposures,
    weaknesses,
    overlays,
    undeclared: isKnown ? undeclaredCells(proof) : [],
    blocked: isKnown ? proof.missing.map((each) => deviationCell(each, labels)) : [],
    startWithoutGuardReason: props.startWithoutGuardReason,
  });
  fs.writeFileSync(path.join(folder, 'report.md'), report);
  fs.writeFileSync(path.join(folder, 'topology.json'), topologyJson(topology, engine, facts, overlays));
  fs.writeFileSync(path.join(folder, 'matrix.json'), matrixJson({ proof, result, engine, overlays }));
  return {
    result,
    hasGuard: store.hasGuard,
    isWeaker: weaknesses.length > 0,
    flows: facts.flows.length,
    ...(overlays !== undefined && { swarm: { path: overlays.swarm, flows: overlays.flows.length } }),
    ...(isKnown && { exposures: exposureGroups(exposures).length }),
  };
}

/** Without the guard forged sources are a weakness like the others. */
function undeclaredCells(proof: Proof): ReachableCell[] {
  const { labels, forged, hasGuard } = proof;
  return [...unexpected(proof).map((each) => deviationCell(each, labels)), ...(hasGuard ? forgedLines(forged, labels) : [])];
}
