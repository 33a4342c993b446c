// Firewalls as people and their programs write them, from a seed. Each is a text for `iptables-restore --noflush`, beside Docker's own rules.
import type { Random } from './generate';

/** What rules can name. */
export interface Site {
  readonly uplinks: readonly string[];
  readonly bridges: readonly string[];
  /** Addresses of stations outside. */
  readonly outsiders: readonly string[];
  readonly outsiders6: readonly string[];
  readonly containers: readonly { readonly address: string; readonly bridge: string }[];
  /** Station on the bridge that nobody but hands made. */
  readonly guest: string;
  readonly handBridge: string;
  readonly ports: readonly number[];
  /** The engine's chain for rules of others. */
  readonly hasUserChain: boolean;
  readonly hasUserChain6: boolean;
}

/** Written by us as these write theirs. */
const WRITTEN = ['hand', 'ufw-like', 'firewalld-like', 'fail2ban-like'] as const;
/** The programs themselves. */
export const REAL = ['ufw', 'firewalld with nftables', 'firewalld with iptables'] as const;
export const STYLES = ['hand', 'ufw', 'fail2ban-like', 'firewalld with nftables', 'ufw-like', 'firewalld with iptables', 'firewalld-like'] as const; // prettier-ignore
export type WrittenStyle = (typeof WRITTEN)[number];
export type RealStyle = (typeof REAL)[number];
export type Style = (typeof STYLES)[number];

export function isReal(style: Style): style is RealStyle {
  return (REAL as readonly Style[]).includes(style);
}

export interface HostRulesPlan {
  readonly ipv4: string;
  readonly ipv6: string;
  /** For `ipset restore`. */
  readonly sets: string;
}

export function rulesFor(random: Random, style: WrittenStyle, site: Site): HostRulesPlan {
  const make = { hand: hand, 'ufw-like': ufw, 'firewalld-like': firewalld, 'fail2ban-like': fail2ban }[style];
  return make(random, site);
}

const ESTABLISHED = '-m conntrack --ctstate RELATED,ESTABLISHED';

function restore(tables: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(tables)
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([table, lines]) => [`*${table}`, ...lines, 'COMMIT', ''])
    .join('\n');
}

/** Rules in any spelling that the tool takes. */
function hand(random: Random, site: Site): HostRulesPlan {
  const { uplinks, bridges, outsiders, outsiders6, containers, guest, handBridge, ports } = site;
  const port = () => random.pick(ports);
  const uplink = () => random.pick(uplinks);
  const container = () => random.pick(containers);
  const forward = [
    () => `-A FORWARD --in-interface ${uplink()} --protocol tcp --destination-port ${port()} -j DROP`,
    () => `-A FORWARD -s ${random.pick(outsiders)} -d ${container().address} -j ACCEPT`,
    () => `-A FORWARD -m iprange --src-range ${random.pick(outsiders)}-${random.pick(outsiders).replace(/\d+$/, '250')} -j HAND`,
    () => `-A FORWARD -i ${handBridge} -o ${uplink()} -j ACCEPT`,
    () => `-A FORWARD -i ${uplink()} -o ${handBridge} -p tcp -m multiport --dports ${port()},${port()} -j ACCEPT`,
    () => `-A FORWARD -i ${random.pick(bridges)} -o ${random.pick(bridges)} -j ACCEPT`,
    () => `-A FORWARD ${ESTABLISHED} -j ACCEPT`,
    () => `-A FORWARD -m physdev --physdev-is-bridged -j ${random.pick(['ACCEPT', 'RETURN'])}`,
    () => `-A FORWARD -i ${uplinks[0]} -o ${uplinks[1]} -j ${random.pick(['ACCEPT', 'DROP', 'REJECT'])}`,
    () => `-A FORWARD -m mark --mark 0x7/0xff -j ${random.pick(['ACCEPT', 'DROP'])}`,
    () => `-A FORWARD -m conntrack --ctstate NEW -m recent --set --name seen -m comment --comment "who came"`,
  ];
  const input = [
    () => `-A INPUT -p tcp --dport ${port()} -m state --state NEW -j ${random.pick(['ACCEPT', 'DROP', 'REJECT'])}`,
    () =>
      `-A INPUT -i ${uplink()} -m addrtype --dst-type LOCAL,BROADCAST -p icmp --icmp-type echo-request -j ${random.pick(['ACCEPT', 'DROP'])}`,
    () => `-A INPUT ! -i ${uplink()} -p tcp -m tcp --dport ${port()} -j HAND`,
    () => `-A INPUT -s ${random.pick(outsiders)} -j ${random.pick(['ACCEPT', 'DROP'])}`,
    () => `-A INPUT -i ${handBridge} -j ${random.pick(['ACCEPT', 'DROP'])}`,
    () => `-A INPUT -m connmark --mark 0x9 -j DROP`,
    () => `-A INPUT -m rt --rt-type 0 -j DROP`,
  ].filter((line) => !line().includes('rt-type'));
  const mangle = [
    () => `-A PREROUTING -i ${uplink()} -p tcp --dport ${port()} -j MARK --set-mark 0x7`,
    () => `-A PREROUTING -s ${random.pick(outsiders)} -m conntrack --ctstate NEW -j CONNMARK --set-mark 0x9`,
    () => `-A FORWARD -o ${random.pick(bridges)} -p tcp --dport ${port()} -j ${random.pick(['ACCEPT', 'DROP', 'RETURN'])}`,
  ];
  const raw = [
    () => `-A PREROUTING -i ${uplink()} -s ${random.pick(outsiders)} -p tcp --dport ${port()} -j DROP`,
    () => `-A PREROUTING -m rpfilter --invert -j DROP`,
  ];
  const nat = [
    () => `-A PREROUTING -i ${uplink()} -p tcp --dport 7${random.int(100, 120)} -j DNAT --to-destination ${container().address}:${port()}`,
    () => `-A PREROUTING -i ${uplink()} -p tcp --dport 7121 -j DNAT --to-destination ${guest}:${port()}`,
    () => `-A PREROUTING -i ${uplink()} -p tcp --dport 7122 -j REDIRECT --to-ports ${port()}`,
    () => `-A POSTROUTING -o ${uplink()} -s ${guest} -j MASQUERADE --random`,
    () => `-A OUTPUT -p tcp --dport 7123 -d ${random.pick(outsiders)} -j DNAT --to-destination ${container().address}:${port()}`,
  ];
  const some = (makers: readonly (() => string)[], most: number) =>
    Array.from({ length: random.int(1, most) }, () => random.pick(makers)());
  const user = site.hasUserChain && random.chance(0.6) ? [`-I DOCKER-USER -i ${uplink()} ! -s ${random.pick(outsiders)} -j DROP`] : [];
  const verdict = random.pick(['DROP', 'ACCEPT', 'RETURN']);
  return {
    ipv4: restore({
      raw: some(raw, 2),
      mangle: some(mangle, 3),
      nat: some(nat, 3),
      filter: [
        ':HAND - [0:0]',
        `-A HAND -p tcp -m tcp --dport ${port()} -j ACCEPT`,
        `-A HAND -j ${verdict}`,
        ...user,
        ...some(input, 4),
        ...(random.chance(0.3) ? ['-A INPUT -i lo -j ACCEPT', `-A INPUT ${ESTABLISHED} -j ACCEPT`, '-P INPUT DROP'] : []),
        ...(random.chance(0.5) ? some(forward, 4).map((line) => line.replace('-A FORWARD', '-I FORWARD')) : some(forward, 4)),
      ],
    }),
    ipv6: restore({
      mangle: [`-A PREROUTING -i ${uplink()} -p tcp --dport ${port()} -j MARK --set-mark 0x7`],
      filter: [
        ...(site.hasUserChain6 && random.chance(0.6)
          ? [`-I DOCKER-USER -i ${uplink()} ! -s ${random.pick(outsiders6)} -p tcp -j DROP`]
          : []),
        `-A INPUT -p tcp --dport ${port()} -j ${random.pick(['ACCEPT', 'DROP', 'REJECT'])}`,
        `-A INPUT -s ${random.pick(outsiders6)} -p tcp -m multiport --dports ${port()},${port()} -j ${random.pick(['ACCEPT', 'DROP'])}`,
        `-${random.pick(['A', 'I'])} FORWARD -i ${uplink()} -p tcp -j ${random.pick(['ACCEPT', 'DROP', 'RETURN'])}`,
        `-${random.pick(['A', 'I'])} FORWARD -o ${uplink()} -d ${random.pick(outsiders6)} -p tcp --dport ${port()} -j ${random.pick(['ACCEPT', 'DROP'])}`,
        `-A FORWARD -m mark --mark 0x7/0xff -j ${random.pick(['ACCEPT', 'DROP'])}`,
      ],
    }),
    sets: '',
  };
}

/** Chains in three parts for each hook, and a policy that drops. */
function ufw(random: Random, { uplinks, outsiders, ports, handBridge }: Site): HostRulesPlan {
  const chains = ['before', 'user', 'after'].flatMap((part) =>
    ['input', 'output', 'forward'].map((hook) => `:ufw-${part}-${hook} - [0:0]`),
  );
  const jumps = (['input', 'output', 'forward'] as const).flatMap((hook) => [
    `-A ${hook.toUpperCase()} -j ufw-before-${hook}`,
    `-A ${hook.toUpperCase()} -j ufw-after-${hook}`,
  ]);
  const allowed = random.some(ports, 2);
  const before = [
    '-A ufw-before-input -i lo -j ACCEPT',
    `-A ufw-before-input ${ESTABLISHED} -j ACCEPT`,
    '-A ufw-before-input -m conntrack --ctstate INVALID -j DROP',
    '-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT',
    '-A ufw-before-input -j ufw-not-local',
    '-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN',
    '-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN',
    '-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "',
    '-A ufw-not-local -j DROP',
    '-A ufw-before-input -j ufw-user-input',
    `-A ufw-before-forward ${ESTABLISHED} -j ACCEPT`,
    '-A ufw-before-forward -j ufw-user-forward',
    ...allowed.map((port) => `-A ufw-user-input -p tcp -m tcp --dport ${port} -j ACCEPT`),
    `-A ufw-user-input -s ${random.pick(outsiders)} -j ${random.pick(['ACCEPT', 'DROP'])}`,
    ...(random.chance(0.6)
      ? [`-A ufw-user-forward -i ${uplinks[0]} -o ${handBridge} -p tcp -m tcp --dport ${random.pick(ports)} -j ACCEPT`]
      : []),
    ...(random.chance(0.5) ? [`-A ufw-user-forward -i ${handBridge} -o ${random.pick(uplinks)} -j ACCEPT`] : []),
    ...(random.chance(0.4) ? ['-A ufw-user-input -i br-+ -j ACCEPT'] : []),
  ];
  const filter = [...chains, ':ufw-not-local - [0:0]', ...jumps, ...before, '-P INPUT DROP', ...(random.chance(0.5) ? ['-P FORWARD DROP'] : [])]; // prettier-ignore
  return {
    ipv4: restore({ filter, nat: random.chance(0.5) ? [`-A POSTROUTING -o ${uplinks[1]} -j MASQUERADE`] : [] }),
    ipv6: restore({
      filter: [
        '-A INPUT -i lo -j ACCEPT',
        '-A INPUT -m rt --rt-type 0 -j DROP',
        `-A INPUT ${ESTABLISHED} -j ACCEPT`,
        '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-eq 255 -j ACCEPT',
        '-A INPUT -p ipv6-icmp -j ACCEPT',
        `-A INPUT -p tcp -m tcp --dport ${allowed[0]} -j ACCEPT`,
        '-P INPUT DROP',
      ],
    }),
    sets: '',
  };
}

/** A chain for each zone, found by the interface, and a reject at the end. */
function firewalld(random: Random, { uplinks, bridges, outsiders, ports, handBridge }: Site): HostRulesPlan {
  const zones = ['public', 'internal'];
  const of = new Map([...uplinks.map((name, i) => [name, zones[i % 2]] as const), [handBridge, random.pick(zones)] as const]);
  const chain = (hook: string, zone: string, part = '') => `${hook}_${zone}${part}`;
  const parts = ['', '_log', '_deny', '_allow'];
  const made = ['IN', 'FWD'].flatMap((hook) => zones.flatMap((zone) => parts.map((part) => `:${chain(hook, zone, part)} - [0:0]`)));
  const zoneJumps = (hook: string, list: string) => [
    ...[...of].map(([name, zone]) => `-A ${list} -i ${name} -g ${chain(hook, zone)}`),
    `-A ${list} -g ${chain(hook, 'public')}`,
  ];
  const inside = ['IN', 'FWD'].flatMap((hook) =>
    zones.flatMap((zone) => parts.slice(1).map((part) => `-A ${chain(hook, zone)} -j ${chain(hook, zone, part)}`)),
  );
  return {
    ipv4: restore({
      filter: [
        ...made,
        ':INPUT_ZONES - [0:0]',
        ':FORWARD_IN_ZONES - [0:0]',
        `-A INPUT ${ESTABLISHED} -j ACCEPT`,
        '-A INPUT -i lo -j ACCEPT',
        '-A INPUT -j INPUT_ZONES',
        '-A INPUT -m conntrack --ctstate INVALID -j DROP',
        '-A INPUT -j REJECT --reject-with icmp-host-prohibited',
        `-A FORWARD ${ESTABLISHED} -j ACCEPT`,
        ...(random.chance(0.5) ? bridges.map((name) => `-A FORWARD -i ${name} -j ACCEPT`) : []),
        '-A FORWARD -j FORWARD_IN_ZONES',
        ...(random.chance(0.5) ? ['-A FORWARD -j REJECT --reject-with icmp-host-prohibited'] : []),
        ...zoneJumps('IN', 'INPUT_ZONES'),
        ...zoneJumps('FWD', 'FORWARD_IN_ZONES'),
        ...inside,
        ...random
          .some(ports, 2)
          .map((port) => `-A IN_public_allow -p tcp -m tcp --dport ${port} -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT`),
        `-A IN_internal_allow -s ${random.pick(outsiders)} -j ACCEPT`,
        `-A IN_public_deny -s ${random.pick(outsiders)} -j DROP`,
        '-A IN_public -p icmp -j ACCEPT',
        `-A FWD_internal_allow -o ${random.pick([...bridges, ...uplinks])} -j ACCEPT`,
      ],
      mangle: [
        ':PRE_public - [0:0]',
        `-A PREROUTING -i ${uplinks[0]} -g PRE_public`,
        `-A PRE_public -p tcp --dport ${random.pick(ports)} -j RETURN`,
      ],
    }),
    ipv6: restore({ raw: ['-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 134 -j ACCEPT', '-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT', '-A PREROUTING -m rpfilter --validmark --invert -j DROP'] }), // prettier-ignore
    sets: '',
  };
}

/** Jails for single ports, by chain and by set. */
function fail2ban(random: Random, { uplinks, outsiders, ports, hasUserChain }: Site): HostRulesPlan {
  const [jailed, other] = random.some(ports, 2);
  const banned = random.pick(outsiders);
  return {
    sets: [
      'create f2b-web hash:ip family inet hashsize 1024 maxelem 65536 timeout 600',
      `add f2b-web ${random.pick(outsiders)} timeout 500`,
      'create blocked hash:net family inet hashsize 1024 maxelem 65536',
      'add blocked 198.18.0.0/15',
      `add blocked ${random.pick(outsiders)}`,
      '',
    ].join('\n'),
    ipv4: restore({
      filter: [
        ':f2b-sshd - [0:0]',
        `-I INPUT -p tcp -m multiport --dports ${jailed},22 -j f2b-sshd`,
        `-I INPUT -p tcp -m multiport --dports ${other} -m set --match-set f2b-web src -j REJECT --reject-with icmp-port-unreachable`,
        `-A f2b-sshd -s ${banned} -j REJECT --reject-with icmp-port-unreachable`,
        '-A f2b-sshd -j RETURN',
        ...(hasUserChain ? [`-I DOCKER-USER -i ${random.pick(uplinks)} -m set --match-set blocked src -j DROP`] : []),
        // Who opens many connections at once: whether that is so, no text tells.
        ...(random.chance(0.5) ? [`-A INPUT -p tcp -m tcp --dport ${other} -m connlimit --connlimit-above 200 -j REJECT`] : []),
      ],
    }),
    ipv6: '',
  };
}
