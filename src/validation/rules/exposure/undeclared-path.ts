import { isProved, proofOf } from './private/proofs';
import { groupBy } from '../../../private/multimap';
import { deviationCell } from '../../../reachability/private/deviation-text';
import { existingMatters } from '../../../reachability/private/existing-matters';
import { breachesOf, weaknessesOf } from '../../../reachability/private/weaknesses';
import { wireMatters } from '../../../reachability/private/wire-matters';
import type { ReachableCell } from '../../../reachability/results';
import type { FactStore } from '../../../topology/private/fact-store';
import { DAEMON, storeOf } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** Connections between workloads that only the guard keeps closed. */
const WITHOUT_GUARD = ['SegmentOpen', 'PublicationOpen'];

export const undeclaredPath = defineRule({
  ruleId: 'BH-E02',
  title: 'undeclared path between segments',
  severity: Severity.ERROR,
  // A synth with a Bulkhead daemon reports the same itself: as UndeclaredFlow, or as a warning of the UnguardedDaemon.
  inDefaults: false,
  why: 'The proof compares all reachable connections with all declarations: a workload of one segment reaches a workload of another segment on undeclared ports, so an attacker who gets into the first can attack the second. Without the guard of a HardenedDaemon this happens wherever a flow joins two segments, in both directions and on every port; this case is a warning.',
  fix: 'manage the host with a HardenedDaemon, whose guard permits only declared flows; if that is impossible, place workloads that may reach each other on every port in one segment, or suppress this finding with the reason',
  resourceTypes: [DAEMON],
  applies: isProved,
  find: (daemon) => {
    const store = storeOf(daemon);
    const { open, weak } = undeclaredOf(store);
    return [...violations(store, open), ...violations(store, weak).map((violation) => ({ ...violation, severity: Severity.WARNING }))];
  },
});

/** What should always be closed, and what only a guard could close. */
function undeclaredOf(store: FactStore): { open: ReachableCell[]; weak: ReachableCell[] } {
  const proof = proofOf(store);
  if (!store.hasGuard) {
    return {
      open: breachesOf(proof).map((each) => deviationCell(each, proof.labels)),
      weak: weaknessesOf(proof).flatMap(({ code, cells }) => (WITHOUT_GUARD.includes(code) ? cells : [])),
    };
  }
  const isOfWire = wireMatters(proof.derived.topology);
  const isOfOthers = existingMatters(proof.derived.topology);
  const excess = proof.excess.filter((each) => !isOfWire(each) && !isOfOthers(each));
  return { open: excess.map((each) => deviationCell(each, proof.labels)), weak: [] };
}

/** One for each two segments, with its first case. */
function violations(store: FactStore, cells: readonly ReachableCell[]) {
  const { home } = store.derived().members;
  const between = groupBy(cells, ({ source, destination }) => {
    const [from, to] = [home.get(source), home.get(destination)];
    return from === undefined || to === undefined || from === to ? '' : `${from} > ${to}`;
  });
  return [...between].flatMap(([detail, [{ source, destination, ports }, ...more]]) =>
    detail === ''
      ? []
      : [
          {
            detail,
            message: `${source} reaches ${destination} on ${ports}, which is not declared${more.length > 0 ? `, and ${more.length} more such paths` : ''}`,
          },
        ],
  );
}
