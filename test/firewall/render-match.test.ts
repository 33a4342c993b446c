import { renderMatches } from '../../src/firewall/private/iptables-text/render-match';
import type { Match } from '../../src/firewall/private/ir';

const tcp: Match = { kind: 'protocol', protocol: 'tcp' };
const perSecond = (amount: number, burst: number) => ({ amount, burst, per: 'second' as const });

function text(...matches: Match[]): string {
  return renderMatches(matches, 'app/Web').join(' ');
}

// prettier-ignore
test.each<[Match[], string]>([
  [[{ kind: 'in-interface', name: 'bh-app' }], '-i bh-app'],
  [[{ kind: 'in-interface', name: 'bh-', prefix: true }], '-i bh-+'],
  [[{ kind: 'in-interface', name: 'lo', negate: true }], '! -i lo'],
  [[{ kind: 'out-interface', name: 'bh-app' }], '-o bh-app'],
  [[{ kind: 'out-interface', name: 'bh-', prefix: true, negate: true }], '! -o bh-+'],
  [[{ kind: 'source', block: '10.0.0.0/8' }], '-s 10.0.0.0/8'],
  [[{ kind: 'source', block: '10.0.0.1' }], '-s 10.0.0.1/32'],
  [[{ kind: 'source', block: 'fd00::1' }], '-s fd00::1/128'],
  [[{ kind: 'source', block: '10.0.0.0/8', negate: true }], '! -s 10.0.0.0/8'],
  [[{ kind: 'destination', block: '10.0.0.1/32' }], '-d 10.0.0.1/32'],
  [[tcp], '-p tcp'],
  [[tcp, { kind: 'destination-port', first: 80, last: 80 }], '-p tcp -m tcp --dport 80'],
  [[tcp, { kind: 'destination-port', first: 80, last: 90 }], '-p tcp -m tcp --dport 80:90'],
  [[tcp, { kind: 'destination-port', first: 1, last: 65535 }], '-p tcp -m tcp --dport 1:65535'],
  [[tcp, { kind: 'destination-port', first: 0, last: 65535 }], '-p tcp'],
  [[{ kind: 'protocol', protocol: 'udp' }, { kind: 'destination-port', first: 53, last: 53 }], '-p udp -m udp --dport 53'],
  [[{ kind: 'protocol', protocol: 'sctp' }, { kind: 'destination-port', first: 9, last: 9 }], '-p sctp -m sctp --dport 9'],
  [[{ kind: 'protocol', protocol: 'icmp' }, { kind: 'icmp-type', type: 8 }], '-p icmp -m icmp --icmp-type 8'],
  [[{ kind: 'protocol', protocol: 'ipv6-icmp' }, { kind: 'icmp-type', type: 135 }], '-p ipv6-icmp -m icmp6 --icmpv6-type 135'],
  [[{ kind: 'ct-state', states: ['ESTABLISHED', 'RELATED'] }], '-m conntrack --ctstate RELATED,ESTABLISHED'],
  [[{ kind: 'ct-state', states: ['DNAT'] }], '-m conntrack --ctstate DNAT'],
  [[{ kind: 'ct-original', address: '192.0.2.10', first: 443, last: 443 }], '-m conntrack --ctorigdst 192.0.2.10 --ctorigdstport 443'],
  [[{ kind: 'ct-original', first: 443, last: 445 }], '-m conntrack --ctorigdstport 443:445'],
  [[{ kind: 'ct-original', address: '2001:db8::10' }], '-m conntrack --ctorigdst 2001:db8::10'],
  [[{ kind: 'ct-direction', direction: 'reply' }], '-m conntrack --ctdir REPLY'],
  [[{ kind: 'in-set', set: 'bh4-0a1b2c3d' }], '-m set --match-set bh4-0a1b2c3d src,dst,dst'],
  [[{ kind: 'rate-per-source', name: 'bh1', rate: perSecond(50, 50) }], '-m hashlimit --hashlimit-upto 50/sec --hashlimit-burst 50 --hashlimit-mode srcip --hashlimit-name bh1'],
  [[{ kind: 'rate-per-source', name: 'bh1', rate: perSecond(1, 100) }], '-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 100 --hashlimit-mode srcip --hashlimit-name bh1 --hashlimit-htable-expire 100000'],
  [[{ kind: 'rate-per-source', name: 'bh1', rate: { amount: 3, per: 'day', burst: 10_000 } }], '-m hashlimit --hashlimit-upto 3/day --hashlimit-burst 10000 --hashlimit-mode srcip --hashlimit-name bh1 --hashlimit-htable-expire 2147483647'],
  [[{ kind: 'rate-per-source', name: 'bh1', rate: perSecond(5, 5), sourceLength: 64 }], '-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name bh1 --hashlimit-srcmask 64'],
  [[{ kind: 'rate-per-source', name: 'bh1', rate: perSecond(1, 2), sourceLength: 56, places: 8 }], '-m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-name bh1 --hashlimit-htable-size 2 --hashlimit-htable-max 8 --hashlimit-htable-expire 2000 --hashlimit-srcmask 56'],
  [[{ kind: 'host-socket', negate: true }], '-m owner ! --socket-exists'],
  [[{ kind: 'ct-status', status: 'assured' }], '-m conntrack --ctstatus ASSURED'],
  [[{ kind: 'ct-status', status: 'assured', negate: true }], '-m conntrack ! --ctstatus ASSURED'],
  [[{ kind: 'ct-label', label: 126, set: true }], '-m connlabel --label "126" --set'],
  [[{ kind: 'ct-label', label: 127, negate: true }], '-m connlabel ! --label "127"'],
  [[tcp, { kind: 'tcp-flags', mask: ['SYN', 'RST', 'ACK'], set: ['ACK'], negate: true }], '-p tcp -m tcp ! --tcp-flags SYN,RST,ACK ACK'],
  [[tcp, { kind: 'tcp-flags', mask: ['SYN'], set: [] }], '-p tcp -m tcp --tcp-flags SYN NONE'],
  [[{ kind: 'limit', amount: 10, per: 'minute', burst: 5 }], '-m limit --limit 10/min'],
  [[{ kind: 'limit', amount: 1, per: 'second', burst: 7 }], '-m limit --limit 1/sec --limit-burst 7'],
])('%j → %s', (matches, expected) => {
  expect(text(...matches)).toBe(expected);
});

test('everything comes in the order of iptables-save, conntrack in one instance', () => {
  expect(
    text(
      { kind: 'rate-per-source', name: 'bh1', rate: perSecond(50, 20) },
      { kind: 'ct-direction', direction: 'original' },
      { kind: 'ct-original', address: '192.0.2.10', first: 443, last: 443 },
      { kind: 'ct-state', states: ['DNAT'] },
      tcp,
      { kind: 'destination-port', first: 8443, last: 8443 },
      { kind: 'out-interface', name: 'bh-gw' },
      { kind: 'destination', block: '10.20.2.10/32' },
      { kind: 'source', block: '198.51.100.0/24' },
    ),
  ).toBe(
    '-s 198.51.100.0/24 -d 10.20.2.10/32 -o bh-gw -p tcp -m tcp --dport 8443' +
      ' -m conntrack --ctstate DNAT --ctorigdst 192.0.2.10 --ctorigdstport 443 --ctdir ORIGINAL' +
      ' -m hashlimit --hashlimit-upto 50/sec --hashlimit-burst 20 --hashlimit-mode srcip --hashlimit-name bh1',
  );
});

test('a label is given last, when all other matches are met', () => {
  const limit: Match = { kind: 'limit', amount: 1, per: 'second', burst: 5 };
  expect(text({ kind: 'ct-label', label: 127, set: true }, limit, { kind: 'in-set', set: 'a', fields: ['src'] })).toBe(
    '-m set --match-set a src -m limit --limit 1/sec -m connlabel --label "127" --set',
  );
});

test('labels of others are not written', () => {
  expect(() => text({ kind: 'ct-label', label: 5 })).toThrow(/label 5/);
});

const NUMBER_TOKEN = -1.8881545897087613e289;

// prettier-ignore
test.each<[string, Match[]]>([
  ['newline in an interface', [{ kind: 'in-interface', name: 'bh-a\n-A X' }]],
  ['interface with a space', [{ kind: 'in-interface', name: 'bh-a -j' }]],
  ['interface that looks like an option', [{ kind: 'in-interface', name: '-x' }]],
  ['wildcard that nobody asked for', [{ kind: 'out-interface', name: 'bh-+' }]],
  ['empty interface', [{ kind: 'in-interface', name: '', prefix: true }]],
  ['interface of 16 characters', [{ kind: 'in-interface', name: 'bh-3456789012345' }]],
  ['host name for an address', [{ kind: 'source', block: 'db.example' }]],
  ['quote in an address', [{ kind: 'destination', block: '10.0.0.1/32"' }]],
  ['token for a port', [tcp, { kind: 'destination-port', first: NUMBER_TOKEN, last: NUMBER_TOKEN }]],
  ['port too high', [tcp, { kind: 'destination-port', first: 65536, last: 65536 }]],
  ['ports that fall', [tcp, { kind: 'destination-port', first: 90, last: 80 }]],
  ['fraction', [{ kind: 'ct-original', first: 1.5, last: 2 }]],
  ['space in the name of a set', [{ kind: 'in-set', set: 'a b' }]],
  ['name of a set of 32 characters', [{ kind: 'in-set', set: 'a'.repeat(32) }]],
  ['rate of nothing', [{ kind: 'rate-per-source', name: 'bh1', rate: perSecond(0, 5) }]],
  ['burst of a token', [{ kind: 'rate-per-source', name: 'bh1', rate: perSecond(5, NUMBER_TOKEN) }]],
])('refuses: %s', (_, matches) => {
  expect(() => text(...matches)).toThrow(/rule of 'app\/Web': .*\(UnsafeWord\)/);
});
