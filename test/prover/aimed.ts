import type { Match, Rule, Verdict } from '../../src/firewall/private/ir';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import { NO_RULES, rulesOf, smallHost } from '../support/small-host';

/** Hosts on which one property of the kernel decides that hosts drawn by lot seldom come to. */
export const AIMED: readonly HostView[] = [
  // Two marks, of which the second must leave the first.
  host('[mangle PREROUTING accept]\n[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT', [], ({ chain }) =>
    chain === 'PREROUTING'
      ? [rule({ kind: 'set-mark', value: 1, mask: 1 }), rule({ kind: 'set-mark', value: 2, mask: 2 })]
      : [rule({ kind: 'accept' }, { kind: 'mark', value: 3, mask: 3 })],
  ),
  // What was asked before it was translated.
  host(
    '[nat PREROUTING accept]\n-d 192.0.2.10 -p tcp --dport 80:81 -j DNAT --to 10.1.0.2:80\n[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n--ctorigdst 192.0.2.10 -j ACCEPT',
  ),
  // One way of a pair.
  host('[filter FORWARD drop]\n--ctstate ESTABLISHED -j ACCEPT\n-p tcp --in-set pairs -j ACCEPT', [
    { name: 'pairs', elements: [{ source: '10.1.0.2', protocol: 'tcp', first: 80, last: 80, destination: '10.2.0.2', origin: '' }] },
  ]),
  // A container that asks for itself by the host's address, on a bridge that sends no frame back.
  host(
    '[nat PREROUTING accept]\n-d 192.0.2.10 -p tcp -j DNAT --to 10.1.0.2:80\n[nat POSTROUTING accept]\n-s 10.1.0.2 -d 10.1.0.2 -j MASQUERADE',
  ),
  // A frame that leaves its bridge came in by no interface.
  host('[mangle POSTROUTING accept]\n-i br-a -o br-a -j DROP'),
];

function host(rules: string, sets: Parameters<typeof rulesOf>[2] = [], more: (of: { chain: string }) => Rule[] = () => []): HostView {
  const ipv4 = rulesOf('ipv4', rules, sets);
  const chains = ipv4.chains.map((chain) => ({ ...chain, rules: [...chain.rules, ...more({ chain: chain.name })] }));
  const view = smallHost({ ...NO_RULES, ipv4: { ...ipv4, chains } });
  return {
    ...view,
    interfaces: view.interfaces.map((each) => (each.name === 'br-a' ? { ...each, filtersFrames: { ipv4: true, ipv6: false } } : each)),
    containers: view.containers
      .filter(({ key }) => ['a1', 'a2', 'b1'].includes(key))
      .map((each) => ({ ...each, attachments: each.attachments.map(({ ipv6: _, ...attachment }) => attachment) })),
  };
}

function rule(verdict: Verdict, ...matches: Match[]): Rule {
  return { matches, verdict, origin: '' };
}
