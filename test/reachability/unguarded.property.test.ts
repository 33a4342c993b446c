import * as fc from 'fast-check';
import { randomFacts, VERSIONS } from './random-facts';
import { EngineVersion } from '../../src';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { unguardedSettings } from '../../src/daemon/private/engine-settings';
import { type Deviation, undeclaredOf } from '../../src/reachability/private/audit';
import { deviationText } from '../../src/reachability/private/deviation-text';
import { Proof } from '../../src/reachability/private/proof';
import { breachesOf, weaknessesOf } from '../../src/reachability/private/weaknesses';
import { derive } from '../../src/topology/private/derive';
import type { EngineFacts } from '../../src/topology/private/engine-facts';
import type { Facts } from '../../src/topology/private/facts';

/** Engines that nobody hardened, with all that may be told of them. */
const engines = fc
  .record({
    version: fc.constantFrom(...VERSIONS),
    userlandProxy: fc.boolean(),
    forwardPolicyDrop: fc.boolean(),
    nftables: fc.boolean(),
  })
  .map(({ version, nftables, ...told }): EngineFacts => {
    const engine = EngineVersion.of(version);
    const isNft = nftables && engine.isAtLeast('29.0');
    // With nftables the engine opens nothing in a chain of iptables, so a policy there would shut everything.
    const settings = unguardedSettings(engine, { ...told, forwardPolicyDrop: told.forwardPolicyDrop && !isNft });
    return { version, settings, engineFirewall: isNft ? 'nftables' : 'iptables' };
  });

/** IPv4 alone, which is what such a daemon has; segments that are open inside, and the publications that are not refused where there is no guard. */
function openFacts(facts: Facts, { version }: EngineFacts): Facts {
  const keepsLoopback = EngineVersion.of(version).isAtLeast('28.0');
  return {
    ...facts,
    daemon: { ...facts.daemon, ipv6Pool: undefined },
    flows: facts.flows.filter(({ destination }) => destination.kind !== 'block' || destination.family === 'ipv4'),
    segments: facts.segments.map((segment) => ({ ...segment, icc: true })),
    publications: facts.publications
      .filter(({ family, sources }) => family === 'ipv4' && (sources.length > 0 || keepsLoopback))
      .map((one) => ({ ...one, sources: one.sources.length === 0 ? [] : ['0.0.0.0/0'] })),
  };
}

const programs = fc.tuple(randomFacts, engines);

function proofOf([facts, engine]: [Facts, EngineFacts]): Proof {
  return Proof.of(derive(openFacts(facts, engine), EMPTY_LOCK), engine);
}

test('what shares no segment does not talk, and what was declared flows', () => {
  fc.assert(
    fc.property(programs, (program) => {
      const proof = proofOf(program);
      const texts = (deviations: readonly Deviation[]) => deviations.map((each) => deviationText(each, proof.labels));
      expect([texts(breachesOf(proof)), texts(proof.missing)]).toEqual([[], []]);
    }),
    { numRuns: 40 },
  );
});

test('every pair of ends between which something undeclared is open is in some weakness, and no other pair is', () => {
  const nameOf = (party: { readonly kind: string; readonly key?: string }) => party.key ?? (party.kind === 'host' ? 'host' : 'outside');
  const outsideOr = (text: string) => (text === 'host' || text.startsWith('app/') ? text : 'outside');
  fc.assert(
    fc.property(programs, (program) => {
      const proof = proofOf(program);
      const told = new Set(
        weaknessesOf(proof).flatMap(({ code, cells }) =>
          (code === 'ForgedSource' ? [] : cells).map((cell) => `${outsideOr(cell.source)} > ${outsideOr(cell.destination)}`),
        ),
      );
      const open = new Set(
        undeclaredOf(proof.matrix, proof.derived.topology).map(
          ({ cell: { source, receiver } }) => `${nameOf(source.party)} > ${nameOf(receiver)}`,
        ),
      );
      expect([...told].filter((pair) => !open.has(pair))).toEqual([]);
      // A pair may ask on every one of its addresses what it may ask on one.
      const between = (pair: string) => !pair.includes('host') && !pair.includes('outside');
      expect([...open].filter((pair) => !told.has(pair) && !between(pair))).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
