import { createHash } from 'crypto';

/**
 * For users' snapshots: user data changes with every version of the library, and a person cannot read it. The snapshot contains a description
 * instead, and a digest that shows whether it changed.
 */

/** If it is the whole text. */
const ALONE = /^#cloud-config\n[^]*$/;
/** In JSON quotes and line breaks are escaped. */
const IN_JSON = /(?<=")#cloud-config\\n(?:[^"\\]|\\.)*(?=")/g;
/** What gzip and base64 make of it: the first bytes are gzip's. */
const COMPRESSED = /H4sI[A-Za-z0-9+/]{200,}={0,2}/g;

/** A serializer of Jest and Vitest: `expect.addSnapshotSerializer`, or `snapshotSerializers`. */
export const snapshotSerializer = {
  test: (value: unknown): boolean => typeof value === 'string' && withoutUserData(value) !== value,
  serialize: (value: string): string => withoutUserData(value),
};

function withoutUserData(text: string): string {
  return text.replace(ALONE, told('user data')).replace(IN_JSON, told('user data')).replace(COMPRESSED, told('compressed user data'));
}

const told = (what: string) => (found: string) => `<${what}, sha256 ${createHash('sha256').update(found).digest('hex').slice(0, 12)}>`;
