import * as fs from 'node:fs';
import * as path from 'node:path';
import { InputError } from '../../../src/intake/input-error';
import { composeModel } from '../../../src/intake/private/compose/load';
import { composeProject } from '../../../src/intake/private/compose/project';
import { canonicalText, resolvedOf } from '../../support/compose-resolved';
import { drawnCompose } from '../../support/drawn-compose';

/** What compose-go says of the drawn files of seed 1: see scripts/compose-opinion.ts. */
const RECORDED = fs.readFileSync(path.join(__dirname, 'compose-go.txt'), 'utf8').trimEnd().split('\n');

test('some files are refused, and most are not', () => {
  expect(RECORDED.length).toBe(300);
  expect(RECORDED.filter((line) => line !== 'refused').length).toBeGreaterThan(100);
});

test('drawn files say what compose-go says', () => {
  const differ = RECORDED.flatMap((theirs, i) => {
    const ours = read(i);
    // What Compose refuses for a reason that says nothing about connections may be read.
    return theirs === 'refused' || ours === theirs ? [] : [`${i}\n  ${ours}\n  ${theirs}`];
  });
  expect(differ).toEqual([]);
});

function read(i: number): string {
  const files = drawnCompose(`1 ${i}`);
  const place = `d${i}`;
  const named = ['compose.yaml', 'override.yaml'].filter((name) => files[name] !== undefined).map((name) => path.join(place, name));
  try {
    const model = composeModel({ files: named, environment: {}, read: (file) => files[path.relative(place, file)] });
    return canonicalText(resolvedOf(composeProject(model)));
  } catch (error) {
    if (error instanceof InputError) return `refused: ${error.message}`;
    throw error;
  }
}
