import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineEndpoint, EngineInput, EngineNetwork } from '../../../src/engine/private/docker-rules/input';
import type { Family } from '../../../src/topology/private/terms';
import { settings } from '../../engine/hosts';
import { renderSave } from '../../support/render-save';

/** The first releases of the lines of rules that the lab has. */
export const GENERATIONS = ['20.10', '26.1', '28.5', '29.0'] as const;
export type Generation = (typeof GENERATIONS)[number];

/** [port of the host, port of the container, protocol, address of the host] */
export type Published = readonly [number, number, ('tcp' | 'udp')?, string?];

/** Rules of a person on a host with docker0, and br-app (172.18.0.0/16) with the container 172.18.0.2. */
export interface Written {
  readonly published?: readonly Published[];
  /** Before what stands in DOCKER-USER, and after it. */
  readonly user?: readonly string[];
  readonly appended?: readonly string[];
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  /** Before Docker's jumps in FORWARD, and after them. */
  readonly forward?: readonly string[];
  readonly forwardLast?: readonly string[];
  readonly inputPolicy?: 'DROP';
  /** Chains of the table filter. */
  readonly chains?: Readonly<Record<string, readonly string[]>>;
  readonly raw?: readonly string[];
  readonly mangle?: readonly string[];
  readonly postrouting?: readonly string[];
  /** An internal network on br-int, 172.30.0.0/24. */
  readonly internal?: true;
  /** A second network on br-db, 172.19.0.0/16, with the container 172.19.0.2, which publishes nothing. */
  readonly second?: true;
  readonly forwarding?: 'before';
  readonly withoutProxy?: true;
  readonly withoutJump?: true;
  /** Whether networks have IPv6, and rules of ip6tables. */
  readonly ipv6?: Omit<Written, 'ipv6' | 'published' | 'internal' | 'second'>;
  /** Whether rules of ip6tables are given though no network has IPv6. */
  readonly bareIpv6?: Omit<Written, 'ipv6' | 'published' | 'internal' | 'second'>;
}

export function textsOf(version: Generation, written: Written): { ipv4Rules: string; ipv6Rules?: string } {
  const six = written.ipv6 ?? written.bareIpv6;
  return { ipv4Rules: textOf(version, 'ipv4', written, written), ...(six && { ipv6Rules: textOf(version, 'ipv6', six, written) }) };
}

function textOf(version: string, family: Family, rules: Written, host: Written): string {
  const saved = renderSave(dockerRules(inputOf(version, host), family)).replace(/ -m comment --comment ("[^"]*"|\S+)/g, '');
  let lines = saved.split('\n');
  if (rules.withoutJump) lines = lines.filter((line) => line !== '-A FORWARD -j DOCKER-USER');
  lines = withChains(lines, Object.keys(rules.chains ?? {}));
  lines = withRules(lines, 'filter', 'DOCKER-USER', rules.user ?? [], rules.appended ?? []);
  lines = withRules(lines, 'filter', 'INPUT', rules.input ?? [], []);
  lines = withRules(lines, 'filter', 'OUTPUT', rules.output ?? [], []);
  lines = withRules(lines, 'filter', 'FORWARD', rules.forward ?? [], rules.forwardLast ?? []);
  for (const [name, own] of Object.entries(rules.chains ?? {})) lines = withRules(lines, 'filter', name, own, []);
  lines = withRules(lines, 'nat', 'POSTROUTING', rules.postrouting ?? [], []);
  lines = withRules(lines, 'raw', 'PREROUTING', rules.raw ?? [], []);
  lines = withRules(lines, 'mangle', 'PREROUTING', rules.mangle ?? [], []);
  const policy = lines.indexOf(':INPUT ACCEPT [0:0]', lines.indexOf('*filter'));
  if (rules.inputPolicy) lines[policy] = `:INPUT ${rules.inputPolicy} [0:0]`;
  return lines.join('\n');
}

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
};

function withTable(lines: readonly string[], table: string): string[] {
  const start = lines.indexOf(`*${table}`);
  if (start < 0) return [...lines, `*${table}`, ...BUILT_IN[table].map((name) => `:${name} ACCEPT [0:0]`), 'COMMIT', ''].filter((line) => line !== '');
  const end = lines.indexOf('COMMIT', start);
  const missing = BUILT_IN[table].filter((name) => !lines.slice(start, end).some((line) => line.startsWith(`:${name} `)));
  return [...lines.slice(0, start + 1), ...missing.map((name) => `:${name} ACCEPT [0:0]`), ...lines.slice(start + 1)];
} // prettier-ignore

function withChains(lines: readonly string[], names: readonly string[]): string[] {
  const all = withTable(withTable(lines, 'filter'), 'nat');
  const at = all.indexOf('*filter') + 1;
  const made = names.filter((name) => !all.some((line) => line.startsWith(`:${name} `)));
  return [...all.slice(0, at), ...made.map((name) => `:${name} - [0:0]`), ...all.slice(at)];
}

function withRules(lines: readonly string[], table: string, chain: string, first: readonly string[], last: readonly string[]): string[] {
  if (first.length === 0 && last.length === 0) return [...lines];
  let all = withTable(lines, table);
  if (table === 'filter' && !BUILT_IN.filter.includes(chain)) all = withChains(all, [chain]);
  const start = all.indexOf(`*${table}`);
  const end = all.indexOf('COMMIT', start);
  const own = all.slice(start, end).filter((line) => line.startsWith(`-A ${chain} `));
  const others = all.slice(start, end).filter((line) => !line.startsWith(`-A ${chain} `));
  const made = (rules: readonly string[]) => rules.map((rule) => `-A ${chain} ${rule}`);
  return [...all.slice(0, start), ...others, ...made(first), ...own, ...made(last), ...all.slice(end)];
}

function inputOf(version: string, { published = [], internal, second, forwarding, withoutProxy, ipv6 }: Written): EngineInput {
  const network = (bridge: string, block: string, number: number, endpoints: readonly EngineEndpoint[], isInternal = false): EngineNetwork => ({
    bridge,
    internal: isInternal,
    icc: true,
    masquerade: true,
    trustedInterfaces: [],
    ipv4: { block, gateway: block.replace(/0\/\d+$/, '1'), mode: 'nat' },
    ...(ipv6 && { ipv6: { block: `fd00:${number}::/64`, gateway: `fd00:${number}::1`, mode: 'nat' as const } }),
    endpoints,
    links: [],
  }); // prettier-ignore
  const endpoint = (ipv4: string, number: number, ports: readonly Published[]): EngineEndpoint => ({
    ipv4,
    ...(ipv6 && { ipv6: `fd00:${number}::2` }),
    isGateway: { ipv4: true, ipv6: true },
    ports: ports.map(([hostPort, targetPort, protocol = 'tcp', hostAddress]) => ({
      protocol,
      ...(hostAddress !== undefined && { hostAddress }),
      hostPort: { first: hostPort, last: hostPort },
      targetPort: { first: targetPort, last: targetPort },
    })),
  });
  return {
    version,
    firewall: 'iptables',
    daemon: settings({
      userlandProxy: withoutProxy !== true,
      forwardingBefore: { ipv4: forwarding === 'before', ipv6: forwarding === 'before' },
    }),
    networks: [
      network('docker0', '172.17.0.0/16', 17, []),
      network('br-app', '172.18.0.0/16', 18, [endpoint('172.18.0.2', 18, published)]),
      ...(second ? [network('br-db', '172.19.0.0/16', 19, [endpoint('172.19.0.2', 19, [])])] : []),
      ...(internal ? [network('br-int', '172.30.0.0/24', 30, [], true)] : []),
    ],
  };
}
