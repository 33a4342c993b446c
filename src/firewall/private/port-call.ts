import { fail } from '../../private/errors';
import { shown } from '../../private/text';

/** What Docker and Compose write as a port: `8080`, `8080:80`, `53/udp`, `8000-8010`. */
const DOCKER_PORT = /^(\d{1,5})(?:-(\d{1,5})|:(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/;

/** The call that makes such a port; undefined if the value is none. */
export function portCall(value: unknown, usual?: string): string | undefined {
  const [, first, last, target, named] = DOCKER_PORT.exec(String(value)) ?? [];
  if (first === undefined) return undefined;
  const protocol = named ?? usual ?? 'tcp';
  if (last !== undefined) return `Port.${protocol}Range(${first}, ${last})`;
  if (target !== undefined) return `Port.${protocol}(${first}), and the port of the container as targetPort: Port.${protocol}(${target})`;
  return named === undefined && usual === undefined ? `Port.tcp(${first}) or Port.udp(${first})` : `Port.${protocol}(${first})`;
}

/** Refuses the text of Compose where a number is needed, with the call that it means. */
export function refusePortText(protocol: string, value: unknown): void {
  const call = typeof value === 'string' && !/^\d+$/.test(value) ? portCall(value, protocol) : undefined;
  if (call === undefined) return;
  fail('PortOutOfRange', undefined, `'port' must be a whole number from 1 to 65535, got ${shown(value)}; write ${call}`);
}
