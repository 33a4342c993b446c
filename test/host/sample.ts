import { createHash } from 'node:crypto';
import { IPTABLES_GUARD } from '../../src/firewall/private/backend/iptables/backend';
import { guardFiles } from '../../src/firewall/private/backend/iptables/guard-files';
import type { RestoreFile } from '../../src/firewall/private/backend/iptables/restore-file';
import type { FirewallFiles } from '../../src/firewall/private/files';
import type { HostInput } from '../../src/host/private/host-input';
import type { Family } from '../../src/topology/private/terms';

interface Pair {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

export interface SampleOptions {
  readonly pairs?: readonly Pair[];
  readonly sets?: boolean;
  /** Of the rules of both families. */
  readonly edit?: (file: RestoreFile) => RestoreFile;
  readonly change?: Partial<HostInput>;
}

export const LINKS: HostInput['links'] = [
  { kind: 'vlan', name: 'eth0.10', parent: 'eth0', id: 10 },
  { kind: 'macvlan', name: 'bh-lan-abcde', parent: 'eth0.10', address: '192.168.10.192', routes: ['192.168.10.192/27', '192.168.10.9/32'] },
];

const PAIRS: readonly Pair[] = [
  { source: '10.20.1.10', destination: '10.20.1.11', port: 8080 },
  { source: '10.20.2.10', destination: '10.20.2.11', port: 5432 },
];

/** A three-tier stack as a hand-made ruleset (FACTS.md, "The rules that did it"), independent of the compiler. */
export function sampleInput(options: SampleOptions = {}): HostInput {
  return {
    daemonPath: 'app/Edge',
    daemonId: '0123456789ab',
    engine: { version: '28', minimum: '28.2', below: '29' },
    bridgePrefix: 'bh-',
    blocks: ['10.20.0.0/24', '10.20.1.0/24', '10.20.2.0/24', '10.20.3.0/24'],
    links: [],
    directories: [],
    sharers: [],
    config: [],
    forges: false,
    firewall: sampleFirewall(options),
    daemonJson: `${JSON.stringify({ icc: false, 'live-restore': true, 'userland-proxy': false, 'no-new-privileges': true }, null, 2)}\n`,
    auditRules: false,
    sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.all.accept_redirects': '0' },
    modules: ['br_netfilter', 'nf_conntrack'],
    guard: IPTABLES_GUARD.needs,
    installPackages: ['docker.io'],
    ...options.change,
  };
}

export function sampleFirewall(options: SampleOptions = {}): FirewallFiles {
  const { pairs = PAIRS, edit = (file) => file } = options;
  const { ipv4, ipv6 } = sampleRestore(options);
  return {
    guard: guardFiles({ ipv4: edit(ipv4), ipv6: edit(ipv6) }),
    permits: [
      ...pairs.map(({ source, destination, port }) => `pair ipv4 tcp ${source} ${destination} ${port} ${port}`),
      'publication ipv4 tcp 0.0.0.0/0 192.0.2.10 443 443 10.20.3.10',
    ],
  };
}

export function sampleRestore({ pairs = PAIRS, sets = false }: SampleOptions = {}): Readonly<Record<Family, RestoreFile>> {
  return { ipv4: sampleFamily('ipv4', pairs, sets), ipv6: sampleFamily('ipv6', [], false) };
}

function sampleFamily(family: Family, pairs: readonly Pair[], sets: boolean): RestoreFile {
  const digest = createHash('sha256')
    .update(JSON.stringify([family, pairs, sets]))
    .digest('hex')
    .slice(0, 16);
  const setName = `bh-pairs-${digest.slice(0, 8)}`;
  const established = '-m conntrack --ctstate RELATED,ESTABLISHED';
  const matches = sets
    ? [`-m set --match-set ${setName} src,dst,dst`]
    : pairs.map(({ source, destination, port }) => `-s ${source}/32 -d ${destination}/32 -p tcp -m tcp --dport ${port}`);
  const publication =
    '-o bh-gw -d 10.20.3.10/32 -p tcp -m tcp --dport 8443 -m conntrack --ctstate DNAT --ctorigdst 192.0.2.10 --ctorigdstport 443 --ctdir ORIGINAL';
  const icmp = [135, 136].map((type) => `-i bh-+ -p ipv6-icmp -m icmp6 --icmpv6-type ${type}`);
  const loopback = family === 'ipv4' ? ['! -i lo -d 127.0.0.0/8 -j DROP'] : [];
  const chains = {
    'BULKHEAD-FORWARD': [
      `${established} -j RETURN`,
      '-i bh-+ -m conntrack --ctstate INVALID -j DROP',
      '-i bh-+ -m conntrack --ctstate DNAT -j DROP',
      ...(family === 'ipv4' ? [`${publication} -j RETURN`] : icmp.map((match) => `${match} -j RETURN`)),
      ...matches.map((match) => `${match} -m comment --comment "app/Web to app/Api" -j RETURN`),
      '-i bh-+ -j DROP',
      '-o bh-+ -j DROP',
    ],
    'BULKHEAD-INPUT': [`${established} -j RETURN`, '-i bh-+ -j DROP', ...loopback],
    'BULKHEAD-OUTPUT': [`${established} -j RETURN`, '-o bh-+ -j DROP'],
    'BULKHEAD-PASS': [`${established} -j ACCEPT`, ...matches.map((match) => `${match} -j ACCEPT`), '-i bh-none -j RETURN'],
  };
  const body = (names: readonly (keyof typeof chains)[]) =>
    [
      ...names.map((name) => `:${name} - [0:0]`),
      ...names.flatMap((name) =>
        chains[name].map(
          (rule, index) =>
            `-A ${name} ${index === chains[name].length - 1 ? rule.replace(/-j/, `-m comment --comment "bulkhead ${digest}" -j`) : rule}`,
        ),
      ),
      'COMMIT',
    ].join('\n');
  const set = [
    `create ${setName} hash:ip,port,ip family inet`,
    ...pairs.map(({ source, destination, port }) => `add ${setName} ${source},tcp:${port},${destination}`),
  ].join('\n');
  return {
    family,
    rules: `*mangle\n${body(['BULKHEAD-FORWARD', 'BULKHEAD-INPUT', 'BULKHEAD-OUTPUT'])}\n*filter\n${body(['BULKHEAD-PASS'])}\n`,
    sets: sets ? `${set}\n` : '',
    setNames: sets ? [setName] : [],
    chains: [
      { table: 'mangle', chain: 'BULKHEAD-FORWARD', hook: 'FORWARD', rules: chains['BULKHEAD-FORWARD'].length },
      { table: 'mangle', chain: 'BULKHEAD-INPUT', hook: 'INPUT', rules: chains['BULKHEAD-INPUT'].length },
      { table: 'mangle', chain: 'BULKHEAD-OUTPUT', hook: 'OUTPUT', rules: chains['BULKHEAD-OUTPUT'].length },
      { table: 'filter', chain: 'BULKHEAD-PASS', hook: 'DOCKER-USER', rules: chains['BULKHEAD-PASS'].length },
    ],
    digest,
  };
}
