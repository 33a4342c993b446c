import type { PortSpec } from '../../src/topology/private/terms';
import type { NetworkPlan, Topology } from '../../src/topology/private/topology';

/** Topologies whose rendered rules are kept as files and read by people. */
const tcp = (first: number, last = first): PortSpec => ({ protocol: 'tcp', first, last });
const udp = (first: number): PortSpec => ({ protocol: 'udp', first, last: first });
const PING: PortSpec = { protocol: 'icmp', first: 0, last: 0 };

function network(segment: string, third: number, options: { readonly gateway?: boolean; readonly ipv6?: boolean } = {}): NetworkPlan {
  const { gateway = false, ipv6 = false } = options;
  const suffix = gateway ? '-gw' : '';
  return {
    key: `app/Shop/${segment}${gateway ? '#gateway' : ''}`,
    segment: `app/Shop/${segment}`,
    kind: gateway ? 'gateway' : 'segment',
    networkName: `shop-${segment}${suffix}`,
    bridge: `bh-${segment}${suffix}`,
    internal: !gateway,
    icc: false,
    ipv4: { block: `10.20.${third}.0/24`, gateway: `10.20.${third}.1`, dockerRange: `10.20.${third}.240/28` },
    ipv6: ipv6 ? { block: `fd00:20:${third}::/64`, gateway: `fd00:20:${third}::1`, dockerRange: `fd00:20:${third}::f000/116` } : undefined,
    members: [],
  };
}

const BASE: Topology = {
  daemon: 'app/Edge',
  daemonId: '0123456789ab',
  bridgePrefix: 'bh-',
  hostAddresses: ['192.0.2.10'],
  egressExclusions: ['10.20.0.0/16', '192.0.2.10/32', '169.254.0.0/16', 'fe80::/10'],
  networks: [],
  wires: [],
  wirePairs: [],
  existing: [],
  workloads: [],
  pairs: [],
  egress: [],
  hostFlows: [],
  publications: [],
};

/** web is published and asks a resolver, api leaves through its gateway network, the host asks api for metrics, api asks the host. */
const threeTier: Topology = {
  ...BASE,
  networks: [
    network('dmz', 1),
    network('dmz', 2, { gateway: true }),
    network('app', 3),
    network('app', 4, { gateway: true }),
    network('data', 5),
  ],
  pairs: [
    {
      bridge: 'bh-app',
      family: 'ipv4',
      source: '10.20.3.11',
      destination: '10.20.3.10',
      port: tcp(8080),
      origin: 'app/Web > app/Api tcp/8080',
    },
    {
      bridge: 'bh-app',
      family: 'ipv4',
      source: '10.20.3.11',
      destination: '10.20.3.10',
      port: PING,
      origin: 'app/Web > app/Api icmp/ping',
    },
    {
      bridge: 'bh-data',
      family: 'ipv4',
      source: '10.20.5.11',
      destination: '10.20.5.10',
      port: tcp(5432),
      rate: { amount: 10, per: 'minute', burst: 30 },
      origin: 'app/Api > app/Db tcp/5432',
    },
  ],
  egress: [
    {
      bridge: 'bh-dmz-gw',
      family: 'ipv4',
      source: '10.20.2.10',
      destination: '198.51.100.53/32',
      port: udp(53),
      origin: 'app/Web > 198.51.100.53/32 udp/53',
    },
    {
      bridge: 'bh-app-gw',
      family: 'ipv4',
      source: '10.20.4.10',
      destination: '0.0.0.0/0',
      port: tcp(443),
      origin: 'app/Api > 0.0.0.0/0 tcp/443',
    },
    {
      bridge: 'bh-app-gw',
      family: 'ipv4',
      source: '10.20.4.10',
      destination: '169.254.169.254/32',
      port: tcp(80),
      origin: 'app/Api > 169.254.169.254/32 tcp/80',
    },
  ],
  hostFlows: [
    {
      direction: 'to-container',
      bridge: 'bh-app',
      family: 'ipv4',
      address: '10.20.3.10',
      gateway: '10.20.3.1',
      port: tcp(9100),
      origin: 'host > app/Api tcp/9100',
    },
    {
      direction: 'to-host',
      bridge: 'bh-app',
      family: 'ipv4',
      address: '10.20.3.10',
      gateway: '10.20.3.1',
      port: udp(514),
      rate: { amount: 100, per: 'second', burst: 100 },
      origin: 'app/Api > host udp/514',
    },
  ],
  publications: [
    {
      workload: 'app/Web',
      bridge: 'bh-dmz-gw',
      family: 'ipv4',
      address: '10.20.2.10',
      hostAddress: '192.0.2.10',
      hostPort: tcp(443),
      targetPort: tcp(8443),
      sources: ['0.0.0.0/0'],
      rate: { amount: 50, per: 'second', burst: 20 },
      origin: 'app/Web publishes 192.0.2.10:443',
    },
    {
      workload: 'app/Web',
      bridge: 'bh-dmz-gw',
      family: 'ipv4',
      address: '10.20.2.10',
      hostAddress: '0.0.0.0',
      hostPort: tcp(50000, 50009),
      targetPort: tcp(40000, 40009),
      sources: ['198.51.100.0/24', '203.0.113.0/24', '203.0.113.128/25'],
      origin: 'app/Web publishes 0.0.0.0:50000-50009',
    },
    {
      workload: 'app/Web',
      bridge: 'bh-dmz-gw',
      family: 'ipv4',
      address: '10.20.2.10',
      hostAddress: '127.0.0.1',
      hostPort: tcp(9000),
      targetPort: tcp(9000),
      sources: [],
      origin: 'app/Web publishes 127.0.0.1:9000',
    },
  ],
};

const dualStack: Topology = {
  ...BASE,
  hostAddresses: ['192.0.2.10', '2001:db8::10'],
  egressExclusions: [...BASE.egressExclusions, '2001:db8::10/128', 'fd00:20::/32'],
  networks: [network('web', 1, { ipv6: true }), network('web', 2, { gateway: true, ipv6: true })],
  pairs: [
    {
      bridge: 'bh-web',
      family: 'ipv6',
      source: 'fd00:20:1::b',
      destination: 'fd00:20:1::a',
      port: tcp(8080),
      origin: 'app/Web > app/Api tcp/8080',
    },
    {
      bridge: 'bh-web',
      family: 'ipv6',
      source: 'fd00:20:1::b',
      destination: 'fd00:20:1::a',
      port: PING,
      origin: 'app/Web > app/Api icmp/ping',
    },
    {
      bridge: 'bh-web',
      family: 'ipv4',
      source: '10.20.1.11',
      destination: '10.20.1.10',
      port: tcp(8080),
      origin: 'app/Web > app/Api tcp/8080',
    },
  ],
  egress: [
    {
      bridge: 'bh-web-gw',
      family: 'ipv6',
      source: 'fd00:20:2::a',
      destination: '::/0',
      port: tcp(443),
      origin: 'app/Web > ::/0 tcp/443',
    },
  ],
  hostFlows: [
    {
      direction: 'to-host',
      bridge: 'bh-web',
      family: 'ipv6',
      address: 'fd00:20:1::a',
      gateway: 'fd00:20:1::1',
      port: tcp(9200),
      origin: 'app/Api > host tcp/9200',
    },
  ],
  publications: [
    {
      workload: 'app/Web',
      bridge: 'bh-web-gw',
      family: 'ipv6',
      address: 'fd00:20:2::a',
      hostAddress: '2001:db8::10',
      hostPort: tcp(443),
      targetPort: tcp(8443),
      sources: ['2001:db8:1::/64', '2001:db8:2::/64'],
      rate: { amount: 1, per: 'second', burst: 100 },
      origin: 'app/Web publishes [2001:db8::10]:443',
    },
  ],
};

/** Enough pairs on one bridge for a set, beside pairs that no set may hold. */
const mesh: Topology = {
  ...BASE,
  networks: [network('mesh', 1, { ipv6: true }), network('small', 2)],
  pairs: [
    ...[11, 12, 13, 14].flatMap((n) => [
      {
        bridge: 'bh-mesh',
        family: 'ipv4' as const,
        source: `10.20.1.${n}`,
        destination: '10.20.1.10',
        port: tcp(8080),
        origin: `app/C${n} > app/Hub tcp/8080`,
      },
      {
        bridge: 'bh-mesh',
        family: 'ipv6' as const,
        source: `fd00:20:1::${n.toString(16)}`,
        destination: 'fd00:20:1::a',
        port: tcp(8080),
        origin: `app/C${n} > app/Hub tcp/8080`,
      },
    ]),
    {
      bridge: 'bh-mesh',
      family: 'ipv4',
      source: '10.20.1.10',
      destination: '10.20.1.11',
      port: tcp(50000, 50063),
      origin: 'app/Hub > app/C11 64 ports',
    },
    {
      bridge: 'bh-mesh',
      family: 'ipv4',
      source: '10.20.1.10',
      destination: '10.20.1.12',
      port: tcp(50000, 50064),
      origin: 'app/Hub > app/C12 65 ports',
    },
    {
      bridge: 'bh-mesh',
      family: 'ipv4',
      source: '10.20.1.10',
      destination: '10.20.1.13',
      port: udp(53),
      origin: 'app/Hub > app/C13 udp/53',
    },
    {
      bridge: 'bh-mesh',
      family: 'ipv4',
      source: '10.20.1.10',
      destination: '10.20.1.14',
      port: { protocol: 'sctp', first: 2905, last: 2905 },
      origin: 'app/Hub > app/C14 sctp/2905',
    },
    {
      bridge: 'bh-mesh',
      family: 'ipv4',
      source: '10.20.1.14',
      destination: '10.20.1.10',
      port: tcp(8443),
      rate: { amount: 5, per: 'second', burst: 5 },
      origin: 'app/C14 > app/Hub tcp/8443',
    },
    { bridge: 'bh-small', family: 'ipv4', source: '10.20.2.10', destination: '10.20.2.11', port: tcp(80), origin: 'app/A > app/B tcp/80' },
    { bridge: 'bh-small', family: 'ipv4', source: '10.20.2.11', destination: '10.20.2.10', port: tcp(81), origin: 'app/B > app/A tcp/81' },
  ],
};

export const SCENARIOS: Readonly<Record<string, Topology>> = {
  empty: BASE,
  'three-tier': threeTier,
  'dual-stack': dualStack,
  mesh,
};
