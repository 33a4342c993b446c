import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import type { Proof } from '../../src/reachability/private/proof';

/** What the proof of one snapshot computes, by everything that it depends on. */
const proved = new Map<string, unknown>();

// Most tests synthesize the same few hosts, and the proof is a function of the host and of what is declared; it took a third of all their time.
jest.mock('../../src/reachability/private/proof', () => {
  const actual = jest.requireActual<typeof import('../../src/reachability/private/proof')>('../../src/reachability/private/proof');
  const prototype = actual.Proof.prototype as unknown as Record<'makeMatrix' | 'makeForged', (this: Proof) => unknown>;
  for (const name of ['makeMatrix', 'makeForged'] as const) {
    const make = prototype[name];
    prototype[name] = function (this: Proof) {
      // A function would make this throw: it cannot be part of a key.
      const key = `${name} ${createHash('sha256')
        .update(serialize([this.view, this.derived.topology]))
        .digest('base64')}`;
      if (!proved.has(key)) proved.set(key, make.call(this));
      return proved.get(key);
    };
  }
  return actual;
});
