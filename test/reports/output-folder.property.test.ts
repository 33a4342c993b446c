import * as path from 'node:path';
import * as fc from 'fast-check';
import { outputFolder } from '../../src/reports/private/output-folder';
import { hostileText } from '../support/hostile';

/** As constructs have it: at least a stack and a daemon, without slashes in the parts. */
const part = fc.oneof(
  hostileText.map((text) => text.replace(/\//g, '--')),
  fc.constantFrom('Edge', 'edge', 'EDGE', 'three-tier', 'a--b', 'a', 'b', '..', '.', 'con', 'validation.md', 'Ä', 'A\u0308', ' x', 'x '),
);
const place = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

test('whatever a path holds, the name is one that file systems, shells and ssh take, and stays where it is', () => {
  fc.assert(
    fc.property(place, (text) => {
      const name = outputFolder(text);
      expect(name).toMatch(/^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\+[0-9a-f]{12})?$/);
      expect(name.length).toBeLessThan(140);
      expect(path.dirname(path.resolve('/out/bulkhead', name))).toBe('/out/bulkhead');
      expect(outputFolder(text)).toBe(name);
    }),
  );
});

test('two paths have two names, also on file systems that do not tell upper from lower case', () => {
  fc.assert(
    fc.property(fc.uniqueArray(place, { minLength: 2, maxLength: 30 }), (places) => {
      const taken = new Map<string, string>();
      const names = places.map((text) => {
        const name = outputFolder(text, (wanted) => taken.has(wanted.toLowerCase()));
        taken.set(name.toLowerCase(), text);
        return name.toLowerCase();
      });
      expect(new Set(names).size).toBe(places.length);
    }),
  );
});

test('two paths that clean up to one name, drawn on purpose, have two', () => {
  const marks = fc.constantFrom('-', '--', '/', '.', ' ', '_', '\u200b', '\ud800', '\ud801', '+', '~', ':');
  const word = fc.constantFrom('a', 'b', 'Edge');
  const alike = fc.tuple(word, marks, word, marks, word).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(alike, alike, (one, other) => {
      expect(outputFolder(one) === outputFolder(other)).toBe(one === other);
    }),
  );
});
