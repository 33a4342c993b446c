import { dockerRules, type SmallNetwork } from './small-docker';
import { NO_RULES, rulesOf } from './small-host';
import type { HostView } from '../../src/reachability/private/walk/host-view';

/** Bridges with as many containers each, in the shape that engine 28 gives them; the first of each bridge is published, ICC is on on every other. */
export function largeHost(bridges: number, each: number): HostView {
  const numbers = Array.from({ length: bridges }, (_, bridge) => bridge);
  const hosts = Array.from({ length: each }, (_, host) => host + 2);
  const networks = numbers.map((net): SmallNetwork => ({
    bridge: `br-${net}`,
    net,
    icc: net % 2 === 0,
    hosts,
    ports: [{ port: 10_000 + net, address: `10.${net}.0.2`, target: 80 }],
  }));
  const isGateway = { ipv4: true, ipv6: false };
  const filtersFrames = { ipv4: true, ipv6: false };
  return {
    rules: { ...NO_RULES, ipv4: rulesOf('ipv4', dockerRules({ generation: 'g28.2' }, networks)) },
    interfaces: [
      { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8'] },
      { name: 'eth0', kind: 'uplink', addresses: ['192.0.2.10/24'] },
      ...numbers.map((net) => ({ name: `br-${net}`, kind: 'bridge' as const, addresses: [`10.${net}.0.1/24`], filtersFrames })),
    ],
    routes: [{ block: '0.0.0.0/0', interface: 'eth0', gateway: '192.0.2.1' }],
    containers: numbers.flatMap((net) =>
      hosts.map((host) => ({
        key: `c${net}-${host - 2}`,
        attachments: [{ interface: `br-${net}`, kind: 'bridge' as const, ipv4: `10.${net}.0.${host}`, isGateway }],
      })),
    ),
    proxies: [],
    forwarding: { ipv4: true, ipv6: true },
  };
}
