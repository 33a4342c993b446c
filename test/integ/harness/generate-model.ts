// What the packet walk says of a question, from the declared program alone: no engine is asked.
import { STACK } from './deployment';
import { type Answer, OUTSIDE } from './generate-oracle';
import type { Question } from './generate-questions';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import type { ProbeSource, Receiver } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';

export function predicted(view: HostView, { source, address, protocol, port, device }: Question): Answer {
  const { disposition, receiver } = walk(view, {
    family: 'ipv4',
    from: sourceOf(source, device !== undefined),
    to: address,
    protocol,
    port,
  });
  if (disposition === 'UNKNOWN') throw new Error(`the walk is in doubt about ${source} -> ${address} ${protocol}/${port}`);
  return disposition === 'DELIVERED' ? { open: true, by: nameOf(receiver!) } : { open: false };
}

/** Who sends through an interface past all routes may get further than by its routes. */
function sourceOf(name: string, pastRoutes: boolean): ProbeSource {
  if (name === 'host') return { kind: 'host' };
  if (isOutside(name)) return { kind: 'outside', interface: UPLINK, address: OUTSIDE[name] };
  return { kind: 'container', key: `${STACK}/${name}`, ...(pastRoutes ? {} : { routesOnly: true }) };
}

function nameOf({ kind, container, address }: Receiver): string {
  if (kind === 'container') return container!.slice(STACK.length + 1);
  return kind === 'host' ? 'host' : (Object.keys(OUTSIDE).find((name) => isOutside(name) && OUTSIDE[name] === address) ?? address);
}

function isOutside(name: string): name is keyof typeof OUTSIDE {
  return Object.hasOwn(OUTSIDE, name);
}
