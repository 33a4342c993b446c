import fc from 'fast-check';
import { InputError } from '../../src/intake/input-error';
import { HOST_TEXTS, type HostTexts } from '../../src/intake/private/host/host-texts';
import { hostOf } from '../../src/intake/private/host/intake-host';
import { walk } from '../../src/reachability/private/walk/walk';
import { textsOf } from '../intake/host-texts';

const TEXTS = textsOf('docker-28.5');
const NAMES = HOST_TEXTS.filter((name) => TEXTS[name] !== undefined);

/** A text with a part taken out, doubled, or changed. */
function mutated(text: string, at: number, length: number, how: 'cut' | 'end' | 'double' | 'noise', noise: string): string {
  const start = Math.floor(at * text.length);
  const [head, part, tail] = [text.slice(0, start), text.slice(start, start + length), text.slice(start + length)];
  return { cut: head + tail, end: head, double: head + part + part + tail, noise: head + noise + tail }[how];
}

test('a spoiled text is an error that says which, or a host whose packets end somehow', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...NAMES),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('cut' as const, 'end' as const, 'double' as const, 'noise' as const),
      fc.string({ maxLength: 12 }),
      (name, at, length, how, noise) => {
        const texts: HostTexts = { ...TEXTS, [name]: mutated(TEXTS[name]!, at, length, how, noise) };
        try {
          const { view } = hostOf(texts);
          for (const to of ['192.0.2.10', '172.18.0.2']) {
            walk(view, {
              family: 'ipv4',
              from: { kind: 'outside', interface: 'eth0', address: '192.0.2.20' },
              to,
              protocol: 'tcp',
              port: 8080,
            });
          }
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).toContain(`'${name}'`);
        }
      },
    ),
    { numRuns: 1000 },
  );
}, 120_000);
