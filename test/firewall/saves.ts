import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostRules } from '../../src/firewall/private/host-rules';
import type { Family } from '../../src/topology/private/terms';

/** Dumps of real engines, kept by `npx tsx test/integ/scenarios/save-restore.ts`. */
const ENGINES = join(__dirname, '..', 'golden', 'engine');

export interface Dump {
  readonly name: string;
  readonly family: Family;
  readonly text: string;
}

export function realSaves(): Dump[] {
  return files('.rules').map((file) => ({ ...file, family: file.name.includes('.ipv6.') ? 'ipv6' : 'ipv4' }));
}

export function realNftDumps(): Dump[] {
  return files('.json').flatMap((file) => [
    { ...file, family: 'ipv4' as const },
    { ...file, family: 'ipv6' as const },
  ]);
}

function files(ending: string): { readonly name: string; readonly text: string }[] {
  return readdirSync(ENGINES).flatMap((engine) =>
    readdirSync(join(ENGINES, engine))
      .filter((file) => file.endsWith(ending))
      .map((file) => ({ name: `${engine} ${file}`, text: readFileSync(join(ENGINES, engine, file), 'utf8') })),
  );
}

export const SETS = [
  'create pairs hash:ip,port,ip family inet hashsize 64 maxelem 64 bucketsize 12 initval 0x91319c32',
  'add pairs 10.0.0.2,tcp:80,10.0.0.3',
  'add pairs 10.0.0.2,udp:53-54,10.0.0.3',
  'create pairs6 hash:ip,port,ip family inet6 hashsize 64 maxelem 64',
  'add pairs6 fd00::2,tcp:80,fd00::3',
  'create nets hash:net family inet hashsize 1024 maxelem 65536 comment counters',
  'add nets 10.0.0.0/8 packets 0 bytes 0 comment "two words"',
  'create hosts hash:ip family inet hashsize 1024 maxelem 65536',
  'add hosts 192.0.2.1',
  'create fading hash:ip family inet hashsize 1024 maxelem 65536 timeout 60',
  'add fading 192.0.2.1 timeout 59',
  'create holed hash:net family inet hashsize 1024 maxelem 65536',
  'add holed 10.1.0.0/16 nomatch',
  'create odd list:set size 8',
  '',
].join('\n');

const FILTER = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ':MINE - [0:0]'];

/** A table with these rules in FORWARD. */
export function filterTable(...rules: readonly string[]): string {
  return [...FILTER, ...rules.map((rule) => `-A FORWARD ${rule}`.trim()), 'COMMIT', ''].join('\n');
}

/** Each match and target that the compiler or an engine writes, and all others that the rules as data know, as iptables-save 1.8 prints them. */
export const HAND_MADE: Readonly<Record<Family, string>> = {
  ipv4: [
    '*raw',
    ':PREROUTING ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A PREROUTING -d 10.90.2.10/32 ! -i br-shut -j DROP',
    '-A PREROUTING -d 127.0.0.1/32 ! -i lo -p tcp -m tcp --dport 9000 -j DROP',
    '-A PREROUTING -p udp -m udp --dport 4789 -j CT --notrack',
    'COMMIT',
    '*mangle',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ':BULKHEAD-FORWARD - [0:0]',
    '-A FORWARD -j BULKHEAD-FORWARD',
    '-A POSTROUTING -p sctp -m sctp --sport 9 -j CHECKSUM --checksum-fill',
    '-A POSTROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    '-A POSTROUTING -m mark ! --mark 0x1/0xff -j MARK --set-xmark 0x10/0xff',
    '-A POSTROUTING -m mark --mark 0xffffffff -j MARK --set-xmark 0x0/0xffffffff',
    '-A BULKHEAD-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment established -j RETURN',
    '-A BULKHEAD-FORWARD -i bh-+ -m conntrack --ctstate INVALID -m comment --comment "not tracked" -j DROP',
    '-A BULKHEAD-FORWARD -s 198.51.100.0/24 -d 10.20.2.10/32 -o bh-gw -p tcp -m tcp --dport 8443 -m conntrack --ctstate DNAT --ctorigdst 192.0.2.10 --ctorigdstport 443 --ctdir ORIGINAL -m hashlimit --hashlimit-upto 50/sec --hashlimit-burst 20 --hashlimit-mode srcip --hashlimit-name bh1 -m comment --comment "app/Web -> app/Api" -j RETURN',
    '-A BULKHEAD-FORWARD -i bh-app -o bh-app -m set --match-set pairs src,dst,dst -m comment --comment bridge -j RETURN',
    '-A BULKHEAD-FORWARD -i bh-+ -m limit --limit 10/min -m comment --comment log -j LOG --log-prefix "bulkhead drop "',
    'COMMIT',
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':DOCKER - [0:0]',
    ':DOCKER-INGRESS - [0:0]',
    ':DOCKER-USER - [0:0]',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -p esp -j ACCEPT',
    '-A INPUT -p 47 -j ACCEPT',
    '-A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec --limit-burst 9 -j ACCEPT',
    '-A INPUT -p icmp -m icmp ! --icmp-type 3/4 -j DROP',
    '-A INPUT -p tcp -m tcp ! --sport 1:1023 --dport 22 ! --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset',
    '-A INPUT -p tcp -m multiport --dports 22,80:90,443 -j ACCEPT',
    '-A INPUT -p udp -m multiport ! --sports 53,67 -j REJECT --reject-with icmp-port-unreachable',
    '-A INPUT -p sctp -m multiport --ports 9 -j ACCEPT',
    '-A INPUT -m addrtype --src-type LOCAL ! --dst-type BROADCAST -j ACCEPT',
    '-A INPUT -m set ! --match-set nets src -m set --match-set hosts dst -j DROP',
    '-A INPUT -m conntrack ! --ctstate INVALID,NEW,UNTRACKED,SNAT -j ACCEPT',
    '-A INPUT -j LOG',
    '-A INPUT -j NFLOG --nflog-prefix "a \\"b\\"" --nflog-group 3',
    '-A INPUT -m comment --comment "only counts"',
    '-A FORWARD ! -s 10.0.0.0/8 ! -d 10.0.0.1/32 ! -i eth+ ! -o wg0 ! -p udp -j DROP',
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -g DOCKER',
    '-A FORWARD -m set --match-set nets dst -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -i br-a ! -o br-a -j ACCEPT',
    '-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT',
    '-A DOCKER-INGRESS -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -m tcp --sport 8080 -j ACCEPT',
    '-A DOCKER-USER -j RETURN',
    'COMMIT',
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ':DOCKER - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
    '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    '-A POSTROUTING -s 172.18.0.0/16 ! -o br-a -j SNAT --to-source 192.0.2.10',
    '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    '-A DOCKER -p udp -m udp --dport 100:110 -j DNAT --to-destination 172.17.0.2:100-110',
    '-A DOCKER -j DNAT --to-destination 172.17.0.2',
    '-A DOCKER -p tcp -j DNAT --to-destination :81',
    '-A DOCKER -p tcp -j REDIRECT --to-ports 80-90',
    '-A DOCKER -j REDIRECT',
    'COMMIT',
    '*security',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT DROP [0:0]',
    'COMMIT',
    '',
  ].join('\n'),
  ipv6: [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT',
    '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135/0 -j REJECT --reject-with icmp6-adm-prohibited',
    '-A INPUT -m set --match-set pairs6 src,dst,dst -j ACCEPT',
    '-A FORWARD -s fd00::/64 -p tcp -m tcp --dport 80 -m conntrack --ctorigdst 2001:db8::10 --ctorigdstport 80 -m hashlimit --hashlimit-upto 1/sec --hashlimit-burst 100 --hashlimit-mode srcip --hashlimit-name bh1 --hashlimit-htable-expire 100000 --hashlimit-srcmask 64 -j ACCEPT',
    'COMMIT',
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ':DOCKER - [0:0]',
    '-A POSTROUTING -s fd00::/64 ! -o br-six -j SNAT --to-source 2001:db8::1',
    '-A DOCKER ! -s fe80::/10 ! -i br-six -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00::10]:80',
    '-A DOCKER -p tcp -j DNAT --to-destination [fd00::10]:80-90',
    '-A DOCKER -j DNAT --to-destination fd00::10',
    'COMMIT',
    '',
  ].join('\n'),
};

/** Everything of the rules that is not certain. */
export function uncertain({ chains, notUnderstood }: HostRules): string[] {
  const parts = chains.flatMap(({ rules }) => rules.flatMap(({ matches, verdict }) => [...matches, verdict]));
  return [...parts.flatMap((part) => (part.kind === 'unknown' ? [part.text] : [])), ...notUnderstood];
}
