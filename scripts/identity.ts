/**
 * Shows what a change of the code changes in the output: `npx tsx scripts/identity.ts FILE` synthesizes 200 programs, always the same ones, and writes a
 * line with a digest for each text that they give (Terraform's JSON, the files of the host, install.sh, verify.sh, reports, the matrix, annotations, or
 * the error); the texts themselves are beside it, in `FILE.texts`. `--compare BEFORE AFTER` tells what differs, and how in one program for each kind of
 * text, and exits 1 when anything does. `--show PROGRAM` prints the texts of one program. `scripts/identity.sh` does all of it for two commits.
 *
 * Masked, because the texts that they are made of are compared by themselves: packed archives, and sums of files.
 */
import { spawnSync } from 'child_process';
import { createHash } from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, TerraformStack } from 'cdktf';
import { AddressBook, Reachability } from '../src';
import { type AnyDaemon, type Build, programs } from './identity-programs';
import { filesOfUserData } from '../test/support/user-data';

type Texts = Map<string, string>;
const SHORTEST_SUM = 12;
/** Lines of a difference that are told. */
const TOLD = 24;

const textFile = (list: string, digest: string) => path.join(`${list}.texts`, digest);

function textsOf(build: Build): Texts {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'identity-'));
  const texts: Texts = new Map();
  try {
    fs.writeFileSync(path.join(folder, 'cdktf.json'), '{"language":"typescript","app":"true"}\n');
    const app = new App({ outdir: path.join(folder, 'cdktf.out') });
    new AddressBook(app, 'AddressBook', { frozen: false });
    const stack = new TerraformStack(app, 'app');
    const daemons = build(stack);
    app.synth();
    for (const file of filesIn(folder)) addFile(texts, named(path.relative(folder, file), daemons), fs.readFileSync(file, 'utf8'));
    daemons.forEach((daemon) => addAnswers(texts, daemon));
  } catch (error) {
    texts.set('error', (error as Error).message.replaceAll(folder, 'FOLDER'));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return texts;
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** Folders of daemons are called alike, whatever the library calls them. */
function named(file: string, daemons: readonly AnyDaemon[]): string {
  const [before, after] = file.split('/bulkhead/');
  if (after === undefined) return file;
  const [folder, ...rest] = after.split('/');
  const daemon = daemons.find(({ daemonId, node }) => folder.includes(daemonId) || folder.split(/\W/).includes(node.id));
  return [before, 'bulkhead', daemon?.node.id ?? folder, ...rest].join('/');
}

function addFile(texts: Texts, name: string, content: string): void {
  // Versions and paths of the machine stand there.
  if (/manifest\.json$|cdktf\.json$/.test(name)) return;
  // cdktf writes the working directory into the local backend.
  texts.set(name, content.replaceAll(process.cwd(), 'HERE'));
  if (!name.endsWith('/user-data')) return;
  for (const file of filesOfUserData(content)) texts.set(`${name}:${file.path}`, `${file.mode}\n${file.content}`);
}

function addAnswers(texts: Texts, daemon: AnyDaemon): void {
  const { id } = daemon.node;
  const annotations = daemon.node.root.node
    .findAll()
    .flatMap(({ node }) => node.metadata.map(({ type, data }) => `${node.path} ${type} ${data}`));
  texts.set('annotations', annotations.filter((text) => !text.includes('stack trace')).join('\n'));
  const reachability = Reachability.of(daemon);
  texts.set(`${id} matrix`, json(reachability.matrix()));
  texts.set(`${id} exposures`, json(reachability.exposures()));
  texts.set(`${id} shadowed rules`, json(reachability.shadowedRules()));
}

/** Sums as the host has them: as many digits as it keeps, of files that are among the texts. */
function masked(texts: Texts): Texts {
  const sums = new Map<string, string>();
  for (const [name, text] of texts) {
    const place = /:(\/.*)$/.exec(name)?.[1];
    if (place !== undefined) sums.set(sum(text.slice(text.indexOf('\n') + 1)).slice(0, SHORTEST_SUM), place);
  }
  const withoutSums = (text: string) =>
    text.replace(/\b[0-9a-f]{12,64}\b/g, (digits) => {
      const place = sums.get(digits.slice(0, SHORTEST_SUM));
      return place === undefined ? digits : `SUM OF ${place}`;
    });
  return new Map([...texts].map(([name, text]) => [name, withoutSums(text).replace(/H4sI[A-Za-z0-9+/=]{100,}/g, 'ARCHIVE')]));
}

/** Circles lead into constructs, which are no answers. */
function json(value: unknown): string {
  return JSON.stringify(value, null, 1);
}

function sum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function write(file: string): void {
  const began = Date.now();
  const lines: string[] = [];
  let errors = 0;
  fs.mkdirSync(`${file}.texts`, { recursive: true });
  for (const [name, build] of programs()) {
    const texts = masked(textsOf(build));
    if (texts.has('error')) errors++;
    for (const [what, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const digest = sum(text).slice(0, 16);
      lines.push(`${name} | ${what} | ${digest}`);
      fs.writeFileSync(textFile(file, digest), text);
    }
  }
  fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  console.log(`${programs().size} programs, ${lines.length} texts, ${errors} refused, ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Exit 1 where the texts differ. What differs is told by its kind first, since a change is mostly the same in all programs. */
function compare(before: string, after: string): number {
  const [old, now] = [before, after].map(
    (file) =>
      new Map(
        fs
          .readFileSync(file, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => [line.slice(0, line.lastIndexOf(' | ')), line.slice(line.lastIndexOf(' | ') + 3)] as const),
      ),
  );
  const byKind = new Map<string, string[]>();
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    if (old.get(key) === now.get(key)) continue;
    const [program, what] = key.split(' | ');
    // Of a program that one of the two refuses, the error alone tells.
    if (what !== 'error' && [old, now].some((each) => each.has(`${program} | error`))) continue;
    const change = !now.has(key) ? 'is gone' : !old.has(key) ? 'is new' : 'differs';
    const kind = `${what} ${change}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), program]);
  }
  for (const [kind, found] of [...byKind].sort()) {
    console.log(`${kind} in ${found.length} programs: ${found.slice(0, 5).join(', ')}${found.length > 5 ? ', …' : ''}`);
    const key = `${found[0]} | ${kind.replace(/ (differs|is gone|is new)$/, '')}`;
    const texts = [before, after].map((file, index) => textFile(file, [old, now][index].get(key) ?? 'none'));
    const { stdout } = spawnSync('diff', ['-U0', ...texts], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const lines = stdout.split('\n').filter((line) => /^[-+](?!--|\+\+)/.test(line));
    lines.slice(0, TOLD).forEach((line) => console.log(`    ${line.slice(0, 300)}`));
    if (lines.length > TOLD) console.log(`    and ${lines.length - TOLD} more lines`);
  }
  console.log(byKind.size === 0 ? `${now.size} texts, all equal` : `${byKind.size} kinds of texts differ`);
  return byKind.size === 0 ? 0 : 1;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--compare' && rest.length === 2) {
  process.exit(compare(rest[0], rest[1]));
} else if (first === '--show' && rest.length === 1) {
  for (const [what, text] of textsOf(programs().get(rest[0])!)) console.log(`==> ${what}\n${text}`);
} else if (first !== undefined && !first.startsWith('--')) {
  write(first);
} else {
  throw new Error('usage: identity.ts FILE | --compare BEFORE AFTER | --show PROGRAM');
}
