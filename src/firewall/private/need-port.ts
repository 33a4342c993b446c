import { fail } from '../../private/errors';
import { Port } from '../port';

/** Throws when what came as a port is a number or another thing. */
export function needPort(place: string | undefined, what: string, value: unknown): asserts value is Port {
  if (value instanceof Port) return;
  const got = typeof value === 'number' ? `the number ${value}; write Port.tcp(${value}) or Port.udp(${value})` : `${typeof value}; write Port.tcp(443)`; // prettier-ignore
  fail('PortOutOfRange', place, `'${what}' must be made by Port, got ${got}`);
}
