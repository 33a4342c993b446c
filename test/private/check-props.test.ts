import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkProps } from '../../src/private/check-props';
import { PROPERTIES } from '../../src/private/properties.generated';
import { EXAMPLES, EXAMPLES_BY_NAME } from '../../src/private/property-examples';
import { expectError } from '../support/errors';

const ROOT = path.resolve(__dirname, '../..');
const sources = fs
  .readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
  .map((file) => fs.readFileSync(path.join(ROOT, 'src', file), 'utf8'))
  .join('\n');

test('the properties of every struct are checked, by themselves or within another', () => {
  /** Bases of others, and what becomes the properties of another struct. */
  const covered = ['DaemonProps', 'LanSegmentProps', 'PackOptions', 'SupplyChainOptions', 'CisDockerOptions', 'WorkloadLimits'];
  const inner = Object.values(PROPERTIES).flatMap((properties) =>
    Object.values(properties).map((each) => ('struct' in each ? each.struct : '')),
  );
  const unchecked = Object.keys(PROPERTIES).filter((name) => !sources.includes(`, '${name}', `) && !inner.includes(name as never));
  expect(unchecked.filter((name) => !covered.includes(name))).toEqual([]);
});

const FRONT = { daemon: {} };

describe('what is refused', () => {
  test.each<[string, object, string]>([
    ['a letter too few', { networkNam: 'x' }, "'networkNam'; did you mean 'networkName'"],
    ['another case', { networkname: 'x' }, "'networkName'"],
    ['two letters changed', { bridgeNaem: 'bh-x' }, "'bridgeName'"],
  ])('%s', (_, props, says) => {
    expectError(() => checkProps('app/Front', 'BridgeSegmentProps', { ...FRONT, ...props }), 'UnknownProperty', { path: 'app/Front', says: [says] }); // prettier-ignore
  });

  test('in a list of structs', () => {
    const limits = { ulimits: [{ limitName: 'nofile', soft: 1, hard: 2, hardd: 3 }] };
    expect(() => checkProps(undefined, 'HardenedContainerProps', { image: {}, limits })).not.toThrow();
    const near = { ulimits: [{ limitNam: 'nofile', soft: 1, hard: 2 }] };
    expectError(() => checkProps(undefined, 'HardenedContainerProps', { image: {}, limits: near }), 'UnknownProperty', { says: ["'limits.ulimits.limitName'"] }); // prettier-ignore
  });

  const required = Object.entries(PROPERTIES).flatMap(([struct, properties]) =>
    Object.entries<{ isRequired?: true; type: string }>(properties).flatMap(([name, { isRequired }]) =>
      isRequired ? [[struct, name] as const] : [],
    ),
  );
  test.each(required)('%s without %s: the message shows a value', (struct, name) => {
    const others = Object.keys(PROPERTIES[struct as keyof typeof PROPERTIES]).filter((each) => each !== name);
    const thrown = () => checkProps('app/X', struct as never, {}, others);
    expectError(thrown, 'PropertyMissing', { path: 'app/X', says: [`'${name}' is required; set it to `] });
    expect(thrown).not.toThrow(/set it to (a string|a number|a list, each entry a string) \(|a value of/);
  });

  test('no example is for a property or a type that does not exist', () => {
    const all = Object.values(PROPERTIES).flatMap((properties) => Object.entries<{ type: string }>(properties));
    const types = new Set(all.map(([, { type }]) => type.replace('[]', '').replace(/^.*: (\w+); \}$/, '$1')));
    expect(Object.keys(EXAMPLES).filter((type) => !types.has(type))).toEqual([]);
    const names = new Set(required.map(([, name]) => name));
    expect(Object.keys(EXAMPLES_BY_NAME).filter((name) => !names.has(name))).toEqual([]);
  });

  test.each([undefined, null, 'x', 5])('%j instead of properties', (props) => {
    expectError(() => checkProps('app/Front', 'BridgeSegmentProps', props as never), 'PropertyMissing', { says: ['daemon'] });
  });
});

test.each<[string, object]>([
  ['names of a user', { team: 'shop', zones: ['a'], owner: 'x', tags: {} }],
  ['a name close to one that is given', { networkName: 'front', networkNames: ['x'] }],
  ['a misspelt name without a value', { networkNam: undefined }],
  ['another short word', { dns: 'x', env: 'x', mode: 'x' }],
])('left alone: %s', (_, props) => {
  expect(() => checkProps('app/Front', 'BridgeSegmentProps', { ...FRONT, ...props })).not.toThrow();
});
