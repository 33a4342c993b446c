/**
 * Holds the reading of Compose files against compose-go, the library of Docker Compose, on files drawn from a seed: `--files N` (1,000 by default), `--seed S`,
 * and on files of one's own: `--list FILE`, with the files of a project in each line, separated by |. `--record` writes what compose-go says of the first
 * drawn ones for the unit tests. Needs Go; without it the check is skipped, and says so.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../src/intake/input-error';
import { type Keys, NETWORK, SERVICE, TOP } from '../src/intake/private/compose/keys';
import { composeModel } from '../src/intake/private/compose/load';
import { composeProject } from '../src/intake/private/compose/project';
import { canonicalText, ordered, type Resolved, resolvedOf } from '../test/support/compose-resolved';
import { drawnCompose } from '../test/support/drawn-compose';

const LIBRARY = 'github.com/compose-spec/compose-go/v2@v2.16.2';
const RECORDED = 300;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    list: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});

function main(): number {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
  } catch {
    console.log('SKIPPED Compose files against compose-go: this machine lacks Go; install version 1.25 or later');
    return 0;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-compose-'));
  try {
    const oracle = built(folder);
    const drawn = values.list === undefined ? drawnInto(folder) : fs.readFileSync(values.list, 'utf8').split('\n').filter((line) => line !== ''); // prettier-ignore
    const answers = execFileSync(oracle, { input: `${drawn.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 30 }).trimEnd().split('\n'); // prettier-ignore
    const theirs = answers.map((line) => JSON.parse(line) as Resolved & { error?: string });
    if (values.record) record(theirs);
    const unnamed = unnamedKeys(path.dirname(oracle));
    if (unnamed.length > 0) console.log(`keys of the schema that the tables do not have: ${unnamed.join(', ')}`);
    return compared(drawn, theirs) || Number(unnamed.length > 0);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function built(folder: string): string {
  const source = path.join(folder, 'oracle');
  fs.mkdirSync(source);
  fs.copyFileSync(path.join(__dirname, '../test/compose-go/main.go'), path.join(source, 'main.go'));
  const go = (...args: string[]) => execFileSync('go', args, { cwd: source, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CGO_ENABLED: '0' } }); // prettier-ignore
  go('mod', 'init', 'oracle');
  go('get', LIBRARY);
  go('mod', 'tidy');
  go('build', '-o', 'oracle', '.');
  return path.join(source, 'oracle');
}

interface Schema {
  readonly properties?: object;
  readonly allOf?: readonly (Schema & { readonly $ref?: string })[];
}

/** Keys of the Compose Specification, by the schema that compose-go has, that no table of ours names. */
function unnamedKeys(source: string): string[] {
  const [module] = LIBRARY.split('@');
  const folder = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: source, encoding: 'utf8' }).trim();
  const schema = JSON.parse(fs.readFileSync(path.join(folder, 'schema/compose-spec.json'), 'utf8')) as Schema & { definitions?: Record<string, Schema>; $defs?: Record<string, Schema> }; // prettier-ignore
  const definitions = schema.definitions ?? schema.$defs ?? {};
  const keysOf = ({ properties = {}, allOf = [] }: Schema): string[] => [...Object.keys(properties), ...allOf.flatMap((each) => [...keysOf(each), ...(each.$ref === undefined ? [] : keysOf(definitions[each.$ref.split('/').pop()!]))])]; // prettier-ignore
  const missing = (of: Schema, keys: Keys) =>
    keysOf(of).filter((key) => ![...keys.read, ...keys.other, ...Object.keys(keys.open)].includes(key));
  return [...missing(schema, TOP), ...missing(definitions.service, SERVICE), ...missing(definitions.network, NETWORK)];
}

function drawnInto(folder: string): string[] {
  return Array.from({ length: Number(values.files) }, (_, i) => {
    const files = drawnCompose(`${values.seed} ${i}`);
    // The name of the folder is the name of a project without one.
    const place = path.join(folder, `d${i}`);
    fs.mkdirSync(place);
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(place, name), text);
    return [`${place}/compose.yaml`, ...(files['override.yaml'] === undefined ? [] : [`${place}/override.yaml`])].join('|');
  });
}

function compared(drawn: readonly string[], theirs: readonly (Resolved & { error?: string })[]): number {
  const sum = { same: 0, differ: 0, bothRefuse: 0, onlyComposeRefuses: 0, onlyWeRefuse: 0 };
  drawn.forEach((line, i) => {
    const [ours, their] = [read(line.split('|')), theirs[i]];
    if (their.error !== undefined) {
      sum[typeof ours === 'string' ? 'bothRefuse' : 'onlyComposeRefuses']++;
    } else if (typeof ours === 'string') {
      sum.onlyWeRefuse++;
      console.log(`${line}: refused here: ${ours}`);
    } else if (canonicalText(ours) === canonicalText(ordered(their))) {
      sum.same++;
    } else {
      sum.differ++;
      console.log(`${line}: differs\n  here       ${canonicalText(ours)}\n  compose-go ${canonicalText(ordered(their))}`);
    }
  });
  console.log(JSON.stringify(sum));
  console.log(`${sum.same} passed, ${sum.differ + sum.onlyWeRefuse} failed`);
  return sum.differ + sum.onlyWeRefuse === 0 ? 0 : 1;
}

function read(files: readonly string[]): Resolved | string {
  const text = (file: string) => (fs.existsSync(file) && fs.statSync(file).isFile() ? fs.readFileSync(file, 'utf8') : undefined);
  try {
    return resolvedOf(composeProject(composeModel({ files, read: text, environment: {} })));
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function record(theirs: readonly (Resolved & { error?: string })[]): void {
  const lines = theirs.slice(0, RECORDED).map((each) => (each.error === undefined ? canonicalText(ordered(each)) : 'refused'));
  fs.writeFileSync(path.join(__dirname, '../test/intake/compose/compose-go.txt'), `${lines.join('\n')}\n`);
}

process.exit(main());
