import type { Scene } from './scene';
import type { Match } from '../../../firewall/private/ir';
import type { ProbeSpec } from '../../../reachability/private/walk/outcome';
import type { ShownPacket } from '../../../validation/private/firewall-fault';
import type { RuledPublication } from '../host/from-rules';

const UNSPECIFIED = ['0.0.0.0', '::'];

/** Such as `tcp/8080 of the host (published to 172.18.0.2:80)`. */
export function publicationText({ protocol, hostPort, hostAddress, target, container, targetPort }: RuledPublication): string {
  const at = hostAddress === undefined ? 'the host' : hostAddress;
  const whom = container === target ? '' : `${container}, `;
  return `${protocol}/${hostPort} of ${at} (published to ${whom}${target}:${targetPort})`;
}

/** Such as `a packet from 203.0.113.77 on eth0 to tcp/8080`. */
export function asksOf(scene: Scene, { from, protocol, port }: ProbeSpec): string {
  const source = from.kind === 'outside' ? `${from.address}${scene.over(from.interface)}` : from.kind === 'host' ? 'the host' : from.key;
  return `a packet from ${source} to ${portText(protocol, port)}`;
}

export function portText(protocol: string, port: number | undefined): string {
  return port === undefined ? protocol : `${protocol}/${port}`;
}

export function shown({ from, to, protocol, port }: ProbeSpec): ShownPacket {
  const sender = from.kind === 'outside' ? from.address : from.kind === 'host' ? 'the host' : from.key;
  return { from: sender, to: UNSPECIFIED.includes(to) ? 'the host' : to, protocol, ...(port !== undefined && { port }) };
}

/** Interfaces that matches name, such as `that come in by docker0`. */
export function namesOf(matches: readonly Match[]): string {
  const texts = matches.flatMap((match) => {
    if (match.kind !== 'in-interface' && match.kind !== 'out-interface') return [];
    const name = `${match.negate ? 'anything but ' : ''}${match.name}${match.prefix ? '+' : ''}`;
    return [match.kind === 'in-interface' ? `that come in by ${name}` : `that leave by ${name}`];
  });
  return texts.join(' and ');
}
