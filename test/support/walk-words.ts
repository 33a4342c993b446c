import type { HostView } from '../../src/reachability/private/walk/host-view';
import type { ProbeSource, ProbeSpec } from '../../src/reachability/private/walk/outcome';
import { walk } from '../../src/reachability/private/walk/walk';

/*
 * Short words for walks over the small host.
 */
export const NEIGHBOUR: ProbeSource = { kind: 'outside', interface: 'eth0', address: '192.0.2.50' };
export const HOST: ProbeSource = { kind: 'host' };
export const a1 = { kind: 'container', key: 'a1' } as const;
export const b1 = { kind: 'container', key: 'b1' } as const;
export const tcp = (from: ProbeSource, to: string, port = 80): ProbeSpec => ({ family: 'ipv4', from, to, protocol: 'tcp', port });
export const udp = (from: ProbeSource, to: string, port = 53): ProbeSpec => ({ ...tcp(from, to, port), protocol: 'udp' });
export const ping = (from: ProbeSource, to: string): ProbeSpec => ({ family: 'ipv4', from, to, protocol: 'icmp' });

export const ends = (view: HostView, probe: ProbeSpec) => {
  const { disposition, reason, direction, decidedBy } = walk(view, probe);
  return [
    disposition,
    reason,
    direction,
    decidedBy && `${decidedBy.chain}${decidedBy.index === undefined ? '' : ` ${decidedBy.index}`}`,
  ].filter(Boolean);
};
export const received = (view: HostView, probe: ProbeSpec) => {
  const { receiver } = walk(view, probe);
  return receiver && [receiver.container ?? receiver.kind, `${receiver.source} > ${receiver.address}:${receiver.port}`];
};
export const DELIVERED = ['DELIVERED', 'arrived', 'original'];
export const dropped = (at: string, direction = 'original') => ['DROPPED', at.includes(' ') ? 'rule' : 'policy', direction, at];
export const unreachable = (reason: string, direction = 'original') => ['UNREACHABLE', reason, direction];
export const withFrames = (view: HostView, bridge: string, more = {}): HostView => ({
  ...view,
  interfaces: view.interfaces.map((each) =>
    each.name === bridge ? { ...each, filtersFrames: { ipv4: true, ipv6: true }, ...more } : each,
  ),
});
