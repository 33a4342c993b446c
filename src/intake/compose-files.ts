import * as fs from 'node:fs';
import * as path from 'node:path';

/** Names that Compose looks for in a folder. */
const FOUND = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const ON_TOP = FOUND.map((file) => file.replace(/\.ya?ml$/, (end) => `.override${end}`));

/** The files that Compose takes in a folder: one, and one on top of it. Undefined where there is none. */
export function composeFilesIn(folder: string): string[] | undefined {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const main = first(folder, FOUND);
  return main === undefined ? undefined : [main, ...overrideBeside(main)];
}

/** What Compose puts on top of a file of its name, unless files are named. */
export function overrideBeside(file: string): string[] {
  const found = FOUND.includes(path.basename(file)) ? first(path.dirname(file), ON_TOP) : undefined;
  return found === undefined ? [] : [found];
}

function first(folder: string, names: readonly string[]): string | undefined {
  const name = names.find((each) => fs.existsSync(path.join(folder, each)));
  return name === undefined ? undefined : path.join(folder, name);
}
