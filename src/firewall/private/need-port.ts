import { fail } from '../../private/errors';
import { shown } from '../../private/text';
import { Port } from '../port';
import { portCall } from './port-call';

/** Throws if a port is a number or another value. */
export function needPort(place: string | undefined, what: string, value: unknown): asserts value is Port {
  if (value instanceof Port) return;
  const got = typeof value === 'number' ? `the number ${value}` : typeof value === 'string' ? shown(value) : typeof value;
  fail('PortOutOfRange', place, `'${what}' must be made by Port, got ${got}; write ${portCall(value) ?? 'Port.tcp(443)'}`);
}
