import { readdirSync, statSync } from 'fs';
import * as path from 'path';

const TESTS = path.join(__dirname, '..');

/**
 * A share of the unit tests in one file: each share loads the library once and warms it up once. File by file, that took as long as the tests.
 * `npx jest PATH` still runs one file alone.
 */
export function together(share: number, shares: number): void {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.property.test.ts') && !/^(laws|together)\//.test(file))
    // The largest first, so that each share gets about the same.
    .map((file) => ({ file, size: statSync(path.join(TESTS, file)).size }))
    .sort((a, b) => b.size - a.size || a.file.localeCompare(b.file, 'en'));
  files
    .filter((_, index) => index % shares === share)
    .forEach(({ file }) => {
      describe(`test/${file}`, () => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        require(path.join(TESTS, file));
      });
    });
}
