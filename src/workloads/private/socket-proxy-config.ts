import { API_VERSION, ENDLESS_READS, ENGINE_READS } from '../../hardening/private/engine-api';
import { ENGINE_SOCKET_PATH } from '../../hardening/private/host-paths';
import type { EngineAccessFact } from '../../topology/private/facts';
import type { Topology } from '../../topology/private/topology';

/** Port on which clients of an engine ask it over TCP without TLS. */
export const PROXY_PORT = 2375;

/** A client, the addresses that it has towards the proxy, and the targets that it may ask for. */
interface ProxyClient {
  readonly addresses: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * The configuration of HAProxy. It recognizes a client by its source address, which belongs to one container in the segment and which a container
 * without NET_RAW cannot forge over TCP. It compares the unmodified target of the request, before anything decodes or normalizes it, and forwards it
 * unchanged.
 *
 * @see https://docs.haproxy.org/2.6/configuration.html
 */
export function socketProxyConfig(topology: Topology, proxy: string): string {
  const clients = clientsOf(topology, proxy);
  const hasIpv6 = topology.networks.some(({ ipv6, members }) => ipv6 && members.some(({ workload }) => workload === proxy));
  return `${[...HEAD, ...(hasIpv6 ? [`  bind [::]:${PROXY_PORT} v6only`] : []), ...knock(clients), ...clients.flatMap(rulesOf), ...TAIL].join('\n')}\n`;
}

/** Only where a flow is declared: the addresses are those of its ends. */
function clientsOf({ engineAccess = [], networks, pairs }: Topology, proxy: string): ProxyClient[] {
  const accesses = engineAccess.filter((access) => access.proxy === proxy);
  return [...new Set(accesses.map(({ client }) => client))].sort().map((client) => {
    const own = accesses.filter((access) => access.client === client);
    const addresses = networks.flatMap(({ bridge, members }) => {
      const [from, to] = [client, proxy].map((path) => members.find(({ workload }) => workload === path));
      const isFlow = ({ source, destination, port }: (typeof pairs)[number]) =>
        [from?.ipv4, from?.ipv6].includes(source) && [to?.ipv4, to?.ipv6].includes(destination) && port.first === PROXY_PORT;
      return from && to ? pairs.filter((pair) => pair.bridge === bridge && isFlow(pair)).map(({ source }) => source) : [];
    });
    return {
      addresses: [...new Set(addresses)],
      reads: [...ENGINE_READS.version, ...targets(own, 'reads')],
      writes: targets(own, 'writes'),
    };
  });
}

function targets(accesses: readonly EngineAccessFact[], kind: 'reads' | 'writes'): string[] {
  return [...new Set(accesses.flatMap((access) => access[kind]))].sort();
}

/** A stranger gets no answer at all; 32 connections of one client leave some for the others. */
function knock(clients: readonly ProxyClient[]): string[] {
  return [
    ...clients.flatMap(({ addresses }) => addresses.map((address) => `  acl is-client src ${address}`)),
    `  tcp-request connection reject${clients.some(({ addresses }) => addresses.length > 0) ? ' unless is-client' : ''}`,
    '  tcp-request connection track-sc0 src',
    '  tcp-request connection reject if { sc0_conn_cur gt 32 }',
    '  http-request set-var(txn.target) url,field(1,?)',
  ];
}

function rulesOf({ addresses, reads, writes }: ProxyClient, index: number): string[] {
  if (addresses.length === 0) return [];
  const may = (what: string, methods: string, all: readonly string[]) =>
    all.length === 0
      ? []
      : [
          ...all.map((target) => `  acl c${index}-${what} var(txn.target) -m reg ^${API_VERSION}${target}$`),
          `  http-request set-var(txn.allowed) bool(true) if c${index} { method ${methods} } c${index}-${what}`,
        ];
  return [
    ...addresses.map((address) => `  acl c${index} src ${address}`),
    ...may('reads', 'GET HEAD', reads),
    ...may('writes', 'POST', writes),
  ];
}

const HEAD = [
  'global',
  '  log stdout format raw daemon',
  '  maxconn 400',
  '  nbthread 1',
  'defaults',
  '  mode http',
  '  log global',
  '  option httplog',
  '  option dontlognull',
  '  option disable-h2-upgrade',
  '  option clitcpka',
  '  http-reuse never',
  '  timeout connect 5s',
  '  timeout http-request 10s',
  '  timeout client 60s',
  '  timeout server 60s',
  'frontend clients',
  '  stick-table type ipv6 size 4k expire 10m store conn_cur',
  `  bind *:${PROXY_PORT}`,
];

/**
 * No body and no other protocol: neither is part of an allowed call, a body could hold settings for a container (API before 1.24), and an upgraded connection carries
 * anything. Only what is refused is logged.
 */
const TAIL = [
  '  acl allowed var(txn.allowed) -m bool',
  '  acl strange req.fhdr_cnt(transfer-encoding) gt 0',
  '  acl strange req.fhdr_cnt(upgrade) gt 0',
  '  acl has-length req.fhdr_cnt(content-length) gt 0',
  '  acl is-empty req.fhdr(content-length) -m str 0',
  '  http-request return status 403 content-type application/json string \'{"message":"the socket proxy does not pass this call for this client"}\' if !allowed || strange || has-length !is-empty',
  '  http-request set-log-level silent',
  '  http-request set-header Host docker',
  ...ENDLESS_READS.map((target) => `  acl is-endless var(txn.target) -m reg ^${API_VERSION}${target}$`),
  '  use_backend endless if is-endless',
  '  default_backend engine',
  'backend engine',
  `  server engine unix@${ENGINE_SOCKET_PATH}`,
  'backend endless',
  '  timeout server 24d',
  `  server engine unix@${ENGINE_SOCKET_PATH}`,
];
