/** What is bundled in the package, with its licence: THIRD-PARTY.md. */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bundledDependencies?: readonly string[];
}

const manifestOf = (folder: string) => JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

/** As Node.js finds it from there: in the nearest node_modules upwards. */
function folderOf(name: string, from: string): string {
  const tried = createRequire(path.join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = tried.map((place) => path.join(place, name)).find((folder) => fs.existsSync(path.join(folder, 'package.json')));
  if (found === undefined) throw new Error(`${name} is not installed; run npm ci`);
  return found;
}

/** The bundled libraries, and what they depend on. */
export function bundled(): { readonly folder: string; readonly manifest: Manifest }[] {
  const found = new Map<string, Manifest>();
  const visit = (folder: string): void => {
    if (found.has(folder)) return;
    found.set(folder, manifestOf(folder));
    for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) visit(folderOf(name, folder));
  };
  for (const name of manifestOf(ROOT).bundledDependencies ?? []) visit(folderOf(name, ROOT));
  return [...found]
    .map(([folder, manifest]) => ({ folder: path.relative(ROOT, folder).split(path.sep).join('/'), manifest }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

export function thirdPartyPage(): string {
  const rows = bundled().map(({ folder, manifest: { name, version, license } }) => {
    if (license === undefined) throw new Error(`${name} names no licence`);
    const text = fs.readdirSync(path.join(ROOT, folder)).find((file) => /^licen[cs]e/i.test(file));
    return `| ${name} | ${version} | ${license} | ${text === undefined ? 'in its `package.json`' : `\`${folder}/${text}\``} |`;
  });
  return [
    '# Third-party software',
    '',
    '<!-- Printed by `npx projen docs:print`. -->',
    '',
    'The npm package of Bulkhead brings these libraries along, without files that nothing reads at run time (source maps, builds for browsers).',
    'Each has its licence beside it in the package.',
    '',
    '| library | version | licence | text |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
