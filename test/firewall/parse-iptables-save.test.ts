import { filterTable, realSaves, SETS, uncertain } from './saves';
import { SCENARIOS } from './scenarios';
import { placeOf as chainPlace } from '../../src/firewall/private/backend/iptables/chain-place';
import { renderRestore } from '../../src/firewall/private/backend/iptables/render-restore';
import { compile } from '../../src/firewall/private/compile';
import { parseIpsetSave } from '../../src/firewall/private/iptables-text/parse-ipset-save';
import { parseIptablesSave } from '../../src/firewall/private/iptables-text/parse-iptables-save';
import type { Match, RuleSet, Verdict } from '../../src/firewall/private/ir';

function ruleOf(words: string, family: 'ipv4' | 'ipv6' = 'ipv4') {
  const host = parseIptablesSave(filterTable(words), family, SETS);
  expect(host.notUnderstood).toEqual([]);
  return host.chains.find(({ name }) => name === 'FORWARD')!.rules[0];
}

const tcp: Match = { kind: 'protocol', protocol: 'tcp' };
const udp: Match = { kind: 'protocol', protocol: 'udp' };
const icmp: Match = { kind: 'protocol', protocol: 'icmp' };
const unknown = (text: string) => ({ kind: 'unknown', text }) as const;
/** Understood, but no text tells whether it is met. */
const depends = (text: string) => ({ kind: 'unknown', text, depends: true }) as const;
const never: Match = { kind: 'any-of', matches: [] };
const always: Match = { kind: 'any-of', matches: [], negate: true };

// prettier-ignore
test.each<[string, Match[]]>([
  ['-s 10.0.0.0/8 -d 10.0.0.1', [{ kind: 'source', block: '10.0.0.0/8' }, { kind: 'destination', block: '10.0.0.1/32' }]],
  ['! -s 10.0.0.0/8', [{ kind: 'source', block: '10.0.0.0/8', negate: true }]],
  ['-s 10.0.0.0/255.0.0.255', [unknown('-s 10.0.0.0/255.0.0.255')]],
  ['-s 10.0.0.1/8', [{ kind: 'source', block: '10.0.0.0/8' }]],
  ['-s 10.0.0.0/255.255.0.0', [{ kind: 'source', block: '10.0.0.0/16' }]],
  ['-s 10.0.0.1,10.0.1.0/24', [{ kind: 'any-of', matches: [{ kind: 'source', block: '10.0.0.1/32' }, { kind: 'source', block: '10.0.1.0/24' }] }]],
  ['! -s 10.0.0.1,10.0.0.2', [unknown('! -s 10.0.0.1,10.0.0.2')]],
  ['-s fd00::1/128', [unknown('-s fd00::1/128')]],
  ['-s 10.0.0.1/32 -s 10.0.0.2/32', [{ kind: 'source', block: '10.0.0.1/32' }, unknown('-s 10.0.0.2/32')]],
  ['-i bh-+ ! -o wg0', [{ kind: 'in-interface', name: 'bh-', prefix: true }, { kind: 'out-interface', name: 'wg0', negate: true }]],
  ['-i -j', [{ kind: 'in-interface', name: '-j' }]],
  ['-p all', []],
  ['-p 6', [tcp]],
  ['-p gre', [{ kind: 'protocol', protocol: '47' }]],
  ['-p udplite', [{ kind: 'protocol', protocol: '136' }]],
  ['-p icmpv6', [{ kind: 'protocol', protocol: 'ipv6-icmp' }]],
  ['! -p tcp', [{ kind: 'protocol', protocol: 'tcp', negate: true }]],
  ['-p 0', [unknown('-p 0')]],
  ['-p constructor', [unknown('-p constructor')]],
  ['-p tcp -m tcp --sport 1:2 ! --dport 4', [tcp, { kind: 'source-port', first: 1, last: 2 }, { kind: 'destination-port', first: 4, last: 4, negate: true }]],
  ['-p tcp -m tcp --dport http', [tcp, { kind: 'destination-port', first: 80, last: 80 }]],
  ['-p tcp -m tcp --dport 80 --dport 81', [tcp, unknown('-m tcp --dport 80 --dport 81')]],
  ['-p udp -m tcp --dport 80', [udp, unknown('-m tcp --dport 80')]],
  ['! -p tcp -m tcp --dport 80', [{ kind: 'protocol', protocol: 'tcp', negate: true }, unknown('-m tcp --dport 80')]],
  ['-p tcp -m tcp --tcp-option 2', [tcp, depends('-m tcp --tcp-option 2')]],
  ['-p tcp -m tcp --syn', [tcp, { kind: 'tcp-flags', mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'] }]],
  ['-p tcp -m tcp --tcp-flags ALL NONE', [tcp, { kind: 'tcp-flags', mask: ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'], set: [] }]],
  ['-p dccp -m dccp --dport 5', [{ kind: 'protocol', protocol: '33' }, { kind: 'destination-port', first: 5, last: 5 }]],
  ['-p udp -m multiport --ports 1,5:7', [udp, { kind: 'port-list', which: 'either', ranges: [[1, 1], [5, 7]] }]],
  ['-m multiport --dports 1', [unknown('-m multiport --dports 1')]],
  ['-p icmp -m icmp --icmp-type 3/1', [icmp, { kind: 'icmp-type', type: 3, code: 1 }]],
  ['-p icmp -m icmp --icmp-type any', [icmp]],
  ['-p icmp -m icmp ! --icmp-type any', [icmp, never]],
  ['-p icmp -m icmp --icmp-type 255', [icmp]],
  ['-m conntrack --ctstate ESTABLISHED,RELATED', [{ kind: 'ct-state', states: ['RELATED', 'ESTABLISHED'] }]],
  ['-m state ! --state NEW', [{ kind: 'ct-state', states: ['NEW'], negate: true }]],
  ['-m conntrack --ctstate NEW --ctorigdst 192.0.2.1 --ctorigdstport 4:5 --ctdir REPLY', [{ kind: 'ct-state', states: ['NEW'] }, { kind: 'ct-original', address: '192.0.2.1', first: 4, last: 5 }, { kind: 'ct-direction', direction: 'reply' }]],
  ['-m conntrack --ctorigdst 192.0.2.0/24', [{ kind: 'ct-original', address: '192.0.2.0/24' }]],
  ['-m conntrack ! --ctorigdst 192.0.2.1', [{ kind: 'any-of', matches: [{ kind: 'ct-original', address: '192.0.2.1' }], negate: true }]],
  ['-m conntrack --ctstate NEW --ctproto 6', [{ kind: 'ct-state', states: ['NEW'] }, tcp]],
  ['-m addrtype ! --dst-type LOCAL', [{ kind: 'address-type', of: 'destination', type: 'local', negate: true }]],
  ['-m owner ! --socket-exists', [{ kind: 'host-socket', negate: true }]],
  ['-m owner --socket-exists', [{ kind: 'host-socket' }]],
  ['-m owner --uid-owner 0', [{ kind: 'host-socket' }, depends('-m owner --uid-owner 0')]],
  ['-m addrtype --dst-type LOCAL,ANYCAST', [depends('-m addrtype --dst-type LOCAL,ANYCAST')]],
  ['-p tcp -m tcp --dport 9:3', [tcp, never]],
  ['-m addrtype --dst-type LOCAL --limit-iface-in', [{ kind: 'address-type', of: 'destination', type: 'local', beside: 'in' }]],
  ['-m addrtype --dst-type LOCAL,BROADCAST', [{ kind: 'any-of', matches: [{ kind: 'address-type', of: 'destination', type: 'local' }, { kind: 'address-type', of: 'destination', type: 'broadcast' }] }]],
  ['-m mark ! --mark 0x10/0xff', [{ kind: 'mark', value: 16, mask: 255, negate: true }]],
  ['-m mark --mark 0x10', [{ kind: 'mark', value: 16, mask: 0xffffffff }]],
  ['-m set --match-set pairs src,dst,dst', [{ kind: 'in-set', set: 'pairs' }]],
  ['-m set ! --match-set nets dst', [{ kind: 'in-set', set: 'nets', fields: ['dst'], negate: true }]],
  ['-m set --match-set nets src,dst', [unknown('-m set --match-set nets src,dst')]],
  ['-m set --match-set missing src', [depends('-m set --match-set missing src')]],
  ['-m set --match-set fading src', [depends('-m set --match-set fading src')]],
  ['-m set --match-set holed src', [depends('-m set --match-set holed src')]],
  ['-m set --match-set odd src', [depends('-m set --match-set odd src')]],
  ['-m set --match-set pairs6 src,dst,dst', [depends('-m set --match-set pairs6 src,dst,dst')]],
  ['-m set --match-set nets dst --update-counters', [unknown('-m set --match-set nets dst --update-counters')]],
  ['-m limit --limit 12/hour', [{ kind: 'limit', amount: 12, per: 'hour', burst: 5 }]],
  ['-m limit --limit 0/sec', [unknown('-m limit --limit 0/sec')]],
  ['-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name q --hashlimit-htable-expire 100000', [{ kind: 'rate-per-source', name: 'q', rate: { amount: 3, per: 'minute', burst: 5 } }]],
  ['-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name q', [depends('-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name q')]],
  ['-m hashlimit --hashlimit-above 3/min --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name q', [depends('-m hashlimit --hashlimit-above 3/min --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name q')]],
  ['-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 3 --hashlimit-mode srcip,dstip --hashlimit-name q', [depends('-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 3 --hashlimit-mode srcip,dstip --hashlimit-name q')]],
  ['-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name q --hashlimit-htable-size 2 --hashlimit-htable-max 8', [{ kind: 'rate-per-source', name: 'q', rate: { amount: 3, per: 'minute', burst: 3 }, places: 8 }]],
  ['-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name q --hashlimit-htable-max 8', [depends('-m hashlimit --hashlimit-upto 3/min --hashlimit-burst 3 --hashlimit-mode srcip --hashlimit-name q --hashlimit-htable-max 8')]],
  ['-m connlabel --label "126"', [{ kind: 'ct-label', label: 126 }]],
  ['-m connlabel ! --label "127"', [{ kind: 'ct-label', label: 127, negate: true }]],
  ['-m connlabel --label "127" --set', [{ kind: 'ct-label', label: 127, set: true }]],
  ['-m connlabel ! --label "127" --set', [unknown('-m connlabel ! --label "127" --set')]],
  ['-m connlabel --label "5"', [depends('-m connlabel --label "5"')]],
  ['-m connlabel --label voip', [depends('-m connlabel --label voip')]],
  ['-m conntrack --ctstatus ASSURED', [{ kind: 'ct-status', status: 'assured' }]],
  ['-m conntrack ! --ctstatus ASSURED', [{ kind: 'ct-status', status: 'assured', negate: true }]],
  ['-m conntrack --ctstatus ASSURED,EXPECTED', [depends('-m conntrack --ctstatus ASSURED,EXPECTED')]],
  ['-m mac --mac-source 00:01:02:03:04:05', [depends('-m mac --mac-source 00:01:02:03:04:05')]],
  ['-m policy --dir in --pol none -p tcp', [tcp, depends('-m policy --dir in --pol none')]],
  ['! -f', []],
  ['-m recent --set --name SSH --mask 255.255.255.255 --rsource', [always]],
  ['-m recent ! --set --name SSH', [never]],
  ['-m recent --update --seconds 60 --hitcount 4 --name SSH --rsource', [depends('-m recent --update --seconds 60 --hitcount 4 --name SSH --rsource')]],
  ['-m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr', [depends('-m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr')]],
  ['-m iprange --src-range 10.0.0.1-10.0.0.2', [{ kind: 'any-of', matches: [{ kind: 'source', block: '10.0.0.1/32' }, { kind: 'source', block: '10.0.0.2/32' }] }]],
  ['-m iprange ! --dst-range 10.0.0.0-10.0.0.255', [{ kind: 'any-of', matches: [{ kind: 'destination', block: '10.0.0.0/24' }], negate: true }]],
  ['-m iprange --src-range 10.0.0.2-10.0.0.1', [unknown('-m iprange --src-range 10.0.0.2-10.0.0.1')]],
  ['-m ttl --ttl-lt 5', [depends('-m ttl --ttl-lt 5')]],
  ['-m hl --hl-eq 255', [depends('-m hl --hl-eq 255')]],
  ['-m rt --rt-type 0 --rt-segsleft 0', [never]],
  ['-m rpfilter --validmark --invert', [{ kind: 'reverse-path', negate: true }]],
  ['-m rpfilter --loose', [{ kind: 'reverse-path', loose: true }]],
  ['-m physdev --physdev-is-bridged', [{ kind: 'bridged' }]],
  ['-m physdev --physdev-in veth1', [depends('-m physdev --physdev-in veth1')]],
  ['-m connmark --mark 0x1/0xff', [{ kind: 'ct-mark', value: 1, mask: 255 }]],
  ['-m conntrack --ctstatus SEEN_REPLY', [{ kind: 'ct-status', status: 'seen-reply' }]],
  ['-m conntrack --ctorigsrc 10.0.0.0/8', [{ kind: 'ct-source', block: '10.0.0.0/8' }]],
  ['-m statistic --mode random --probability 0.5', [depends('-m statistic --mode random --probability 0.5')]],
  ['-m nonsense --at-all', [unknown('-m nonsense --at-all')]],
  ['--dport 22 -p tcp', [tcp, { kind: 'destination-port', first: 22, last: 22 }]],
  ['--dport ssh --protocol tcp --source 10.0.0.0/8 --in-interface eth0', [{ kind: 'source', block: '10.0.0.0/8' }, { kind: 'in-interface', name: 'eth0' }, tcp, { kind: 'destination-port', first: 22, last: 22 }]],
  ['-p TCP --dport 80: --syn', [tcp, { kind: 'destination-port', first: 80, last: 65535 }, { kind: 'tcp-flags', mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'] }]],
  ['-p tcp -m state --state new --dport 22', [tcp, { kind: 'destination-port', first: 22, last: 22 }, { kind: 'ct-state', states: ['NEW'] }]],
  ['-p tcp --dport ! 22', [tcp, { kind: 'destination-port', first: 22, last: 22, negate: true }]],
  ['-i ! eth0', [{ kind: 'in-interface', name: 'eth0', negate: true }]],
  ['-p icmp --icmp-type echo-request', [icmp, { kind: 'icmp-type', type: 8 }]],
  ['-m policy --dir in --pol ipsec --proto esp', [depends('-m policy --dir in --pol ipsec --proto esp')]],
  ['-f -i lo', [{ kind: 'in-interface', name: 'lo' }, never]],
])('matches: %s', (words, expected) => {
  const { matches, verdict, origin } = ruleOf(`${words} -j ACCEPT`);
  expect(matches).toEqual(expected);
  expect(verdict).toEqual({ kind: 'accept' });
  expect(origin).toBe(`-A FORWARD ${words} -j ACCEPT`);
});

// prettier-ignore
test.each<[string, Verdict]>([
  ['', { kind: 'continue', text: '' }],
  ['-j DROP', { kind: 'drop' }],
  ['-j DROP --more', unknown('DROP --more')],
  ['-j RETURN', { kind: 'return' }],
  ['-j REJECT', { kind: 'reject' }],
  ['-j REJECT --reject-with tcp-reset', { kind: 'reject', with: 'tcp-reset' }],
  ['-j MINE', { kind: 'jump', chain: 'MINE' }],
  ['-g MINE', { kind: 'goto', chain: 'MINE' }],
  ['-j MINE --more', unknown('MINE --more')],
  ['-j OTHER', unknown('OTHER')],
  ['-j INPUT', unknown('INPUT')],
  ['-g ACCEPT', unknown('ACCEPT')],
  ['-j', unknown('')],
  ['-j LOG', { kind: 'log', prefix: '' }],
  ['-j LOG --log-prefix "a \\"b "', { kind: 'log', prefix: 'a "b ' }],
  ['-j LOG --log-prefix -j --log-level 7', { kind: 'continue', text: 'LOG --log-prefix -j --log-level 7' }],
  ['-j NFLOG --nflog-group 3', { kind: 'continue', text: 'NFLOG --nflog-group 3' }],
  ['-j TCPMSS --set-mss 1200', { kind: 'continue', text: 'TCPMSS --set-mss 1200' }],
  ['-j CHECKSUM --checksum-fill', { kind: 'continue', text: 'CHECKSUM --checksum-fill' }],
  ['-j DNAT --to-destination 10.0.0.2', { kind: 'dnat', address: '10.0.0.2' }],
  ['-j DNAT --to-destination 10.0.0.2:80', { kind: 'dnat', address: '10.0.0.2', first: 80, last: 80 }],
  ['-j DNAT --to-destination :80-81', { kind: 'dnat', first: 80, last: 81 }],
  ['-j DNAT --to-destination 10.0.0.2-10.0.0.3', unknown('DNAT --to-destination 10.0.0.2-10.0.0.3')],
  ['-j DNAT --to-destination 10.0.0.2:80-90/8080', unknown('DNAT --to-destination 10.0.0.2:80-90/8080')],
  ['-j DNAT --to-destination 10.0.0.2:80 --random', { kind: 'dnat', address: '10.0.0.2', first: 80, last: 80 }],
  ['-j DNAT', unknown('DNAT')],
  ['-j REDIRECT --to-ports 80', { kind: 'redirect', first: 80, last: 80 }],
  ['-j SNAT --to-source 192.0.2.1', { kind: 'snat', address: '192.0.2.1' }],
  ['-j SNAT --to-source 192.0.2.1:1-2', { kind: 'snat', address: '192.0.2.1' }],
  ['-j MASQUERADE', { kind: 'masquerade' }],
  ['-j MASQUERADE --to-ports 1-2', { kind: 'masquerade' }],
  ['-j MARK --set-xmark 0x10/0xff', { kind: 'set-mark', value: 16, mask: 255 }],
  ['-j MARK --set-mark 0x10/0xf', { kind: 'set-mark', value: 16, mask: 31 }],
  ['-j MARK --set-xmark 0x10/0xf', unknown('MARK --set-xmark 0x10/0xf')],
  ['-j SET --add-set bh4-rate-0a1b2c3d src', { kind: 'add-source', set: 'bh4-rate-0a1b2c3d' }],
  ['-j SET --add-set bh4-rate-0a1b2c3d dst', unknown('SET --add-set bh4-rate-0a1b2c3d dst')],
  ['-j SET --add-set bh4-rate-0a1b2c3d src --exist', unknown('SET --add-set bh4-rate-0a1b2c3d src --exist')],
  ['-j SET --add-set banned src', unknown('SET --add-set banned src')],
  ['-j SET --del-set bh4-rate-0a1b2c3d src', unknown('SET --del-set bh4-rate-0a1b2c3d src')],
  ['-j NOTRACK', { kind: 'notrack' }],
  ['-j CT --notrack', { kind: 'notrack' }],
  ['-j CT --zone 1', depends('CT --zone 1')],
  ['-j CONNMARK --restore-mark', { kind: 'ct-mark', how: 'restore', value: 0, mask: 0xffffffff }],
  ['-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff', { kind: 'ct-mark', how: 'save', value: 0, mask: 0xff }],
  ['-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf', unknown('CONNMARK --save-mark --nfmask 0xff --ctmask 0xf')],
  ['-j CONNMARK --set-xmark 0x1/0xff', { kind: 'ct-mark', how: 'set', value: 1, mask: 0xff }],
  ['-j MARK --or-mark 0x10', { kind: 'set-mark', value: 16, mask: 16 }],
  ['-j MARK --and-mark 0xf', { kind: 'set-mark', value: 0, mask: 0xfffffff0 }],
  ['-j MASQUERADE --random-fully', { kind: 'masquerade' }],
  ['-j SNAT --to-source 192.0.2.1-192.0.2.9', unknown('SNAT --to-source 192.0.2.1-192.0.2.9')],
  ['-j TTL --ttl-set 64', { kind: 'continue', text: 'TTL --ttl-set 64' }],
  ['-j CT --helper ftp', { kind: 'continue', text: 'CT --helper ftp' }],
  ['-j NFQUEUE --queue-num 0', depends('NFQUEUE --queue-num 0')],
  ['--jump DROP', { kind: 'drop' }],
  ['--goto MINE', { kind: 'goto', chain: 'MINE' }],
])('target: %s', (words, expected) => {
  expect(ruleOf(words)).toEqual({ matches: [], verdict: expected, origin: `-A FORWARD ${words}`.trim() });
});

test('a second target is kept', () => {
  expect(ruleOf('-j ACCEPT -j DROP')).toMatchObject({ matches: [unknown('-j DROP')], verdict: { kind: 'accept' } });
});

test.each([
  ['[fd00::1]:80', { kind: 'dnat', address: 'fd00::1', first: 80, last: 80 }],
  ['fd00::1', { kind: 'dnat', address: 'fd00::1' }],
  ['[fd00::1]', unknown('DNAT --to-destination [fd00::1]')],
  ['fd00::1-fd00::2', unknown('DNAT --to-destination fd00::1-fd00::2')],
])('IPv6 target %s', (text, expected) => {
  expect(ruleOf(`-j DNAT --to-destination ${text}`, 'ipv6').verdict).toEqual(expected);
});

test.each([
  ['-m comment --comment short -j DROP', 'short'],
  ['-m comment --comment "x \\"y\\" \\\\z \\\'k" -j DROP', 'x "y" \\z \'k'],
  ['-m comment --comment -j -j DROP', '-j'],
  ['-m comment --comment one -m comment --comment "two words" -j DROP', 'one two words'],
])('comment: %s', (words, origin) => {
  expect(ruleOf(words)).toEqual({ matches: [], verdict: { kind: 'drop' }, origin });
});

test('built-in chains are base chains with the policy that was read, others are not; counters mean nothing', () => {
  const text = filterTable('-j MINE').replace('-A FORWARD', '[12:34] -A FORWARD').replace('[0:0]', '[5:6]');
  const { chains, notUnderstood } = parseIptablesSave(`# Generated by iptables-save\n${text}# Completed\n`, 'ipv4');
  expect(notUnderstood).toEqual([]);
  expect(chains.map(({ table, name, base }) => [table, name, base?.hook, base?.policy, base?.priority])).toEqual([
    ['filter', 'INPUT', 'input', 'accept', 0],
    ['filter', 'FORWARD', 'forward', 'drop', 0],
    ['filter', 'OUTPUT', 'output', 'accept', 0],
    ['filter', 'MINE', undefined, undefined, undefined],
  ]);
  expect(chains[1].rules).toEqual([{ matches: [], verdict: { kind: 'jump', chain: 'MINE' }, origin: '-A FORWARD -j MINE' }]);
});

test('the same chain may be in two tables', () => {
  const nat = '*nat\n:OUTPUT ACCEPT [0:0]\n:MINE - [0:0]\n-A OUTPUT -j MINE\nCOMMIT\n';
  const { chains } = parseIptablesSave(filterTable() + nat, 'ipv4');
  expect(chains.filter(({ name }) => name === 'MINE').map(({ table }) => table)).toEqual(['filter', 'nat']);
  expect(chains.find(({ table, name }) => table === 'nat' && name === 'OUTPUT')?.base).toEqual({
    hook: 'output',
    type: 'nat',
    priority: -100,
    policy: 'accept',
  });
});

test.each([
  ['no table', '-A FORWARD -j DROP\n', ['-A FORWARD -j DROP']],
  ['no chain', filterTable().replace('COMMIT', '-A NONE -j DROP\nCOMMIT'), ['-A NONE -j DROP']],
  ['no rule', filterTable().replace('COMMIT', '-X FORWARD\nCOMMIT'), ['-X FORWARD']],
  ['no policy', filterTable().replace(':INPUT ACCEPT', ':INPUT -'), [':INPUT - [0:0]']],
  ['an unknown policy', filterTable().replace(':INPUT ACCEPT', ':INPUT QUEUE'), [':INPUT QUEUE [0:0]']],
  ['a chain twice', filterTable().replace('COMMIT', ':MINE - [0:0]\nCOMMIT'), [':MINE - [0:0]']],
  ['a table twice', `${filterTable()}*filter\nCOMMIT\n`, ['*filter', 'COMMIT']],
  ['an unfinished table', filterTable().replace('COMMIT\n', ''), ['table filter without COMMIT']],
  ['quotes that do not end', filterTable('-m comment --comment "a\nb" -j DROP'), ['-A FORWARD -m comment --comment "a', 'b" -j DROP']],
  ['built-in chains of a table that is not known', '*broute\n:BROUTING ACCEPT [0:0]\nCOMMIT\n', [':BROUTING ACCEPT [0:0]']],
  ['rules of the other tool', '# Warning: iptables-legacy tables present\n', ['# Warning: iptables-legacy tables present']],
  ['a table of nft', "# Table `filter' is incompatible, use 'nft' tool.\n", ["# Table `filter' is incompatible, use 'nft' tool."]],
])('not understood: %s', (_, text, expected) => {
  expect(parseIptablesSave(text, 'ipv4').notUnderstood).toEqual(expected);
});

test('sets: pairs, networks and addresses of the family; the others are named', () => {
  const { sets, notUnderstood, strayLines } = parseIpsetSave(`${SETS}flush nets\n`, 'ipv4');
  expect(sets).toEqual([
    {
      name: 'pairs',
      elements: [
        { source: '10.0.0.2', protocol: 'tcp', first: 80, last: 80, destination: '10.0.0.3', origin: 'add pairs 10.0.0.2,tcp:80,10.0.0.3' },
        {
          source: '10.0.0.2',
          protocol: 'udp',
          first: 53,
          last: 54,
          destination: '10.0.0.3',
          origin: 'add pairs 10.0.0.2,udp:53-54,10.0.0.3',
        },
      ],
    },
    { name: 'nets', blocks: ['10.0.0.0/8'] },
    { name: 'hosts', blocks: ['192.0.2.1/32'] },
  ]);
  expect(notUnderstood).toEqual(['fading', 'holed', 'odd']);
  expect(strayLines).toEqual(['flush nets']);
  expect(parseIpsetSave(SETS, 'ipv6').sets.map(({ name }) => name)).toEqual(['pairs6']);
});

test.each(realSaves().map((dump) => [dump.name, dump] as const))('all of a real save is understood: %s', (_, { text, family }) => {
  const host = parseIptablesSave(text, family);
  expect(uncertain(host)).toEqual([]);
  expect(host.chains.length).toBeGreaterThan(0);
});

test('sets of networks with an interface', () => {
  const save = [
    'create links hash:net,iface family inet hashsize 64 maxelem 64 bucketsize 12 initval 0x1',
    'add links 10.0.0.0/24,bh-a',
    'create ports hash:net,iface family inet hashsize 64 maxelem 64',
    'add ports 10.0.0.0/24,physdev:veth0',
    'create many hash:net,iface family inet hashsize 64 maxelem 64',
    'add many 10.0.0.0/24,bh- wildcard',
    '',
  ].join('\n');
  const { sets, notUnderstood } = parseIpsetSave(save, 'ipv4');
  expect(sets).toEqual([{ name: 'links', links: [{ block: '10.0.0.0/24', interface: 'bh-a' }] }]);
  expect(notUnderstood).toEqual(['ports', 'many']);
});

test.each(
  Object.entries(SCENARIOS).flatMap(([name, topology]) => (['ipv4', 'ipv6'] as const).map((family) => [name, family, topology] as const)),
)('our own rules are read as they were meant: %s %s', (_, family, topology) => {
  const ours = compile(topology, family);
  const { rules, sets } = renderRestore(ours);
  const read = parseIptablesSave(rules, family, sets.replace(/ -exist$/gm, ''));
  expect(uncertain(read)).toEqual([]);
  expect(read.chains.map(({ name, rules: list }) => [name, list.length])).toEqual(
    expect.arrayContaining(ours.chains.map((chain) => [chainPlace(chain).name, chain.rules.length])),
  );
  const links = (all: readonly RuleSet[]) => all.flatMap((set) => ('links' in set ? [set] : []));
  expect(links(read.sets)).toEqual(links(ours.sets));
});
