/** The types of tests and scripts, and of each example with its own settings. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { typeErrors } from './types';
import { check, ROOT } from './user-project';

/** `start` has its own manifest, for a reader who copies it; it is compiled in an empty project. */
const EXAMPLES = fs
  .readdirSync(path.join(ROOT, 'examples'))
  .filter((name) => name !== 'start' && fs.existsSync(path.join(ROOT, 'examples', name, 'main.ts')));

function told(project: string, ownOnly: boolean): void {
  const errors = typeErrors(path.join(ROOT, project, 'tsconfig.json'), ownOnly);
  check(`types of ${project}${errors === '' ? '' : `\n${errors}`}`, errors === '');
}

told('scripts', false);
EXAMPLES.forEach((name) => told(`examples/${name}`, true));
