// What the packet walk says of probes round a wire, compared with what became of them. It may say that it does not know, but only where the LAN has a say.
import type { Checks } from './checks';
import type { Answer } from './matrix';
import { protocolOf } from './predict';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import { NET } from '../lab/network';

/** Addresses of those outside that ask, by family. */
const OUTSIDE: Readonly<Record<string, readonly [ipv4: string, ipv6: string]>> = {
  lanA: [NET.lanA, NET.lanA6],
  lanB: [NET.lanB, NET.lanB6],
  inet: [NET.internet, NET.internet6],
};

/** The model is never wrong; where it does not know it says so, and that is only where the LAN has a say. */
export function comparePredictions(checks: Checks, what: string, view: HostView, answers: readonly Answer[]): void {
  let unknown = 0;
  for (const answer of answers) {
    const { source, address, proto, port, observed } = answer;
    const { disposition, doubts } = walk(view, {
      family: address.includes(':') ? 'ipv6' : 'ipv4',
      from: sourceOf(source, address, view),
      to: address,
      protocol: protocolOf(answer),
      port,
    });
    if (disposition === 'UNKNOWN') {
      unknown++;
      checks.check(
        `${what}: the doubt about ${source} -> ${address} is one of the wire`,
        doubts.every(({ text }) => text !== undefined),
      );
      continue;
    }
    checks.check(
      `${what}: the prediction of ${source} -> ${address} ${proto}/${port}`,
      (disposition === 'DELIVERED') === observed,
      `predicted ${disposition}, observed ${observed ? 'open' : 'closed'}`,
    );
  }
  checks.say(`${what}: ${answers.length - unknown} predictions compared, ${unknown} UNKNOWN, towards the LAN alone`);
}

function sourceOf(name: string, address: string, { containers }: HostView): ProbeSource {
  if (name === 'host') return { kind: 'host' };
  const [ipv4, ipv6] = OUTSIDE[name] ?? [];
  if (ipv4 === undefined) return { kind: 'container', key: `app/${name[4].toUpperCase()}${name.slice(5)}`, routesOnly: true };
  const all = containers.flatMap(({ attachments }) => attachments).filter(({ kind }) => kind !== 'bridge');
  const wire = all.find((one) => one.ipv4 === address || one.ipv6 === address)?.interface;
  return { kind: 'outside', interface: wire ?? UPLINK, address: address.includes(':') ? ipv6 : ipv4 };
}
