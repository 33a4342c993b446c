import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Compares a text with a file under test/golden. `UPDATE_GOLDEN=1 npx jest PATH` writes the file anew; read the difference before keeping it. */
export function expectGolden(name: string, text: string): void {
  const file = join(__dirname, '..', 'golden', name);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file)).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
