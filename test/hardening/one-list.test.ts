import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { CAPABILITIES } from '../../src/hardening/private/capabilities';
import { AUDITED, ENGINE_FILES } from '../../src/hardening/private/engine-files';
import { ENGINE_SETTINGS, SETTING_LOOKS } from '../../src/hardening/private/engine-settings';
import { PARENTS, SENSITIVE, SOCKETS } from '../../src/hardening/private/host-paths';
import { ENGINE_MODULES, MODULES, SWARM_MODULES, SYSCTLS } from '../../src/hardening/private/kernel';
import { METADATA_ADDRESSES } from '../../src/hardening/private/metadata-addresses';
import { NAMESPACES } from '../../src/hardening/private/namespaces';

const SRC = path.join(__dirname, '..', '..', 'src');
const TABLES: Readonly<Record<string, readonly string[]>> = {
  capabilities: Object.keys(CAPABILITIES).flatMap((name) => [name, `CAP_${name}`]),
  'places of the host': [...SENSITIVE, ...PARENTS],
  sockets: SOCKETS,
  'files of the engine': [...Object.values(AUDITED).flat(), ...ENGINE_FILES.flatMap(({ paths }) => paths)],
  'kernel settings': Object.keys(SYSCTLS),
  'kernel modules': [...MODULES, ...ENGINE_MODULES, ...SWARM_MODULES],
  'engine settings': Object.keys(ENGINE_SETTINGS),
  'names of settings in the model of rules': Object.values(ENGINE_SETTINGS).flatMap(({ fact }) => fact ?? []),
  'controls of settings': Object.keys(SETTING_LOOKS),
  'properties of namespaces': Object.values(NAMESPACES).map(({ property }) => property),
  'attributes of namespaces': Object.values(NAMESPACES).flatMap(({ attribute }) => attribute ?? []),
  'controls of namespaces': Object.values(NAMESPACES).map(({ control }) => control),
  'metadata addresses': METADATA_ADDRESSES.flatMap(({ block }) => [block, block.replace(/\/\d+$/, '')]),
};
/** So many of one table in one literal are a list of their own. */
const A_LIST = 3;

/** Tables of other facts that go by the same words. */
const OTHER_FACTS = ['validation/private/cis-controls.ts', 'private/foreign-words.ts'];

/** Places of a text where a literal holds several words of one table. */
function lists(file: string, text: string): string[] {
  const found: string[] = [];
  // Reading a file into a tree takes a while.
  if (!Object.values(TABLES).some((own) => own.filter((word) => text.includes(word)).length >= A_LIST)) return found;
  const visit = (node: ts.Node): void => {
    const words = wordsIn(node);
    for (const [table, own] of Object.entries(TABLES)) {
      const known = new Set(words.filter((word) => own.includes(word)));
      if (known.size >= A_LIST) found.push(`${file}: ${table}: ${[...known].join(', ')}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function wordsIn(node: ts.Node): string[] {
  if (ts.isArrayLiteralExpression(node)) return [...ownWords(node), ...node.elements.flatMap(ownWords)];
  if (ts.isObjectLiteralExpression(node)) return ownWords(node);
  // Names of commands and of everyday things are settings, too: in a text only those count that are nothing else.
  if (ts.isStringLiteralLike(node)) return node.text.split(/\s+/).filter((word) => !(word in ENGINE_SETTINGS) || word.includes('-'));
  return [];
}

/** Texts of a list, names and texts of an object. */
function ownWords(node: ts.Node): string[] {
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(wordOf);
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) => [
    ...(property.name && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name)) ? [property.name.text] : []),
    ...(ts.isPropertyAssignment(property) ? wordOf(property.initializer) : []),
  ]);
}

function wordOf(node: ts.Node): string[] {
  return ts.isStringLiteralLike(node) ? [node.text] : [];
}

describe('a fact of hardening', () => {
  test('stands in its table and in no second list', () => {
    const files = (fs.readdirSync(SRC, { recursive: true }) as string[]).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('hardening') && !OTHER_FACTS.includes(file),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => lists(file, fs.readFileSync(path.join(SRC, file), 'utf8')))).toEqual([]);
  });

  test.each([
    ['an array', "const x = ['CHOWN', 'KILL', 'NET_RAW'];"],
    ['keys', "const x = { CAP_CHOWN: 1, CAP_KILL: 2, 'CAP_NET_RAW': 3 };"],
    ['words of a text', "const x = 'ls -d /etc /usr /boot';"],
    ['settings that are written', "const x = { icc: false, iptables: true, 'log-level': 'info' };"],
    ['settings of the model', 'const x = { iptables: true, userlandProxy: false, ipForward: true };'],
    ['settings that a script asks for', "const x = 'unset_or log-level a\\nunset_or cgroup-parent b\\nwas_told default-ulimits';"],
    ['controls with their looks', "const x = [['2.2', 'icc'], ['2.5', 'registries'], ['2.6', 'driver aufs']];"],
    ['controls in entries', "const x = [{ control: '5.10' }, { control: '5.16' }, { control: '5.17' }];"],
    ['properties of namespaces', "const x = { privileged: 'a', networkMode: 'b', pidMode: 'c', ipcMode: 'd' };"],
    ['attributes of namespaces', "for (const x of ['network_mode', 'pid_mode', 'ipc_mode']) y(x);"],
  ])('would be seen as %s', (_, text) => {
    expect(lists('x.ts', text)).not.toEqual([]);
  });
});
