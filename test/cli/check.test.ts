import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { App, Aspects } from 'cdktf';
import { bulkhead } from './bulkhead';
import { SecureDefaults, Suppressions } from '../../src';
import { EXIT } from '../../src/cli/exit';
import { temporaryFolder } from '../support/folders';
import { RawStack } from '../support/raw-stack';

const folder = temporaryFolder();

/** A synth of two stacks, each with a container that findings are about. */
function synth(privileged: boolean): string {
  const outdir = folder();
  const app = new App({ outdir });
  for (const id of ['one', 'two']) {
    const raw = new RawStack(id, app);
    const web = raw.container('Web', { privileged });
    Suppressions.of(web).add({ ruleId: 'BH-C02', reason: 'an example of a reason' });
    Aspects.of(raw.stack).add(new SecureDefaults());
  }
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    app.synth();
  } catch {
    // The rules refuse it; the reports are there all the same.
  }
  return outdir;
}

const schema = (name: string) => JSON.parse(fs.readFileSync(path.join(__dirname, `../../schemas/${name}-1.schema.json`), 'utf8'));

test('findings of all stacks, and the exit code of the most severe', async () => {
  const outdir = synth(true);
  const { code, out } = await bulkhead('check', '-i', outdir, '-f', 'json');
  const json = JSON.parse(out);
  expect(code).toBe(EXIT.no);
  expect(new Validator(schema('check'), '7').validate(json).errors).toEqual([]);
  expect(json.entries.some(({ ruleId, path: place }: any) => ruleId === 'BH-C01' && place.endsWith('/Web'))).toBe(true);
  expect(json.entries.every(({ state }: any) => state === 'open')).toBe(true);
  const files = fs.readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('validation.json'));
  for (const file of files) {
    const report = JSON.parse(fs.readFileSync(path.join(outdir, file), 'utf8'));
    expect(new Validator(schema('validation'), '7').validate(report).errors).toEqual([]);
  }
  const all = (await bulkhead('check', '-i', outdir, '-f', 'csv', '--all')).out;
  expect(all.split('\r\n').length).toBeGreaterThan(json.entries.length);
});

test('what fails is chosen by severity', async () => {
  const outdir = synth(false);
  const { out } = await bulkhead('check', '-i', outdir, '-f', 'json');
  const severities = new Set(JSON.parse(out).entries.map(({ severity }: any) => severity));
  for (const [failOn, kinds] of Object.entries({ error: ['error'], warning: ['error', 'warning'], info: ['error', 'warning', 'info'] })) {
    const { code } = await bulkhead('check', '-i', outdir, '--fail-on', failOn);
    expect([failOn, code]).toEqual([failOn, kinds.some((kind) => severities.has(kind)) ? EXIT.no : EXIT.yes]);
  }
});

test('SARIF has the runs of every stack', async () => {
  const outdir = synth(true);
  const { out } = await bulkhead('check', '-i', outdir, '-f', 'sarif');
  const { runs, version } = JSON.parse(out);
  const open = JSON.parse((await bulkhead('check', '-i', outdir, '-f', 'json', '--all')).out).entries;
  expect([version, runs.flatMap(({ results }: any) => results).length]).toEqual(['2.1.0', open.length]);
});

test.each([
  ['{', 'is not JSON, or is cut'],
  ['[]', "is not a report of rule packs: it has no 'findings'"],
  ['{"version": 2, "findings": []}', 'has version 2, and this command reads 1'],
  ['{"version": 1, "findings": [{}]}', 'is not as its schema says'],
])('a file that is none is refused: %s', async (text, message) => {
  const file = path.join(folder(), 'validation.json');
  fs.writeFileSync(file, text);
  const { code, err } = await bulkhead('check', '-i', file);
  expect(code).toBe(EXIT.usage);
  expect(err).toContain(message);
});

test('a folder without any', async () => {
  const { err } = await bulkhead('check', '-i', folder());
  expect(err).toContain('a synth writes one for each stack that a rule pack checks');
});
