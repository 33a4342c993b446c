/**
 * Packs the library as npm would publish it, installs the tarball into an empty project, and synthesizes the first program of the README there (`examples/start`).
 *
 * What works in this tree may still fail at a user's: a file left out of the package, a dependency that is not bundled, a missing declaration.
 * Usage: `tsx scripts/pack-check.ts`; builds with jsii first unless `--no-build` is given.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { check, checkedStack, inEmptyFolder, ROOT, run } from './user-project';

inEmptyFolder((folder) => {
  run(ROOT, 'npm', ['run', '--silent', 'prepack']);
  const tarball = path.join(folder, run(ROOT, 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]).trim());
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
  fs.cpSync(path.join(ROOT, 'examples/start'), project, { recursive: true });
  const manifest = path.join(project, 'package.json');
  const wanted = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  wanted.dependencies['cdktf-docker-bulkhead'] = `file:${tarball}`;
  fs.writeFileSync(manifest, JSON.stringify(wanted));
  run(project, 'npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline']);
  const { version } = JSON.parse(fs.readFileSync(path.join(project, 'node_modules/typescript/package.json'), 'utf8'));
  run(project, 'npm', ['run', '--silent', 'types']);
  check(`the first program compiles with TypeScript ${version}`, true);
  // What is told to people goes to standard error. A user's machine is not CI, where the lock file has to be there.
  const told = run(project, 'sh', ['-c', 'unset CI; npm run --silent synth 2>&1']).trim();
  const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  check('the README shows the first program', readme.includes(fs.readFileSync(path.join(project, 'main.ts'), 'utf8')));
  check(`the README shows what it prints (${told})`, told !== '' && readme.includes(told));
  // The gateway of the DMZ is a network, too.
  const stackFolder = checkedStack(project, 'shop', 3, 4);
  const userData = fs.readFileSync(path.join(stackFolder, 'bulkhead/shop--Host/user-data'), 'utf8');
  check('and the user data of the host', userData.startsWith('#cloud-config\n'));

  const script =
    "global.expect = { extend: (matchers) => console.log(Object.keys(matchers).join(' ')) }; require('cdktf-docker-bulkhead/jest')";
  check('the matchers for Jest can be loaded', run(project, 'node', ['-e', script]).trim() === 'toReach toResolve toFulfil');
  const functions =
    "console.log(Object.keys(require('cdktf-docker-bulkhead/assert')).join(' '), require('cdktf-docker-bulkhead/snapshot-serializer').test('x'))";
  const names = 'assertDoesNotReach assertFulfils assertReaches assertResolves false';
  check('assertions and the serializer can be loaded', run(project, 'node', ['-e', functions]).trim() === names);
});
