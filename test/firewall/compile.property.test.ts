import * as fc from 'fast-check';
import { EMPTY, type Fields, fields, packets, pairSets, plausible, topologies } from './arbitraries';
import { matchesAll, type Place, placeOf, walk } from './walk';
import { compile } from '../../src/firewall/private/compile';
import type { Match, Rule, Ruleset } from '../../src/firewall/private/ir';
import type { Family } from '../../src/topology/private/terms';
import type { Topology } from '../../src/topology/private/topology';
import { asEntered, guardAdmits, inBlock, mayEnter, type Packet, passAccepts } from '../oracle/packet-oracle';
import { restoreFiles } from '../support/restore-files';

const RUNS = { numRuns: 150 };
const FAMILIES: Family[] = ['ipv4', 'ipv6'];

/** A topology with packets that are about it. */
const scenes = topologies.chain((topology) =>
  fc.record({ topology: fc.constant(topology), packets: fc.array(packets(topology), { minLength: 60, maxLength: 60 }) }),
);

describe('the rules do what the plans say', () => {
  test('guard', () => {
    const seen = { through: 0, drop: 0 };
    fc.assert(
      fc.property(scenes, ({ topology, packets: all }) => {
        const rulesets = { ipv4: compile(topology, 'ipv4'), ipv6: compile(topology, 'ipv6') };
        for (const packet of all) {
          const outcome = guarded(rulesets[packet.family], packet);
          expect({ packet, admitted: outcome === 'through' }).toEqual({ packet, admitted: admits(topology, packet) });
          seen[outcome]++;
        }
      }),
      RUNS,
    );
    // Both answers are common, or the packets prove little.
    expect(Math.min(seen.through, seen.drop) / (seen.through + seen.drop)).toBeGreaterThan(0.2);
  });

  test('pass', () => {
    const seen = { accept: 0, through: 0 };
    fc.assert(
      fc.property(scenes, ({ topology, packets: all }) => {
        const rulesets = { ipv4: compile(topology, 'ipv4'), ipv6: compile(topology, 'ipv6') };
        for (const packet of all.filter((one) => one.hook === 'FORWARD' && mayEnter(topology, asEntered(one)!))) {
          const outcome = walk(rulesets[packet.family], 'DOCKER-USER', packet).verdict;
          expect({ packet, accepted: outcome === 'accept' }).toEqual({ packet, accepted: passAccepts(topology, packet) });
          seen[outcome as 'accept' | 'through']++;
        }
      }),
      RUNS,
    );
    expect(Math.min(seen.accept, seen.through) / (seen.accept + seen.through)).toBeGreaterThan(0.1);
  });

  test('what touches none of our bridges is left alone by guard and pass', () => {
    const blocks = EMPTY.networks.flatMap(({ ipv4, ipv6 }) => [ipv4.block, ...(ipv6 ? [ipv6.block] : [])]);
    const isOurs = (address: string) => blocks.some((block) => inBlock(address, block));
    const foreign = packets(EMPTY).filter((p) => !p.in.startsWith('bh-') && !p.out.startsWith('bh-') && p.in !== 'lo');
    fc.assert(
      fc.property(topologies, foreign, (topology, packet) => {
        const ruleset = compile(topology, packet.family);
        const atLoopback = packet.hook === 'INPUT' && inBlock(packet.dst, '127.0.0.0/8');
        fc.pre(!atLoopback && !(packet.hook === 'OUTPUT' && isOurs(packet.src)));
        expect(walk(ruleset, packet.hook, packet)).toEqual({ verdict: 'through', logged: false });
        expect(walk(ruleset, 'DOCKER-USER', packet)).toEqual({ verdict: 'through', logged: false });
        if (!isOurs(packet.src) && !isOurs(packet.dst)) {
          expect(walk(ruleset, 'PREROUTING', packet)).toEqual({ verdict: 'through', logged: false });
        }
      }),
      RUNS,
    );
  });
});

test('an answer to the host at a loopback address is let in, anything else from outside is not', () => {
  const packet = { ...plausible(sample('ipv4'), EMPTY), hook: 'INPUT' as const, in: 'docker0', dst: '127.0.0.1' };
  expect(walk(compile(EMPTY, 'ipv4'), 'INPUT', { ...packet, ctstate: 'ESTABLISHED' }).verdict).toBe('through');
  expect(walk(compile(EMPTY, 'ipv4'), 'INPUT', { ...packet, ctstate: 'NEW' }).verdict).toBe('drop');
  expect(walk(compile(EMPTY, 'ipv4'), 'INPUT', { ...packet, in: 'lo', ctstate: 'NEW' }).verdict).toBe('through');
});

test('the order of plans does not matter: same bytes', () => {
  const shuffled = topologies.chain((t) =>
    fc.record({
      a: fc.constant(t),
      b: fc.record({
        pairs: permutation(t.pairs),
        egress: permutation(t.egress),
        hostFlows: permutation(t.hostFlows),
        publications: permutation(t.publications),
        networks: permutation(t.networks),
        egressExclusions: permutation(t.egressExclusions),
      }),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ a, b }) => {
      const publications = b.publications.map((p) => ({ ...p, sources: [...p.sources].reverse() }));
      expect(restoreFiles({ ...a, ...b, publications })).toEqual(restoreFiles(a));
    }),
    RUNS,
  );
});

test('one more plan never closes anything', () => {
  const kinds = ['pairs', 'egress', 'hostFlows', 'publications'] as const;
  fc.assert(
    fc.property(scenes, fc.constantFrom(...kinds), fc.nat(), ({ topology, packets: all }, kind, n) => {
      const plans = topology[kind];
      fc.pre(plans.length > 0);
      const without: Topology = { ...topology, [kind]: (plans as readonly unknown[]).filter((_, i) => i !== n % plans.length) };
      const compiled = [without, topology].map((t) => ({ ipv4: compile(t, 'ipv4'), ipv6: compile(t, 'ipv6') }));
      for (const { label: _, ...rest } of all) {
        // What waits to be counted was opened by the plan itself.
        const packet: Packet = { ...rest, label: 'none' };
        for (const hook of [packet.hook, ...(packet.hook === 'FORWARD' ? (['DOCKER-USER'] as const) : [])]) {
          const rank = { drop: 0, through: 1, accept: 2 };
          const [less, more] = compiled.map((rulesets) => rank[walk(rulesets[packet.family], hook, packet).verdict]);
          expect(more).toBeGreaterThanOrEqual(less);
        }
      }
    }),
    { numRuns: 100 },
  );
});

describe('no rule is there for nothing', () => {
  test('each permission opens something of its own', () => {
    let rules = 0;
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const family of FAMILIES) {
          const ruleset = compile(topology, family);
          for (const [c, chain] of ruleset.chains.entries()) {
            for (const [i, rule] of chain.rules.entries()) {
              if (isPermission(rule, topology)) {
                rules++;
                const without = withoutRule(ruleset, c, i);
                expect({ rule, witness: witness(rule, ruleset, without, placeOf(chain), topology) }).toEqual({
                  rule,
                  witness: expect.anything(),
                });
              }
            }
          }
        }
      }),
      // Without shrinking, which would search for a witness again and again.
      { numRuns: 60, endOnFailure: true },
    );
    expect(rules).toBeGreaterThan(300);
  });

  test('nor is a standing rule, once there are permissions beside it', () => {
    const topology = full();
    for (const family of FAMILIES) {
      const ruleset = compile(topology, family);
      for (const [c, chain] of ruleset.chains.entries()) {
        for (const [i, rule] of chain.rules.entries()) {
          const without = withoutRule(ruleset, c, i);
          expect({ rule, witness: witness(rule, ruleset, without, placeOf(chain), topology) }).toEqual({
            rule,
            witness: expect.anything(),
          });
        }
      }
    }
  });
});

/** What becomes of a packet on its way into the host, and then at its own hook. */
function guarded(ruleset: Ruleset, packet: Packet): 'through' | 'drop' {
  const entered = asEntered(packet);
  const first = entered === undefined ? 'through' : walk(ruleset, 'PREROUTING', entered).verdict;
  return first === 'through' ? (walk(ruleset, packet.hook, packet).verdict as 'through' | 'drop') : 'drop';
}

function admits(topology: Topology, packet: Packet): boolean {
  const entered = asEntered(packet);
  const isIn = entered === undefined || mayEnter(topology, entered);
  return isIn && (packet.hook === 'PREROUTING' || guardAdmits(topology, packet));
}

function permutation<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

function sample(family: Family): Packet {
  return Object.fromEntries(Object.entries(fields(family, EMPTY)).map(([k, values]) => [k, values[0]])) as unknown as Packet;
}

function isPermission(rule: Rule, topology: Topology): boolean {
  const plans = [...topology.pairs, ...topology.egress, ...topology.hostFlows, ...topology.publications];
  return rule.origin.startsWith('pairs on ') || plans.some((plan) => plan.origin === rule.origin);
}

/** Some of everything, with egress around every exclusion. */
function full(): Topology {
  const rich = fc.sample(topologies, { numRuns: 200, seed: 7 });
  const all = rich.slice(0, 12);
  const origin = (i: number) => ({ origin: `plan ${i}` });
  let n = 0;
  const collect = <T>(of: (t: Topology) => readonly T[]) => all.flatMap(of).map((plan) => ({ ...plan, ...origin(n++), rate: undefined }));
  const anywhere = (family: Family) => ({
    bridge: 'bh-gw',
    family,
    source: family === 'ipv4' ? '10.20.8.12' : 'fd00:20:8::c',
    destination: family === 'ipv4' ? '0.0.0.0/0' : '::/0',
    port: { protocol: 'tcp' as const, first: 80, last: 80 },
    origin: `everywhere ${family}`,
  });
  return {
    ...EMPTY,
    pairs: collect((t) => t.pairs),
    egress: [...collect((t) => t.egress), anywhere('ipv4'), anywhere('ipv6')],
    hostFlows: collect((t) => t.hostFlows),
    publications: [...collect((t) => t.publications), ...FAMILIES.map(ratedPublication)],
  };
}

function ratedPublication(family: Family): Topology['publications'][0] {
  const port = { protocol: 'tcp' as const, first: 1000, last: 1000 };
  const [address, hostAddress, source] =
    family === 'ipv4' ? ['10.20.8.12', '192.0.2.10', '0.0.0.0/0'] : ['fd00:20:8::c', '2001:db8::10', '::/0'];
  return {
    workload: 'rated',
    bridge: 'bh-gw',
    family,
    address,
    hostAddress,
    hostPort: port,
    targetPort: port,
    sources: [source],
    rate: { amount: 5, per: 'minute', burst: 5 },
    origin: `rated ${family}`,
  };
}

function aimAtRated(family: Family): Partial<Fields> {
  const { bridge, address, hostAddress, hostPort } = ratedPublication(family);
  const ports = [hostPort.first];
  return {
    out: [bridge],
    dst: [address],
    proto: ['tcp'],
    dport: ports,
    dnat: [true],
    origDst: [hostAddress],
    origPort: ports,
    dir: ['original'],
  };
}

function withoutRule(ruleset: Ruleset, chain: number, rule: number): Ruleset {
  const cut = (rules: readonly Rule[]) => rules.filter((_, at) => at !== rule);
  return { ...ruleset, chains: ruleset.chains.map((c, at) => (at === chain ? { ...c, rules: cut(c.rules) } : c)) };
}

/** A packet with another outcome once the rule is gone; it must be one that the rule itself matches. */
function witness(rule: Rule, before: Ruleset, after: Ruleset, hook: Place, topology: Topology): Packet | undefined {
  const narrowed = narrow(rule, before, hook, fields(before.family, topology));
  const names = Object.keys(narrowed) as (keyof Packet)[];
  const pick = generator(1);
  for (let i = 0; i < 30_000; i++) {
    const packet = plausible(
      Object.fromEntries(names.map((name) => [name, narrowed[name][pick(narrowed[name].length)]])) as unknown as Packet,
      topology,
    );
    if (matchesAll(rule, before.sets, packet)) {
      const [a, b] = [walk(before, hook, packet), walk(after, hook, packet)];
      if (a.verdict !== b.verdict || a.logged !== b.logged) {
        return packet;
      }
    }
  }
  return undefined;
}

/** Leaves of each field only what the rule can match, where one match decides alone. */
function narrow(rule: Rule, { sets }: Ruleset, hook: string, all: Fields): Fields {
  const base = Object.fromEntries(Object.entries(all).map(([k, values]) => [k, values[0]])) as unknown as Packet;
  const keep = <K extends keyof Packet>(name: K, kinds: Match['kind'][], wanted: Partial<Packet> = {}) => {
    const matches = rule.matches.filter((match) => kinds.includes(match.kind));
    return all[name].filter((value) => matchesAll({ ...rule, matches }, sets, { ...base, ...wanted, [name]: value }));
  };
  const needsDnat = rule.matches.some((match) => match.kind === 'ct-state' && match.states.includes('DNAT'));
  const original = rule.matches.find((match) => match.kind === 'ct-original');
  // What carries a label is on its way to what has a rate: too rare to be met by chance.
  const labelled = rule.matches.some((match) => match.kind === 'ct-label' && !match.negate && !match.set) ? aimAtRated(all.family[0]) : {};
  const isCounting = rule.matches.some((match) => match.kind === 'ct-status' && !match.negate);
  const set = pairSets(sets).find(({ name }) => rule.matches.some((match) => match.kind === 'in-set' && match.set === name));
  const narrowed = {
    ...all,
    hook: [hook === 'DOCKER-USER' ? 'FORWARD' : hook] as Packet['hook'][],
    in: keep('in', ['in-interface']),
    out: keep('out', ['out-interface']),
    src: set ? set.elements.map((e) => e.source) : keep('src', ['source']),
    dst: set ? set.elements.map((e) => e.destination) : keep('dst', ['destination']),
    proto: set ? set.elements.map((e) => e.protocol) : keep('proto', ['protocol']),
    dport: keep('dport', ['destination-port'], { proto: 'tcp' }),
    icmpType: all.icmpType,
    ctstate: isCounting ? ['ESTABLISHED' as const] : needsDnat ? ['NEW' as const] : keep('ctstate', ['ct-state']),
    flag: keep('flag', ['tcp-flags'], { proto: 'tcp' }),
    complete: keep('complete', ['ct-status']),
    label: isCounting ? ['opened' as const] : keep('label', ['ct-label']),
    known: rule.matches.some((match) => match.kind === 'rate-per-source' && match.places) ? keep('known', ['in-set']) : all.known,
    dnat: needsDnat ? [true] : all.dnat,
    origDst: keep('origDst', ['ct-original'], { origPort: original?.first }),
    origPort: keep('origPort', ['ct-original'], { origDst: original?.address }),
    dir: keep('dir', ['ct-direction']),
    ...labelled,
  };
  return narrowed as Fields;
}

/** The same numbers each time (Park and Miller). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
}
