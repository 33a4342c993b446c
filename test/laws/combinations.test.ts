// Combinations of the properties of a container: what the documentation permits synthesizes, and all else is refused with its place, the value, the reason
// and a way out.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DataVolume, SecretFile } from '../../src';
import { type Combination, combinationOf, type Made, make } from '../support/combinations';
import { IMAGE, Program } from '../support/programs';

const COUNT = Number(process.env.BULKHEAD_COMBINATIONS ?? 300);
const SEED = process.env.BULKHEAD_SEED ?? 'bulkhead';
/** Words by which a message says what to do. */
const WAY_OUT =
  /\b(must|use|remove|give|write|needs?|set|pass|add|mount|name|place|make|keep|raise|lower|choose|rename|build|declare|allow|put|lets?|want|did you mean|such as)\b/i;

/** The rule that warns of a volume that the user cannot write. */
const UNWRITABLE = 'BH-C35';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-combinations-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What came of a program of one combination: its warnings, or the error that it was told. */
function outcomeOf(combination: Combination): Error | string[] {
  try {
    const program = new Program({ runtimes: { 'lab-runc': '/usr/local/bin/lab-runc' } });
    const { stack, daemon } = program;
    const segment = program.segment('S');
    let volumes = 0;
    let secret: SecretFile | undefined;
    const made: Made = {
      ...{ stack, daemon, segment, image: IMAGE, folder },
      secret: () => (secret ??= new SecretFile(stack, 'Note', { daemon })),
      volume: (props) => new DataVolume(stack, `${combination.id}V${volumes++}`, { daemon, ...props }),
    };
    make(made, combination);
    program.synth();
    return stack.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
  } catch (error) {
    return error as Error;
  }
}

/** What is wrong with what a combination came to; nothing where all is right. */
function differs({ wrong, id, facts }: Combination, outcome: Error | string[]): string | undefined {
  if (!(outcome instanceof Error)) {
    if (wrong.length > 0) return `synthesizes, with ${wrong.map(({ code, shows }) => `${code} (${shows})`).join(', ')}`;
    const isWarned = outcome.some((warning) => warning.includes(UNWRITABLE));
    return isWarned === facts.warned.includes(UNWRITABLE) ? undefined : `warns of ${outcome.join('; ')}`;
  }
  const { message, name } = outcome;
  const codes = [...message.matchAll(/\((\w[\w-]*)\)\s*$/gm)].map(([, code]) => code);
  if (codes.length === 0) return `no error of the library: ${outcome.stack}`;
  const meant = wrong.filter(({ code }) => codes.includes(code) || codes.some((each) => each.startsWith(`${code}-`)));
  if (meant.length === 0) return `refused with ${message}; expected ${wrong.map(({ code }) => code).join(', ') || 'nothing'}`;
  const isPlaced = name === 'UnscopedValidationError' || message.includes(`app/${id}`);
  const showsIt = meant.some(
    ({ shows }) => shows === undefined || message.includes(shows) || message.includes(JSON.stringify(shows).slice(1, -1)),
  );
  const leads = WAY_OUT.test(message);
  return [isPlaced || 'no place', showsIt || `not the value '${meant[0].shows}'`, leads || 'no way out'].every((each) => each === true) ? undefined : `${isPlaced} ${showsIt} ${leads}: ${message}`; // prettier-ignore
}

test(`${COUNT} combinations of ${SEED}`, () => {
  const all = Array.from({ length: COUNT }, (_, number) => combinationOf(`${SEED}/${number}`, number));
  const outcomes = all.map(outcomeOf);
  const differences = all.flatMap((combination, index) => {
    const what = differs(combination, outcomes[index]);
    return what === undefined ? [] : [`${combination.seed}: ${what}`];
  });
  expect(differences.slice(0, 60).map((each) => each.slice(0, 700))).toEqual([]);
  const refused = outcomes.filter((each) => each instanceof Error).length;
  // Neither half may vanish.
  expect(refused).toBeGreaterThan(COUNT / 5);
  expect(COUNT - refused).toBeGreaterThan(COUNT / 5);
});
