import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { CAPABILITIES } from '../../src/hardening/private/capabilities';
import { AUDITED, ENGINE_FILES } from '../../src/hardening/private/engine-files';
import { PARENTS, SENSITIVE, SOCKETS } from '../../src/hardening/private/host-paths';
import { MODULES, SYSCTLS } from '../../src/hardening/private/kernel';
import { METADATA_ADDRESSES } from '../../src/hardening/private/metadata-addresses';

const SRC = path.join(__dirname, '..', '..', 'src');
const TABLES: Readonly<Record<string, readonly string[]>> = {
  capabilities: Object.keys(CAPABILITIES).flatMap((name) => [name, `CAP_${name}`]),
  'places of the host': [...SENSITIVE, ...PARENTS],
  sockets: SOCKETS,
  'files of the engine': [...Object.values(AUDITED).flat(), ...ENGINE_FILES.flatMap(({ paths }) => paths)],
  'kernel settings': Object.keys(SYSCTLS),
  'kernel modules': MODULES,
  'metadata addresses': METADATA_ADDRESSES.flatMap(({ block }) => [block, block.replace(/\/\d+$/, '')]),
};
/** So many of one table in one literal are a list of their own. */
const A_LIST = 3;

/** Places of a text where a literal holds several words of one table. */
function lists(file: string, text: string): string[] {
  const found: string[] = [];
  // Reading a file into a tree takes a while.
  if (!Object.values(TABLES).some((own) => own.filter((word) => text.includes(word)).length >= A_LIST)) return found;
  const visit = (node: ts.Node): void => {
    const words = ts.isArrayLiteralExpression(node)
      ? node.elements.map(wordOf)
      : ts.isObjectLiteralExpression(node)
        ? node.properties.map(({ name }) => (name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : undefined))
        : ts.isStringLiteralLike(node)
          ? node.text.split(/\s+/)
          : [];
    for (const [table, own] of Object.entries(TABLES)) {
      const known = new Set(words.filter((word) => word !== undefined && own.includes(word)));
      if (known.size >= A_LIST) found.push(`${file}: ${table}: ${[...known].join(', ')}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function wordOf(node: ts.Node): string | undefined {
  return ts.isStringLiteralLike(node) ? node.text : undefined;
}

describe('a fact of hardening', () => {
  test('stands in its table and in no second list', () => {
    const files = (fs.readdirSync(SRC, { recursive: true }) as string[]).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('hardening'),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => lists(file, fs.readFileSync(path.join(SRC, file), 'utf8')))).toEqual([]);
  });

  test.each([
    ['an array', "const x = ['CHOWN', 'KILL', 'NET_RAW'];"],
    ['keys', "const x = { CAP_CHOWN: 1, CAP_KILL: 2, 'CAP_NET_RAW': 3 };"],
    ['words of a text', "const x = 'ls -d /etc /usr /boot';"],
  ])('would be seen as %s', (_, text) => {
    expect(lists('x.ts', text)).toHaveLength(1);
  });
});
