import { createHash } from 'node:crypto';

/** First hexadecimal digits of the SHA-256 of a text. */
export function digestOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
