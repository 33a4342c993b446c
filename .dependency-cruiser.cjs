// What may import what, type imports among them; CONTRIBUTING says why.
const { existsSync } = require('node:fs');

/** A folder imports from those before it only. */
const ORDER = [
  'private',
  'hardening',
  'addressing',
  'topology',
  'firewall',
  'connections',
  'engine',
  'reachability',
  'validation',
  'reports',
  'segments',
  'workloads',
  'host',
  'daemon',
  'patterns',
  'intake',
  'cli',
];

/** Files of the pure core that touch what is outside of it all the same, and what each of them is allowed. */
const IMPURE = {
  'src/private/bindings.ts': '@cdktf/provider-',
  'src/private/cdktf-hooks.ts': 'node_modules/cdktf/',
  'src/private/late.ts': 'node_modules/cdktf/',
  'src/private/warn-unread.ts': 'node_modules/constructs/',
};

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const impure = Object.entries(IMPURE).map(([file, to]) => {
  if (!existsSync(file)) throw new Error(`${file} is exempt in .dependency-cruiser.cjs and does not exist`);
  return { file: `^${quoted(file)}$`, to };
});

/** What users load: the library, and what the files for test runners bring. */
const ENTRIES = '^src/(index|cli/bulkhead|reachability/private/(matchers|assertions)|host/private/snapshot-serializer)\\.ts$';

const BACKEND = '^src/firewall/private/backend/';

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...ORDER.slice(0, -1).map((folder, at) => ({
      name: `order-of-folders: ${folder}`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(${ORDER.slice(at + 1).join('|')})/` },
    })),
    {
      name: 'folder-with-a-place',
      comment: 'a folder of src has its place in the order',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/((${ORDER.join('|')})/|index\\.ts$)` },
      to: {},
    },
    {
      name: 'no-code-for-tests-only',
      comment: 'what only tests use lives under test/',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: '^src/', pathNot: ENTRIES, reachable: false },
    },
    {
      name: 'pure-core',
      comment: 'private/ knows no constructs, no cdktf, no I/O and no clock',
      severity: 'error',
      from: { path: '^src/.*/?private/', pathNot: impure.map(({ file }) => file) },
      to: { path: '^node_modules/(cdktf|constructs|@cdktf)/|^(node:)?(fs|child_process|os|net|http|https)$' },
    },
    {
      name: 'provider-in-one-file',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/private/bindings\\.ts$' },
      to: { path: '@cdktf/provider-' },
    },
    {
      name: 'backend-behind-its-interface',
      comment: 'ask a GuardBackend; who uses one does not know which it is',
      severity: 'error',
      from: { path: '^src/', pathNot: [`${BACKEND}[^/]+/`, `${BACKEND}guard-backends\\.ts$`] },
      to: { path: `${BACKEND}[^/]+/` },
    },
    { name: 'backends-apart', severity: 'error', from: { path: `${BACKEND}([^/]+)/` }, to: { path: `${BACKEND}[^/]+/`, pathNot: `${BACKEND}$1/` } },
  ],
  required: impure.map(({ file, to }) => ({ name: `exempt-and-needs-it: ${to}`, severity: 'error', module: { path: file }, to: { path: to } })),
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
