import * as fs from 'node:fs';
import * as path from 'node:path';
import { PATHS } from '../../src/host/private/constants';
import { renderHostFiles } from '../../src/host/private/render-host-files';
import { sampleInput } from '../host/sample';

const PROJECT = path.resolve(__dirname, '../..');
const PAGE = fs.readFileSync(path.join(PROJECT, 'docs/OUTPUT.md'), 'utf8');

/** Rows of the table below a heading, each by the names in its first cell, with all names in it. */
function rowsBelow(heading: string): { readonly first: string[]; readonly cells: string[] }[] {
  const section = PAGE.split(`### ${heading}`)[1]?.split(/\n##/)[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (field|part) \|/.test(line));
  return rows.map((row) => {
    const [, first, ...cells] = row.split('|');
    return { first: first.trim().split(', '), cells: [...cells.join('|').matchAll(/`(\w+)`/g)].map(([, name]) => name) };
  });
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema & { readonly const?: string }>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const schemaOf = (name: string) => JSON.parse(fs.readFileSync(path.join(PROJECT, 'schemas', `${name}-1.schema.json`), 'utf8')) as Schema;
const fieldsOf = ({ properties = {}, anyOf = [], oneOf = [] }: Schema): string[] => [
  ...new Set([...Object.keys(properties), ...[...anyOf, ...oneOf].flatMap(fieldsOf)]),
];

describe.each([
  ['topology', '`topology.json`: what the program declares'],
  ['matrix', '`matrix.json`: what is open'],
])('the page about %s.json', (name, heading) => {
  test('has a row for each field of the schema, and for no other', () => {
    const named = rowsBelow(heading).flatMap(({ first }) => first.map((each) => each.replace(/`/g, '')));
    expect(named.sort()).toEqual(fieldsOf(schemaOf(name)).sort());
  });

  test('names its format', () => {
    const format = schemaOf(name).properties!.format.const;
    expect(PAGE).toContain(`| \`format\`, \`version\` | \`${format}\`,`);
  });
});

test('the parts of both have the fields of their definitions', () => {
  const definitions = { ...schemaOf('topology').definitions, ...schemaOf('matrix').definitions };
  const rows = rowsBelow('Parts of both');
  expect(rows.length).toBeGreaterThan(5);
  for (const { first, cells } of rows) {
    const wanted = [...new Set(first.flatMap((part) => fieldsOf(definitions[part])))].sort();
    expect({ part: first, fields: [...cells].sort() }).toEqual({ part: first, fields: wanted });
  }
});

test('the files of the guard have a row each', () => {
  const section = PAGE.split('## The files of the guard')[1].split(/\n## /)[0];
  const named = section.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...line.split('|')[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name)); // prettier-ignore
  const written = renderHostFiles(sampleInput()).flatMap(({ path: file }) => /^\/etc\/bulkhead\/([^/]+)$/.exec(file)?.[1] ?? []);
  expect(written.length).toBeGreaterThan(8);
  expect(written.filter((file) => !named.includes(file))).toEqual([]);
  const known = [...written, 'directories', ...[PATHS.secretPlan, PATHS.configPlan].map((file) => path.basename(file))];
  expect(named.filter((file) => !known.includes(file))).toEqual([]);
});
