import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

const PROJECT = path.resolve(__dirname, '../..');
const PAGE = fs.readFileSync(path.join(PROJECT, 'CONTRIBUTING.md'), 'utf8');

/** The order that the linter enforces, by what it forbids: a folder must not import from those after it. */
function enforced(): string[] {
  process.chdir(PROJECT);
  const { forbidden } = createRequire(__filename)(path.join(PROJECT, '.dependency-cruiser.cjs')) as {
    forbidden: { name: string; to: { path?: string } }[];
  };
  const rules = forbidden.filter(({ name }) => name.startsWith('order-of-folders: '));
  const [first] = rules;
  return [first.name.replace('order-of-folders: ', ''), .../\((.*)\)/.exec(first.to.path!)![1].split('|')];
}

const folders = fs
  .readdirSync(path.join(PROJECT, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

test('the line of imports is the order that is enforced', () => {
  const [, line] = /Imports run in one direction[^`]*`([^`]*)`/.exec(PAGE)!;
  expect(line.split('←').map((name) => name.trim())).toEqual(enforced());
});

test('the table has each folder of src, and the order has it, too', () => {
  const named = [...PAGE.matchAll(/^\| (`src\/[^|]*) \|/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`src\/(\w+)`/g)].map(([, name]) => name),
  );
  expect(named.sort()).toEqual(folders);
  expect([...enforced()].sort()).toEqual(folders);
});

test('the README has at most 1,500 words beside its code', () => {
  const words = fs.readFileSync(path.join(PROJECT, 'README.md'), 'utf8').replace(/^ *```.*?^ *```$/gms, '').split(/\s+/); // prettier-ignore
  expect(words.length).toBeGreaterThan(500);
  expect(words.length).toBeLessThanOrEqual(1_500);
});
