import * as fc from 'fast-check';
import type { HostRules } from '../../../../src/firewall/private/host-rules';
import type { Endpoint } from '../../../../src/reachability/private/matrix/endpoints';
import { GroupShut } from '../../../../src/reachability/private/matrix/group-shut';
import { readAddress } from '../../../../src/reachability/private/walk/address';
import type { HostView } from '../../../../src/reachability/private/walk/host-view';
import { walk } from '../../../../src/reachability/private/walk/walk';
import { rulesWith, understood } from '../../../support/random-rules';
import { ruleOf, rulesOf, smallHost } from '../../../support/small-host';

const BRIDGES = ['br-a', 'br-b', 'br-i'];

/** From all containers of br-a to the other bridges. */
function drops(view: HostView): boolean {
  return new GroupShut(view.rules.ipv4).drops({ entry: 'br-a', exits: BRIDGES.slice(1), sources: endpointsOn(view) });
}

function endpointsOn(view: HostView): Endpoint[] {
  return sourcesOn(view).map(({ key, address }) => ({
    party: { kind: 'container', key } as const,
    address,
    number: readAddress('ipv4', address)!,
    from: { kind: 'container', key, via: 'br-a', address } as const,
  }));
}

function sourcesOn({ containers }: HostView): { key: string; address: string }[] {
  return containers.flatMap(({ key, attachments }) =>
    attachments.flatMap(({ interface: name, ipv4 }) => (name === 'br-a' && ipv4 !== undefined ? [{ key, address: ipv4 }] : [])),
  );
}

test.each([
  ['the bridge is closed towards all others', '-i br-a ! -o br-a -j DROP', true],
  ['by its prefix', '-i br-+ -j DROP', true],
  ['towards one only', '-i br-a -o br-b -j DROP', false],
  ['towards one and the other', '-i br-a -o br-b -j DROP\n-i br-a -o br-i -j DROP', false],
  ['some of its containers', '-i br-a -s 10.1.0.2 -j DROP', false],
  ['some are let by before', '-i br-a -p tcp --dport 80 -j ACCEPT\n-i br-a -j DROP', false],
  ['some go back to the base chain before', '-i br-a -p tcp --dport 80 -j RETURN\n-i br-a -j DROP', false],
  ['some are dropped before', '-i br-a -p tcp --dport 80 -j DROP\n-i br-a -j DROP', true],
  ['others are let by before', '-i br-b -j ACCEPT\n-i br-a -j DROP', true],
  ['connections that stand are let by before', '--ctstate ESTABLISHED -j ACCEPT\n-i br-a -j DROP', true],
  ['a rule with a rate', '-i br-a -j LOG\n-i br-a -j DROP', true],
])('%s', (_what, rules, expected) => {
  expect(drops(smallHost(`[filter FORWARD accept]\n${rules}`))).toBe(expected);
});

test('the policy drops, and what may be translated is left open', () => {
  expect(drops(smallHost('[filter FORWARD drop]'))).toBe(true);
  expect(drops(smallHost('[nat PREROUTING accept]\n-p tcp --dport 80 -j DNAT --to 192.0.2.50:80\n[filter FORWARD drop]'))).toBe(false);
  expect(drops(smallHost('[filter X]\n-i br-a -j DROP\n[filter FORWARD accept]\n-j X'))).toBe(true);
});

test('what it drops, the walk drops, packet by packet', () => {
  let shut = 0;
  fc.assert(
    fc.property(
      rulesWith(understood),
      fc.constantFrom('tcp' as const, 'udp' as const),
      fc.constantFrom(79, 80, 443, 8080),
      (rules, protocol, port) => {
        const view = smallHost({ ipv4: rules });
        if (!drops(view)) return;
        shut++;
        // A container that hangs on br-a as well answers there for all of its addresses.
        const others = view.containers.filter(({ attachments }) => !attachments.some(({ interface: name }) => name === 'br-a'));
        const targets = others.flatMap(({ attachments }) =>
          attachments.flatMap(({ interface: name, ipv4 }) =>
            name !== 'br-a' && BRIDGES.includes(name) && ipv4 !== undefined ? [ipv4] : [],
          ),
        );
        for (const { key, address } of sourcesOn(view)) {
          for (const to of targets) {
            const from = { kind: 'container', key, via: 'br-a', address } as const;
            expect(walk(view, { family: 'ipv4', from, to, protocol, port }).disposition).not.toMatch(/DELIVERED|UNKNOWN/);
          }
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(shut).toBeGreaterThan(10);
});

/** The bridge is closed towards the host and others somewhere among the rules: by chance alone hardly any rules do it. */
function shutAt(rules: HostRules, position: number): HostRules {
  const drop = ruleOf('-i br-a -j DROP');
  const chains = rules.chains.map((chain) =>
    chain.base && chain.base.hook !== 'prerouting'
      ? { ...chain, rules: [...chain.rules.slice(0, position), drop, ...chain.rules.slice(position)] }
      : chain,
  );
  return { ...rules, chains };
}

test('what it drops on its way to the host, the walk drops, translated or not', () => {
  let shut = 0;
  const nat = rulesOf('ipv4', '[nat PREROUTING accept]\n-p tcp --dport 80:443 -j DNAT --to 10.2.0.2:80').chains;
  fc.assert(
    fc.property(rulesWith(understood), fc.nat(3), fc.constantFrom(79, 80, 443, 8080), (random, position, port) => {
      const rules = shutAt(random, position);
      const view = smallHost({ ipv4: { ...rules, chains: [...rules.chains, ...nat] } });
      if (!new GroupShut(view.rules.ipv4).dropsToHost({ entry: 'br-a', exits: BRIDGES, sources: endpointsOn(view) })) return;
      shut++;
      for (const { key, address } of sourcesOn(view)) {
        for (const to of ['192.0.2.10', '10.1.0.1', '10.2.0.1']) {
          const from = { kind: 'container', key, via: 'br-a', address } as const;
          expect(walk(view, { family: 'ipv4', from, to, protocol: 'tcp', port }).disposition).not.toMatch(/DELIVERED|UNKNOWN/);
        }
      }
    }),
    { numRuns: 400 },
  );
  expect(shut).toBeGreaterThan(20);
});
