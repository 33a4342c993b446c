import * as fc from 'fast-check';
import type { HostRules } from '../../../../src/firewall/private/host-rules';
import type { Match } from '../../../../src/firewall/private/ir';
import { readAddress } from '../../../../src/reachability/private/walk/address';
import { Choices } from '../../../../src/reachability/private/walk/choices';
import { Flight } from '../../../../src/reachability/private/walk/flight';
import { passHook } from '../../../../src/reachability/private/walk/hooks';
import { Host } from '../../../../src/reachability/private/walk/host';
import type { ProbeSource, ProbeSpec } from '../../../../src/reachability/private/walk/outcome';
import { type Connection, Packet } from '../../../../src/reachability/private/walk/packet';
import { walk } from '../../../../src/reachability/private/walk/walk';
import { decide, type PlainPacket } from '../../../oracle/rules-oracle';
import { ADDRESSES, chainsOf, INTERFACES, PORTS, protocol, rulesWith, SETS, understood } from '../../../support/random-rules';
import { smallHost } from '../../../support/small-host';

const LOCAL = ['10.1.0.1', '10.2.0.1', '10.3.0.1', '192.0.2.10'];
const address = fc.constantFrom(...ADDRESSES);
const port = fc.constantFrom(...PORTS);

const plainPackets: fc.Arbitrary<PlainPacket> = fc.record({
  in: fc.constantFrom(...INTERFACES),
  out: fc.constantFrom(...INTERFACES),
  source: address,
  destination: address,
  protocol,
  sourcePort: port,
  destinationPort: port,
  icmpType: fc.constantFrom(0, 8),
  state: fc.constantFrom('NEW', 'ESTABLISHED', 'INVALID', 'UNTRACKED'),
  original: fc.record({ destination: address, port, isDnat: fc.boolean() }),
  localAddresses: fc.constant(LOCAL),
  mark: fc.constantFrom(0, 1, 0x80000000),
});

function packetOf(plain: PlainPacket, host: Host): Packet {
  const value = (text: string) => readAddress('ipv4', text)!;
  const { protocol: name, sourcePort, destinationPort, icmpType, original } = plain;
  const packet = new Packet(
    'ipv4',
    name,
    value(plain.source),
    sourcePort,
    value(plain.destination),
    destinationPort,
    icmpType,
    0,
    false,
    host,
  );
  packet.inInterface = plain.in;
  packet.outInterface = plain.out;
  packet.mark = plain.mark;
  packet.state = plain.state as Packet['state'];
  packet.connection = original && connectionOf(value(original.destination), original.port, original.isDnat, packet);
  return packet;
}

function connectionOf(destination: number | bigint, destinationPort: number, isDnat: boolean, packet: Packet): Connection {
  return {
    source: packet.source,
    sourcePort: packet.sourcePort,
    destination,
    destinationPort,
    toAddress: packet.destination,
    toPort: packet.destinationPort,
    fromAddress: packet.source,
    destinationIsDecided: true,
    sourceIsDecided: true,
    destinationIsTranslated: isDnat,
    sourceIsTranslated: false,
    mark: 0,
  };
}

test('the compiled rules decide as the plain ones do, and leave the same mark', () => {
  const seen = { through: 0, stopped: 0 };
  const scenes = fc.record({
    chains: chainsOf('forward', 'filter', understood),
    packets: fc.array(plainPackets, { minLength: 15, maxLength: 15 }),
  });
  fc.assert(
    fc.property(scenes, ({ chains, packets }) => {
      const rules: HostRules = { family: 'ipv4', chains, sets: SETS, notUnderstood: [] };
      const host = Host.of(smallHost({ ipv4: rules }));
      for (const drawn of packets) {
        const isTracked = drawn.state === 'NEW' || drawn.state === 'ESTABLISHED';
        const plain = { ...drawn, original: isTracked ? drawn.original : undefined };
        const packet = packetOf(plain, host);
        const stop = passHook(new Flight(host, new Choices(), false, undefined), 'forward', packet);
        const expected = decide(rules, 'forward', plain);
        const place = stop?.place && { chain: stop.place.chain, ...(stop.place.index === undefined ? {} : { index: stop.place.index }) };
        expect(place ?? 'through').toEqual(expected);
        expect(packet.mark).toBe(plain.mark);
        seen[stop ? 'stopped' : 'through']++;
      }
    }),
    { numRuns: 150 },
  );
  expect(Math.min(seen.through, seen.stopped)).toBeGreaterThan(100);
});

const SOURCES: readonly ProbeSource[] = [
  ...['a1', 'b1', 'both'].map((key) => ({ kind: 'container' as const, key })),
  { kind: 'host' },
  { kind: 'outside', interface: 'eth0', address: '192.0.2.50' },
];
const probes: fc.Arbitrary<ProbeSpec> = fc.record({
  family: fc.constant('ipv4' as const),
  from: fc.constantFrom(...SOURCES),
  to: address,
  protocol,
  port,
});
const shut: fc.Arbitrary<Match> = fc.oneof({ weight: 8, arbitrary: understood }, fc.constant<Match>({ kind: 'unknown', text: 'x' }));

/** The rules with one match, or all those of one rule, not understood any more. */
function blur(rules: HostRules, which: number, isWhole: boolean): HostRules {
  const total = rules.chains.flatMap((chain) => chain.rules.flatMap(({ matches }) => matches)).length;
  let left = which % Math.max(1, total);
  const chains = rules.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.map((rule) => {
      const hit = left;
      left -= rule.matches.length;
      const isHit = hit >= 0 && hit < rule.matches.length;
      const matches = rule.matches.map((match, i): Match =>
        isHit && (isWhole || i === hit) ? { kind: 'unknown', text: 'blurred' } : match,
      );
      return { ...rule, matches };
    }),
  }));
  return { ...rules, chains };
}

test.each([
  ['understood rules', understood],
  ['rules of which some are not', shut],
])('what is not understood never makes an answer another one: %s', (_, match) => {
  const seen = { same: 0, unknown: 0 };
  const scenes = fc.record({
    rules: rulesWith(match),
    blurred: fc.array(fc.tuple(fc.nat(200), fc.boolean()), { minLength: 4, maxLength: 4 }),
    tried: fc.array(probes, { minLength: 6, maxLength: 6 }),
  });
  fc.assert(
    fc.property(scenes, ({ rules, blurred, tried }) => {
      const clear = smallHost({ ipv4: rules });
      const dims = blurred.map(([which, isWhole]) => smallHost({ ipv4: blur(rules, which, isWhole) }));
      for (const probe of tried) {
        const expected = walk(clear, probe).disposition;
        for (const dim of dims) {
          const { disposition, possible } = walk(dim, probe);
          expect([expected, 'UNKNOWN']).toContain(disposition);
          if (expected !== 'UNKNOWN') expect(possible).toContain(expected);
          seen[disposition === expected ? 'same' : 'unknown']++;
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(seen.unknown).toBeGreaterThan(5);
});

test('every walk has a reason, and the one with a trace says the same', () => {
  fc.assert(
    fc.property(fc.record({ rules: rulesWith(shut), probe: probes }), ({ rules, probe }) => {
      const view = smallHost({ ipv4: rules });
      const outcome = walk(view, probe);
      expect({ ...walk(view, probe, { trace: true }), steps: [] }).toEqual(outcome);
      expect(outcome.reason === 'arrived').toBe(outcome.disposition === 'DELIVERED');
      expect(outcome.decidedBy !== undefined).toBe(outcome.disposition === 'DROPPED');
      expect(outcome.doubts.length > 0).toBe(outcome.disposition === 'UNKNOWN');
      expect(outcome.possible.length).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});
