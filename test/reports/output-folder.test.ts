import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { outputFolderOf } from '../../src/reports/output-folders';
import { outputFolder } from '../../src/reports/private/output-folder';
import { temporaryFolder } from '../support/folders';
import { newDaemon, newStack } from '../support/programs';

const folder = temporaryFolder();

test.each([
  ['three-tier/Edge', 'three-tier--Edge'],
  ['app/Site/Edge_2', 'app--Site--Edge_2'],
])('%s is named as it reads', (place, name) => expect(outputFolder(place)).toBe(name));

test.each(['Edge', 'app/Ed ge', 'app/../etc', 'app/a--b', 'app/-x', 'app/ü', 'app/', 'app/con.txt', `app/${'x'.repeat(200)}`])(
  '%j says with a digest that it is not the whole of the path',
  (place) => expect(outputFolder(place)).toMatch(/^[\w-]+\+[0-9a-f]{12}$/),
);

test('of two daemons that differ in the case of letters alone the later one gets a longer name', () => {
  const stack = newStack();
  const [upper, lower] = ['Edge', 'edge'].map((id) => newDaemon(stack, {}, id));
  expect(outputFolderOf(upper)).toBe('app--Edge');
  expect(outputFolderOf(lower)).toMatch(/^app--edge\+[0-9a-f]{12}$/);
  expect(outputFolderOf(upper)).toBe('app--Edge');
});

test('folders of daemons that are gone go, and so do those that earlier releases named by a digest; all else stays', () => {
  const bulkhead = path.join(folder(), 'out/stacks/app/bulkhead');
  const synth = (...ids: string[]) => {
    const stack = new TerraformStack(new App({ outdir: path.join(folder(), 'out'), stackTraces: false }), 'app');
    ids.forEach((id) => newDaemon(stack, {}, id));
    (stack.node.root as App).synth();
    return fs.readdirSync(bulkhead).filter((name) => !name.startsWith('validation.'));
  };
  expect(synth('Edge', 'Old')).toEqual(['app--Edge', 'app--Old']);
  fs.mkdirSync(path.join(bulkhead, 'fe7d0a9985d4'));
  fs.writeFileSync(path.join(bulkhead, 'fe7d0a9985d4/install.sh'), '');
  fs.writeFileSync(path.join(bulkhead, 'notes.txt'), '');
  fs.writeFileSync(path.join(folder(), 'kept'), '');
  fs.symlinkSync(folder(), path.join(bulkhead, 'link'));
  expect(synth('Edge')).toEqual(['app--Edge', 'link', 'notes.txt']);
  expect(fs.existsSync(path.join(folder(), 'kept'))).toBe(true);
});
