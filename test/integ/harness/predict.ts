// What the packet walk says of a question of the matrix, from the declared program alone: no engine is asked.
import type { Actor, Question } from './matrix';
import { type IDaemon, Reachability } from '../../../src';
import { isInside } from '../../../src/firewall/private/blocks';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';

/**
 * Whether somebody gets it. The probes go by the routes of who sends them: neighbours of the host reach each other, and what is beyond, without it, so
 * that none of its rules is asked.
 */
export function predictor(daemon: IDaemon, actors: readonly Actor[]): (q: Question) => boolean {
  const foreseen = foreseer(daemon, actors);
  return (q) => foreseen(q).isDelivered;
}

/** The same, and whether it is a container that gets it. */
export function foreseer(daemon: IDaemon, actors: readonly Actor[]): (q: Question) => { isDelivered: boolean; isByContainer: boolean } {
  const { view, derived } = Reachability.of(daemon)._proof;
  const paths = new Map(derived.topology.workloads.map(({ name, path }) => [name, path]));
  const familyOf = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4');
  const sourceOf = ({ source, address: to }: Question): ProbeSource => {
    const { where, endpoints } = actors.find(({ name }) => name === source)!;
    if ('container' in where) return { kind: 'container', key: paths.get(where.container)!, routesOnly: true };
    if ('host' in where) return { kind: 'host' };
    const { address } = endpoints.find((endpoint) => familyOf(endpoint.address) === familyOf(to))!;
    return { kind: 'outside', interface: UPLINK, address };
  };
  const held = [
    ...view.interfaces.flatMap(({ addresses }) => addresses.map((address) => address.split('/')[0])),
    ...view.routes.filter((route) => route.interface !== UPLINK).map(({ block }) => block),
  ];
  return (q) => {
    if (sourceOf(q).kind === 'outside' && !held.some((block) => isInside(q.address, block))) {
      return { isDelivered: true, isByContainer: false };
    }
    const { disposition, receiver } = walk(view, {
      family: familyOf(q.address),
      from: sourceOf(q),
      to: q.address,
      protocol: protocolOf(q),
      port: q.port,
    });
    if (disposition === 'UNKNOWN') throw new Error(`the walk is in doubt about ${q.source} -> ${q.address} ${q.proto}/${q.port}`);
    return { isDelivered: disposition === 'DELIVERED', isByContainer: receiver?.container !== undefined };
  };
}

export function protocolOf({ proto, address }: Pick<Question, 'proto' | 'address'>) {
  return proto === 'icmp' && address.includes(':') ? 'ipv6-icmp' : proto;
}
