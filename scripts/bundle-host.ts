/**
 * Writes the programs of the host (src/host, *.sh and *.awk) into one file of TypeScript, since a package of jsii brings nothing else along.
 * `npx projen host:bundle` after every change of theirs; a unit test tells when it was forgotten.
 */
import * as fs from 'fs';
import * as path from 'path';

const FOLDER = path.resolve(__dirname, '../src/host');
export const BUNDLE = path.join(FOLDER, 'private/programs.generated.ts');

/** Names below src/host, sorted. */
export function programFiles(): string[] {
  return (fs.readdirSync(FOLDER, { recursive: true }) as string[]).filter((name) => /\.(sh|awk)$/.test(name)).sort();
}

export function bundle(): string {
  const files = programFiles().map((name) => {
    const text = fs.readFileSync(path.join(FOLDER, name), 'utf8');
    return `  '${name}': \`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\`,\n`;
  });
  return [
    '/* eslint-disable max-lines, prettier/prettier -- printed by scripts/bundle-host.ts from the files under src/host; change those */\n\n',
    '/** Programs of the host, by their names below src/host. */\n',
    `export const FILES: Readonly<Record<string, string>> = {\n${files.join('')}};\n`,
  ].join('');
}

if (require.main === module) fs.writeFileSync(BUNDLE, bundle());
