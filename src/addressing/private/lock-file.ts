import { AllocatedMember, compareKeys, LockedDaemon, LockedSegment } from './allocation';
import { bridgeNameProblem } from './bridge-name';
import { IpFamilyName, parseAddress, parseBlock } from './ip';
import { tryParse } from './try-parse';
import { UnscopedValidationError } from '../../private/errors';

export const LOCK_FILE_NAME = 'bulkhead.lock.json';
const VERSION = 1;

/** The content of `bulkhead.lock.json`: for each daemon, by construct path, what was allocated. */
export interface LockFile {
  readonly daemons: Readonly<Record<string, LockedDaemon>>;
}

export const EMPTY_LOCK_FILE: LockFile = { daemons: {} };

/**
 * Reads the text of a lock file. An unknown field is an error, since it would be lost at the next write.
 *
 * @throws LockMalformed with the place in the file
 */
export function parseLockFile(text: string): LockFile {
  if (/^(<{7}|>{7})/m.test(text)) {
    throw malformed(
      'it holds conflict markers; keep the entries of both sides, and make sure that no two entries share a block or an address',
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw malformed(`it is not JSON: ${(error as Error).message}`);
  }
  const root = objectAt(json, 'the file');
  if (root.version !== VERSION) {
    throw malformed(`its version is ${JSON.stringify(root.version)}, and this release reads version ${VERSION}`);
  }
  onlyFields(root, 'the file', ['version', 'daemons']);
  return { daemons: recordAt(root.daemons, 'daemons', readDaemon) };
}

/** The text of a lock file: sorted, so that a change of the program is a small change of the file. */
export function serializeLockFile(lock: LockFile): string {
  const daemons = sortRecord(lock.daemons, ({ segments }) => ({ segments: sortRecord(segments, orderSegment) }));
  return `${JSON.stringify({ version: VERSION, daemons }, undefined, 2)}\n`;
}

function orderSegment({ bridge, ipv4, ipv6, members }: LockedSegment): LockedSegment {
  return { bridge, ipv4, ...(ipv6 !== undefined && { ipv6 }), members: sortRecord(members, orderMember) };
}

function orderMember({ ipv4, ipv6 }: AllocatedMember): AllocatedMember {
  return { ipv4, ...(ipv6 !== undefined && { ipv6 }) };
}

/** `fromEntries` defines own fields, whatever their name; an assignment to `__proto__` would be lost. */
function sortRecord<T, U>(record: Readonly<Record<string, T>>, order: (value: T) => U): Record<string, U> {
  const entries = Object.entries(record).sort(([a], [b]) => compareKeys(a, b));
  return Object.fromEntries(entries.map(([key, value]) => [key, order(value)]));
}

function readDaemon(value: unknown, place: string): LockedDaemon {
  const daemon = objectAt(value, place);
  onlyFields(daemon, place, ['segments']);
  return { segments: recordAt(daemon.segments, `${place}.segments`, readSegment) };
}

function readSegment(value: unknown, place: string): LockedSegment {
  const segment = objectAt(value, place);
  onlyFields(segment, place, ['bridge', 'ipv4', 'ipv6', 'members']);
  const bridge = textAt(segment.bridge, `${place}.bridge`);
  const problem = bridgeNameProblem(bridge);
  if (problem) {
    throw malformed(`${place}.bridge: ${problem.message}`);
  }
  return {
    bridge,
    ipv4: ipAt(parseBlock, segment.ipv4, `${place}.ipv4`, 'ipv4'),
    ...(segment.ipv6 !== undefined && { ipv6: ipAt(parseBlock, segment.ipv6, `${place}.ipv6`, 'ipv6') }),
    members: recordAt(segment.members, `${place}.members`, readMember),
  };
}

function readMember(value: unknown, place: string): AllocatedMember {
  const member = objectAt(value, place);
  onlyFields(member, place, ['ipv4', 'ipv6']);
  return {
    ipv4: ipAt(parseAddress, member.ipv4, `${place}.ipv4`, 'ipv4'),
    ...(member.ipv6 !== undefined && { ipv6: ipAt(parseAddress, member.ipv6, `${place}.ipv6`, 'ipv6') }),
  };
}

function ipAt(parse: (text: string) => { readonly family: IpFamilyName }, value: unknown, place: string, family: IpFamilyName): string {
  const text = textAt(value, place);
  const parsed = tryParse(parse, text);
  if (!parsed.ok) {
    throw malformed(`${place}: ${parsed.message}`);
  }
  if (parsed.value.family !== family) {
    throw malformed(`${place}: '${text}' belongs to the other address family`);
  }
  return text;
}

function recordAt<T>(value: unknown, place: string, read: (entry: unknown, place: string) => T): Record<string, T> {
  const entries = Object.entries(objectAt(value, place));
  return Object.fromEntries(entries.map(([key, entry]) => [key, read(entry, `${place}['${key}']`)]));
}

function objectAt(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(value === undefined ? `${place} is missing` : `${place} is not an object`);
  }
  return value as Record<string, unknown>;
}

function textAt(value: unknown, place: string): string {
  if (typeof value !== 'string') {
    throw malformed(value === undefined ? `${place} is missing` : `${place} is not text`);
  }
  return value;
}

function onlyFields(value: Record<string, unknown>, place: string, known: readonly string[]): void {
  const unknown = Object.keys(value).filter((field) => !known.includes(field));
  if (unknown.length > 0) {
    throw malformed(`${place} holds '${unknown.sort(compareKeys)[0]}', which this release does not know`);
  }
}

function malformed(reason: string): UnscopedValidationError {
  return new UnscopedValidationError('LockMalformed', reason);
}
