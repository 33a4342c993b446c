/**
 * Packs the library as npm would publish it, installs the tarball into an empty project, and synthesizes ten lines of a user's code there.
 *
 * What works in this tree may still fail at a user's: a file left out of the package, a dependency that is not bundled, a missing declaration.
 * Usage: `tsx scripts/pack-check.ts`; builds with jsii first unless `--no-build` is given.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { check, checkedTiers, inEmptyFolder, ROOT, run } from './user-project';

const USER_CODE = `import { App, TerraformStack } from 'cdktf';
import { Cidr, ContainerImage, EngineVersion, HardenedContainer, HardenedDaemon, Port, ThreeTierNetwork } from 'cdktf-docker-bulkhead';
const app = new App();
const stack = new TerraformStack(app, 'app');
const daemon = new HardenedDaemon(stack, 'Edge', { engine: EngineVersion.V28, hostAddress: '192.0.2.10', addressPool: Cidr.parse('10.20.0.0/16') });
const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
const image = ContainerImage.fromId('sha256:' + '0'.repeat(64));
const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image }).connections.allowTo(api);
app.synth();
`;

inEmptyFolder((folder) => {
  const tarball = path.join(folder, run(ROOT, 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]).trim());
  const files = run(folder, 'tar', ['-tzf', tarball]).split('\n');
  console.log(`packed ${path.basename(tarball)}: ${files.length - 1} files, ${Math.round(fs.statSync(tarball).size / 1024)} KiB`);
  for (const file of [
    'lib/index.js',
    'lib/index.d.ts',
    'schemas/topology-1.schema.json',
    'schemas/matrix-1.schema.json',
    'jest.js',
    'jest.d.ts',
    '.jsii',
    'node_modules/ipaddr.js/package.json',
    'LICENSE',
    'README.md',
  ]) {
    check(`the tarball holds ${file}`, files.includes(`package/${file}`));
  }
  const strays = files.filter((file) => /^package\/(test|scripts|examples|src)\/|\.tfstate|bulkhead\.lock\.json/.test(file));
  check(`nothing else is in it (${strays.slice(0, 3).join(', ') || 'no tests, scripts, sources or state'})`, strays.length === 0);

  const project = path.join(folder, 'project');
  fs.mkdirSync(project);
  const { devDependencies: versions } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const peers = ['cdktf', 'constructs', '@cdktf/provider-docker'].map((name) => `${name}@${versions[name]}`);
  const tools = ['tsx', 'typescript'].map((name) => `${name}@${versions[name]}`);
  fs.writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'pack-check', private: true }));
  run(project, 'npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...peers, ...tools]);
  console.log(`installed the tarball with ${peers.join(', ')}`);

  fs.writeFileSync(path.join(project, 'main.ts'), USER_CODE);
  run(project, 'npx', ['tsc', '--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', '--target', 'es2022', 'main.ts']);
  check('the ten lines compile', true);
  run(project, 'npx', ['tsx', 'main.ts']);
  const stackFolder = checkedTiers(project);
  const userData = fs.readFileSync(path.join(stackFolder, 'bulkhead/app--Edge/user-data'), 'utf8');
  check('and the user data of the host', userData.startsWith('#cloud-config\n'));

  const script =
    "global.expect = { extend: (matchers) => console.log(Object.keys(matchers).join(' ')) }; require('cdktf-docker-bulkhead/jest')";
  check('the matchers for Jest can be loaded', run(project, 'node', ['-e', script]).trim() === 'toReach toResolve toFulfil');
});
