import * as fc from 'fast-check';
import { engineFacts, newGatewayBesidePublication, randomFacts, VERSIONS } from './random-facts';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import type { HostRules } from '../../src/firewall/private/host-rules';
import { changesBetween } from '../../src/reachability/private/changes';
import { declaredBlocks } from '../../src/reachability/private/declared';
import { type Cell, type Matrix, matrixOf } from '../../src/reachability/private/matrix/matrix';
import { intersect, isEmpty, NO_PORTS, subtract, union } from '../../src/reachability/private/matrix/port-set';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import { walk } from '../../src/reachability/private/walk/walk';
import { derive } from '../../src/topology/private/derive';
import type { Facts } from '../../src/topology/private/facts';

function matrixFor(view: HostView, blocks: readonly string[]): Matrix {
  return matrixOf(view, (probe) => walk(view, probe), UPLINK, blocks);
}

function matrixOfFacts(facts: Facts, version: string): Matrix {
  const { topology } = derive(facts, EMPTY_LOCK);
  return matrixFor(viewOf(topology, engineFacts(version)), declaredBlocks(topology));
}

test('law 5: a flow more opens what it says and closes nothing; a flow less opens nothing', () => {
  const scene = fc.tuple(
    randomFacts.filter(({ flows }) => flows.length > 0),
    fc.constantFrom(...VERSIONS),
  );
  fc.assert(
    fc.property(scene, ([facts, version]) => {
      const [added, ...others] = [...facts.flows].reverse();
      const [without, withIt] = [{ ...facts, flows: others }, facts].map((some) => matrixOfFacts(some, version));
      const changes = changesBetween(without, withIt);
      expect(changes.filter(({ closed }) => closed !== '')).toEqual([]);
      expect(changesBetween(withIt, without).filter(({ opened }) => opened !== '')).toEqual([]);
      const { members } = derive(facts, EMPTY_LOCK);
      const [sources, destinations] = [added.source, added.destination].map((peer) =>
        peer.kind === 'host' ? ['host'] : members.expand(peer),
      );
      for (const { source, destination } of changes) {
        expect(sources).toContain(source);
        if (added.destination.kind !== 'block') expect(destinations).toContain(destination);
      }
    }),
    { numRuns: 12, examples: [[[newGatewayBesidePublication, '20.10']]] },
  );
});

test('law 3: a rule that nobody understands makes no answer certain that was not, and hides none that was open', () => {
  const scene = fc.tuple(randomFacts, fc.constantFrom(...VERSIONS), fc.nat(1000));
  fc.assert(
    fc.property(scene, ([facts, version, nth]) => {
      const { topology } = derive(facts, EMPTY_LOCK);
      const view = viewOf(topology, engineFacts(version));
      const blocks = declaredBlocks(topology);
      const before = matrixFor(view, blocks);
      const after = matrixFor({ ...view, rules: { ...view.rules, ipv4: withDoubt(view.rules.ipv4, nth) } }, blocks);
      for (const [one, other, what] of [
        [after.cells.filter(({ certain }) => certain), before.cells, 'newly certain'],
        [before.cells, after.cells, 'hidden'],
      ] as const) {
        for (const cell of one) {
          const rest = other.filter((each) => isSameEnds(each, cell)).reduce((left, { asked }) => subtract(left, asked), cell.asked);
          expect([what, cell.source, cell.target, isEmpty(rest)]).toEqual([what, cell.source, cell.target, true]);
        }
      }
    }),
    { numRuns: 12 },
  );
});

/** One rule, anywhere, gets a match more that may be met or not. */
function withDoubt(rules: HostRules, nth: number): HostRules {
  const all = rules.chains.flatMap((chain) => chain.rules);
  const chosen = all[nth % all.length];
  const doubtful = { ...chosen, matches: [...chosen.matches, { kind: 'unknown', text: '-m geoip' } as const] };
  return {
    ...rules,
    chains: rules.chains.map((chain) => ({ ...chain, rules: chain.rules.map((rule) => (rule === chosen ? doubtful : rule)) })),
  };
}

/** Pieces of the outside are cut alike, since both know the same blocks. */
function isSameEnds(a: Cell, b: Cell): boolean {
  return a.family === b.family && a.source.address === b.source.address && a.target.address === b.target.address;
}

test('the sets that the laws are told in are not empty', () => {
  const [facts] = fc.sample(
    randomFacts.filter(({ flows }) => flows.length > 3),
    { numRuns: 1, seed: 1 },
  );
  const { cells } = matrixOfFacts(facts, '28.5.2');
  const all = cells.reduce((sum, { asked }) => union(sum, asked), NO_PORTS);
  expect(isEmpty(intersect(all, all))).toBe(false);
});
