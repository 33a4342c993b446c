import { cdk, javascript } from 'projen';

/** Tests that draw their cases; the linter keeps fast-check out of all others. */
const LAWS = ['\\.property\\.test\\.ts$', '/test/laws/.*\\.test\\.ts$'];

/** The proof of a host that an earlier test had; the laws draw their hosts, so they prove each. */
const PROVE_ONCE = '<rootDir>/test/support/prove-once.ts';

/** One stage of the tests. Types are checked by a step of their own, so the transformer only takes them away. */
const jestProject = (displayName: string, ...setupFiles: string[]) => ({
  displayName,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  watchPathIgnorePatterns: ['/node_modules/'],
  clearMocks: true,
  setupFiles: [...['creation-stacks', 'outside-ci', 'zip-once'].map((name) => `<rootDir>/test/support/${name}.ts`), ...setupFiles],
  transform: { '\\.ts$': ['@swc/jest', { sourceMaps: 'inline', jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
});

const project = new cdk.JsiiProject({
  name: 'cdktf-docker-bulkhead',
  description: 'Secure Docker networks and hosts as code: typed constructs, and the host firewall that enforces exactly the declared flows',
  author: 'Bulkhead maintainers',
  authorAddress: '',
  authorOrganization: true,
  repositoryUrl: '',
  license: 'Apache-2.0',
  copyrightOwner: 'The Bulkhead authors',
  keywords: ['cdk', 'cdktf', 'constructs', 'docker', 'network', 'firewall', 'security', 'iptables', 'hardening'],
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.9.0',

  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  // The doc comments name members on purpose where a word is reserved in one target language, so no global silence.
  docgen: true,
  publishToPypi: { distName: 'cdktf-docker-bulkhead', module: 'cdktf_docker_bulkhead' },

  peerDeps: ['constructs@^10.4.2', 'cdktf@^0.21.0', '@cdktf/provider-docker@^12.0.3'],
  peerDependencyOptions: { pinnedDevDependency: false },
  // Bundled: jsii demands it for everything that is not a jsii module; none of its types is in a public signature.
  bundledDeps: [
    '@cfworker/json-schema@^4.1.1',
    'commander@^14.0.3',
    'ipaddr.js@^2.5.0',
    'node-sarif-builder@^4.1.0',
    'pako@^3.0.3',
    'xmlbuilder@^15.1.1',
    'yaml@^2.9.1',
  ],
  devDeps: [
    'constructs@10.4.2',
    'cdktf@0.21.0',
    '@cdktf/provider-docker@12.0.3',
    'cdktf-cli@0.21.0',
    'fast-check@^3.23.2',
    '@swc/core@^1.16.0',
    '@swc/jest@^0.2.39',
    'tsx@^4.20.0',
    // An SMT solver, for a second opinion on the packet walk.
    'z3-solver@^5.2.0',
    // For the SARIF schema that reports are held against.
    '@microsoft/jest-sarif@1.0.0-beta.0',
    'ajv@^6.12.6',
    // The order of imports, type imports among them.
    'dependency-cruiser@^17.4.0',
  ],

  prettier: true,
  prettierOptions: {
    settings: { singleQuote: true, printWidth: 140, trailingComma: javascript.TrailingComma.ALL },
  },
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'examples', 'scripts'], prettier: true },
  jestOptions: {
    // projen's default would update a changed snapshot silently and pass when no test was found.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    jestConfig: {
      collectCoverage: false,
      projects: [
        // Tables and constructs, one file after the other and a share of all in one; a run selects one of the two.
        { ...jestProject('unit', PROVE_ONCE), testPathIgnorePatterns: ['/node_modules/', '/test/together/', ...LAWS] },
        { ...jestProject('together', PROVE_ONCE), testMatch: ['<rootDir>/test/together/*.test.ts'] },
        // Cases are drawn: what is said holds for all of them.
        { ...jestProject('laws', '<rootDir>/test/support/property-seed.ts'), testRegex: LAWS, testMatch: undefined },
      ],
    },
  },

  // Releases and workflows are run elsewhere; what is checked is in `.ci/run` and in the test command of the README.
  github: false,
  release: false,
  depsUpgrade: false,
  buildWorkflow: false,
  pullRequestTemplate: false,
  stability: 'experimental',
  gitignore: [
    '.jsii.tabl.json',
    'cdktf.out/',
    '.gen/',
    '*.tfstate*',
    '.terraform/',
    '.terraform.lock.hcl',
    'examples/**/cdktf.out/',
    'examples/**/images.json',
    '/coverage/',
    '*.tgz',
  ],
});

// Each of the two projects has its own; those of the whole would count for none.
const jestConfig = project.jest!.config;
for (const key of ['testMatch', 'testPathIgnorePatterns', 'watchPathIgnorePatterns', 'clearMocks', 'transform']) delete jestConfig[key];
project.deps.removeDependency('ts-jest');
project.testTask.reset('jest --ci --selectProjects together laws');
project.testTask.spawn(project.tasks.tryFind('eslint')!);
project.tasks.removeTask('test:update');

// cdktf's Terraform lock, the lab and the unit tests stand apart: `projen test` runs the unit tests and the linter only.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
project.npmrc.addConfig('fund', 'false');
project.npmrc.addConfig('audit', 'false');

// Jest and the linter resolve modules with it. Of 1.13.0 not every platform's package is everywhere yet, and `npm ci` wants them all in the lock file.
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });

// There is no public address yet, neither of a repository nor of people; jsii demands something to stand here.
project.package.addField('repository', { type: 'git', url: 'file:.' });
project.package.addField('author', { name: 'Bulkhead maintainers', organization: true });
project.package.addVersion('0.1.0');
project.package.addBin({ bulkhead: 'lib/cli/bulkhead.js' });

// Users step through the compiled files; the sources are not in the package, and copies of them in source maps were half of it.
for (const option of ['inlineSourceMap', 'inlineSources']) project.tsconfig!.file.addOverride(`compilerOptions.${option}`, false);
project.package.setScript('prepack', 'tsx scripts/prepare-package.ts');
project.package.setScript('postpack', 'tsx scripts/prepare-package.ts --restore');

const eslint = project.eslint!;
eslint.addRules({
  'max-lines': ['error', { max: 400 }],
});
eslint.addOverride({
  files: ['test/**', 'scripts/**', 'examples/**'],
  rules: {
    'import/no-extraneous-dependencies': 'off',
    // Examples import the library by its published name; what resolves is checked by their type-check.
    'import/no-unresolved': ['error', { ignore: ['^cdktf-docker-bulkhead$'] }],
    // The generator of test programs is a small random number generator.
    'no-bitwise': 'off',
  },
});

eslint.addOverride({
  files: ['test/**/*.test.ts'],
  excludedFiles: ['test/**/*.property.test.ts', 'test/laws/**'],
  rules: {
    'no-restricted-imports': ['error', { paths: [{ name: 'fast-check', message: 'a test that draws cases is named *.property.test.ts' }] }],
  },
});

// What may import what. The linter of projen's does not count type imports.
project.addTask('imports', { description: 'What may import what', exec: 'depcruise --config .dependency-cruiser.cjs src' });

// The programs of the host are shell and awk; a package of jsii brings TypeScript alone.
project.preCompileTask.spawn(
  project.addTask('host:bundle', { description: 'Bundles the programs of the host', exec: 'tsx scripts/bundle-host.ts' }),
);
project.annotateGenerated('/src/host/private/*.generated.ts');
project.compileTask.reset('jsii --fail-on-warnings');
// README code and @example blocks must compile.
project.postCompileTask.exec('jsii-rosetta extract --strict');
// Programs of the guides must compile and synthesize.
project.postCompileTask.exec('tsx scripts/guides-check.ts');
project.addTask('integ', {
  description: 'Real engines, real Terraform, real packets (root on Linux)',
  exec: 'tsx test/integ/run.ts',
  receiveArgs: true,
});
project.addTask('demo', { description: 'The three-tier example on a real engine', exec: 'tsx scripts/demo.ts', receiveArgs: true });
// As the compiler writes it: tsx names every inner function while it runs, which costs the walk half of its speed.
const bench = 'ts-node -T -P test/tsconfig.json scripts/';
project.addTask('bench', {
  description: 'Construct and synth against raw cdktf, printed as a ratio',
  exec: `${bench}bench.ts`,
  receiveArgs: true,
});
project.addTask('bench:proof', { description: 'What the proof costs', exec: `${bench}bench-proof.ts`, receiveArgs: true });
project.addTask('bench:rules', {
  description: 'What checking costs at synth, printed as a ratio',
  exec: `${bench}bench-rules.ts`,
  receiveArgs: true,
});
project.addTask('bench:walk', { description: 'Packets per second', exec: `${bench}bench-walk.ts`, receiveArgs: true });
project.addTask('hunt', {
  description: 'The property tests with other cases, again and again (default 20 times)',
  exec: 'bash scripts/hunt.sh',
  receiveArgs: true,
});
project.addTask('docs:print', {
  description: 'Prints the pages of errors, rules and CIS controls from the program',
  exec: 'tsx scripts/print-docs.ts',
});

for (const path of [
  '/.ci/',
  '/docs/decisions/',
  '/scripts/',
  '/examples/',
  '/rosetta/',
  '/.prettierrc.json',
  '/.prettierignore',
  '/test/',
  '*.tfstate*',
  'bulkhead.lock.json',
  '/CONTRIBUTING.md',
  // 660 kB, for readers of the repository: editors show the same texts.
  '/API.md',
  '/.dependency-cruiser.cjs',
  // What rosetta keeps of the examples, for packages of other languages made here.
  '/.jsii.tabl.json',
]) {
  project.npmignore?.exclude(path);
}

project.synth();
