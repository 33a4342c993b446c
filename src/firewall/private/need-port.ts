import { fail } from '../../private/errors';
import { Port } from '../port';

/** Throws if a port is a number or another value. */
export function needPort(place: string | undefined, what: string, value: unknown): asserts value is Port {
  if (value instanceof Port) return;
  const number = typeof value === 'number' ? value : /^\d{1,5}$/.test(String(value)) ? Number(value) : undefined;
  const wayOut = number === undefined ? 'write Port.tcp(443)' : `write Port.tcp(${number}) or Port.udp(${number})`;
  const shown = typeof value === 'number' ? `the number ${value}` : typeof value === 'string' ? JSON.stringify(value) : typeof value;
  fail('PortOutOfRange', place, `'${what}' must be made by Port, got ${shown}; ${wayOut}`);
}
