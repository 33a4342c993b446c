import * as fc from 'fast-check';
import { portSetText } from '../../../../src/reachability/private/matrix/port-set';
import { type Arrival, reach } from '../../../../src/reachability/private/matrix/reach';
import { factsOf } from '../../../../src/reachability/private/matrix/rule-facts';
import type { HostView } from '../../../../src/reachability/private/walk/host-view';
import type { ProbeSource } from '../../../../src/reachability/private/walk/outcome';
import { walk } from '../../../../src/reachability/private/walk/walk';
import { ADDRESSES, PORTS, rulesWith, understood } from '../../../support/random-rules';
import { rulesOf, smallHost } from '../../../support/small-host';
import { a1, HOST, NEIGHBOUR } from '../../../support/walk-words';

/** With every rule as one that may have a say. */
function arrivals(view: HostView, from: ProbeSource, to: string): Arrival[] {
  const facts = factsOf(view.rules.ipv4);
  return reach({ family: 'ipv4', from, to, owner: { kind: 'outside' }, others: [] }, { there: facts, back: facts }, (probe) =>
    walk(view, probe),
  );
}

const texts = (all: readonly Arrival[]) => all.map(({ asked, ports }) => `${portSetText(asked)} => ${portSetText(ports)}`);

test('ports that rules open, by protocol', () => {
  const view = smallHost(`[filter FORWARD drop]
    --ctstate ESTABLISHED -j ACCEPT
    -p tcp --dport 80:90 -j ACCEPT
    -p tcp --dport 91 -j ACCEPT
    -p udp --ports 53,443 -j ACCEPT
    -p icmp --icmp-type 8 -j ACCEPT
    -p 47 -j ACCEPT`);
  // A sender chooses its own port: from port 53 or 443 it reaches every port by UDP.
  const open = 'tcp/80-91, udp/0-65535, icmp/ping, other protocols';
  expect(texts(arrivals(view, a1, '10.2.0.2'))).toEqual([`${open} => ${open}`]);
});

test('a translation to a range keeps the ports inside of it, and puts the others on its first', () => {
  const view = smallHost(`[nat PREROUTING accept]
    -p tcp --dport 8000:9000 -j DNAT --to 10.1.0.2:8080-8090
    [filter FORWARD drop]
    --ctstate ESTABLISHED -j ACCEPT
    -p tcp -d 10.1.0.2 --dport 8080:8085 -j ACCEPT`);
  expect(texts(arrivals(view, NEIGHBOUR, '192.0.2.10').filter(({ receiver }) => receiver.kind === 'container'))).toEqual([
    'tcp/8000-8085, tcp/8091-9000 => tcp/8080-8085',
  ]);
});

test('a rule that the answers meet counts', () => {
  const view = smallHost('[filter FORWARD accept]\n-p tcp -s 10.2.0.2 --sport 80 -j DROP');
  const [{ asked }] = arrivals(view, a1, '10.2.0.2');
  expect(asked.tcp).toEqual([
    [0, 79],
    [81, 65535],
  ]);
});

test('a port that only one source port reaches counts as open', () => {
  const view = smallHost('[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n-p tcp --sport 53 --dport 80 -j ACCEPT');
  expect(texts(arrivals(view, a1, '10.2.0.2'))).toEqual(['tcp/80 => tcp/80']);
});

test('a negated protocol does not hide the ports of the others', () => {
  const view = smallHost('[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n! -p udp -j RETURN\n-p udp --dport 90 -j ACCEPT');
  expect(texts(arrivals(view, a1, '10.2.0.2'))).toEqual(['udp/90 => udp/90']);
});

test('it says of every packet what the walk says', () => {
  const corners = [...PORTS.flatMap((port) => [port - 1, port, port + 1, port + 11]), 1, 8000, 8010, 65535];
  const scenes = fc.record({
    rules: rulesWith(understood),
    from: fc.constantFrom<ProbeSource>(a1, HOST, NEIGHBOUR),
    to: fc.constantFrom(...ADDRESSES),
    tried: fc.array(fc.record({ protocol: fc.constantFrom('tcp' as const, 'udp' as const), port: fc.constantFrom(...corners) }), {
      minLength: 12,
      maxLength: 12,
    }),
  });
  const nat = rulesOf('ipv4', '[nat PREROUTING accept]\n-i eth0 -p tcp --dport 80:8080 -j DNAT --to 10.1.0.3:8000-8010').chains;
  fc.assert(
    fc.property(scenes, ({ rules, from, to, tried }) => {
      const view = smallHost({ ipv4: { ...rules, chains: [...rules.chains, ...nat] } });
      const open = arrivals(view, from, to);
      for (const { protocol, port } of tried) {
        const { disposition } = walk(view, { family: 'ipv4', from, to, protocol, port });
        const isOpen = open.some(({ asked, certain }) => certain && asked[protocol].some(([first, last]) => first <= port && port <= last));
        // What an ephemeral source port gets through is open; a port that only another one reaches is open, too.
        if (disposition === 'DELIVERED') expect([protocol, port, isOpen]).toEqual([protocol, port, true]);
        const hasSourcePorts = JSON.stringify(rules).includes('source-port') || JSON.stringify(rules).includes('port-list');
        if (!hasSourcePorts) expect([protocol, port, isOpen]).toEqual([protocol, port, disposition === 'DELIVERED']);
      }
    }),
    { numRuns: 100 },
  );
});
