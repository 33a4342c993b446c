/**
 * Packs the library as npm would publish it, and does with it what the README and the guides tell a reader to do in an empty folder.
 *
 * What works in this tree may still fail at a user's: a file left out of the package, a dependency that is not bundled, a missing declaration.
 * Usage: `tsx scripts/pack-check.ts`; builds with jsii first unless `--no-build` is given.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { playPage } from './play-page';
import { check, checkedStack, inEmptyFolder, packed, ROOT, run } from './user-project';
import { isRun } from '../test/docs/commands';
import { blocksOf, PAGES } from '../test/docs/pages';

/** The files of the first program in the repository: its own manifest is for who copies the folder. */
function exampleIs(project: string): void {
  const example = path.join(ROOT, 'examples/start');
  const inExample = (file: string) => fs.readFileSync(path.join(example, file), 'utf8');
  const inProject = (file: string) => fs.readFileSync(path.join(project, file), 'utf8');
  check('examples/start has the first program', inExample('main.ts') === inProject('main.ts'));
  const { dependencies } = JSON.parse(inProject('package.json'));
  const wanted = Object.keys(JSON.parse(inExample('package.json')).dependencies);
  check('and names what it needs', Object.keys(dependencies).sort().join() === wanted.sort().join());
  for (const file of ['tsconfig.json', 'cdktf.json']) fs.writeFileSync(path.join(project, file), inExample(file));
  run(project, path.join(project, 'node_modules/.bin/tsc'), ['--noEmit']);
  check('and compiles with its settings', true);
}

/** What Node.js prints for an error that a program does not catch: the line of code that threw it, the message and the stack. */
function errorIsReadable(project: string): void {
  fs.writeFileSync(path.join(project, 'mistake.js'), "require('cdktf-docker-bulkhead').Port.tcp(0);\n");
  const { stderr } = spawnSync(process.execPath, ['mistake.js'], { cwd: project, encoding: 'utf8' });
  const lines = stderr.trim().split('\n');
  const longest = Math.max(...lines.map(({ length }) => length));
  check(`an uncaught error prints ${lines.length} lines of at most ${longest} characters`, lines.length < 25 && longest < 240);
  check('and its message, and where the program called', /\(PortOutOfRange\)[^]*mistake\.js:1:/.test(stderr));
}

/** The page about the command line, with the command as npm installs it. */
function commandLineIs(folder: string, project: string): void {
  const page = 'docs/guides/command-line.md';
  const own = path.join(folder, 'command-line');
  fs.mkdirSync(own);
  fs.symlinkSync(path.join(project, 'node_modules'), path.join(own, 'node_modules'));
  const blocks = blocksOf(page);
  const program = blocks.find(({ language }) => language === 'ts')!;
  const commands = blocks.filter((block) => block.language === 'sh' && isRun(block, 'page'));
  fs.writeFileSync(path.join(own, 'main.ts'), program.text);
  fs.writeFileSync(path.join(own, 'cdktf.json'), '{"language":"typescript","app":"npx tsx main.ts"}\n');
  run(own, 'npx', ['tsx', 'main.ts']);
  // The exit codes of single commands are asked in test/cli; of these, one is a question whose answer is no.
  for (const { text } of commands) run(own, 'sh', ['-c', text.replace(/^npx bulkhead evaluate .*$/m, (line) => `! ${line}`)]);
  const said = run(own, 'npx', ['bulkhead', 'explain', 'Web', 'Db', '5432']);
  check(
    'the command explains a connection',
    said.startsWith("DELIVERED: shop/Web reaches shop/Db on tcp/5432: 'shop/Web > shop/Db tcp/5432' lets it through."),
  );
  const started = process.hrtime.bigint();
  run(own, process.execPath, ['node_modules/cdktf-docker-bulkhead/lib/cli/bulkhead.js', '--help']);
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
  console.log(`help of the command: ${milliseconds.toFixed(0)} ms`);
}

inEmptyFolder((folder) => {
  const tarball = packed(folder);
  const files = run(folder, 'tar', ['-tzf', tarball]).split('\n');
  console.log(`packed ${path.basename(tarball)}: ${files.length - 1} files, ${Math.round(fs.statSync(tarball).size / 1024)} KiB`);
  check('the package is smaller than 1 MB', fs.statSync(tarball).size < 1_000_000);
  for (const file of [
    'lib/index.js',
    'lib/index.d.ts',
    'schemas/topology-1.schema.json',
    'schemas/matrix-1.schema.json',
    'jest.js',
    'jest.d.ts',
    'jest-globals.js',
    'jest-globals.d.ts',
    'vitest.mjs',
    'vitest.d.mts',
    'reachability-matchers.d.ts',
    'assert.js',
    'assert.d.ts',
    'snapshot-serializer.js',
    'snapshot-serializer.d.ts',
    '.jsii',
    'node_modules/ipaddr.js/package.json',
    'LICENSE',
    'THIRD-PARTY.md',
    'CHANGELOG.md',
    'README.md',
    'docs/README.md',
    'docs/guides/concepts.md',
  ]) {
    check(`the tarball holds ${file}`, files.includes(`package/${file}`));
  }
  const strays = files.filter((file) => /^package\/(test|scripts|examples|src)\/|\.tfstate|bulkhead\.lock\.json/.test(file));
  check(`nothing else is in it (${strays.slice(0, 3).join(', ') || 'no tests, scripts, sources or state'})`, strays.length === 0);

  const project = path.join(folder, 'project');
  playPage('README.md', project, tarball);
  // The gateway of the DMZ is a network, too, and a container sets the owner of the volume.
  const stackFolder = checkedStack(project, 'shop', 4, 4);
  const userData = fs.readFileSync(path.join(stackFolder, 'bulkhead/shop--Host/user-data'), 'utf8');
  check('and the user data of the host', userData.startsWith('#cloud-config\n'));

  errorIsReadable(project);
  commandLineIs(folder, project);
  exampleIs(project);
  const pages = PAGES.filter((page) => page !== 'README.md' && blocksOf(page).some((block) => isRun(block, 'project')));
  for (const page of pages) playPage(page, path.join(folder, path.basename(page, '.md')), tarball);

  const script =
    "global.expect = { extend: (matchers) => console.log(Object.keys(matchers).join(' ')) }; require('cdktf-docker-bulkhead/jest')";
  check('the matchers for Jest can be loaded', run(project, 'node', ['-e', script]).trim() === 'toReach toResolve toFulfil');
  const functions =
    "console.log(Object.keys(require('cdktf-docker-bulkhead/assert')).join(' '), require('cdktf-docker-bulkhead/snapshot-serializer').test('x'))";
  const names = 'assertDoesNotReach assertFulfils assertReaches assertResolves false';
  check('assertions and the serializer can be loaded', run(project, 'node', ['-e', functions]).trim() === names);
});
