import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import { KIND_NAMES } from '../../src/intake/private/audit/difference';
import { archiveOf } from '../intake/archive-of';
import { deployed, synthesized, textsOfState } from '../intake/audited-host';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-audit-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const out = synthesized(folder);

function file(change: (texts: Record<string, string | undefined>) => void = () => undefined): string {
  const texts = textsOfState(deployed(out));
  change(texts);
  const place = path.join(folder, 'host.txt');
  fs.writeFileSync(place, archiveOf(texts));
  return place;
}

test('exit codes: 0 if nothing differs, 1 for a difference, 3 if something is not known', async () => {
  const clean = await bulkhead('audit', file(), '-i', out);
  expect([clean.code, clean.out]).toEqual([EXIT.yes, 'Nothing differs.\n']);
  expect(clean.err).toContain('never compared: environment, commands');
  const differs = await bulkhead(
    'audit',
    file((texts) => (texts.engine = '29.1.0')),
    '-i',
    out,
  );
  expect(differs.code).toBe(EXIT.no);
  expect(differs.out).toMatch(/^error +engine-version .*29\.1\.0/m);
  const unknown = await bulkhead(
    'audit',
    file((texts) => delete texts.units),
    '-i',
    out,
  );
  expect(unknown.code).toBe(EXIT.unknown);
  expect(unknown.out).toMatch(/^unknown +not-compared +units of the host .*the program that collected does not know it/m);
});

test('JSON is as its schema says; Markdown and CSV have the same lines', async () => {
  const changed = () => file((texts) => (texts.engine = '29.1.0'));
  const json = JSON.parse((await bulkhead('audit', changed(), '-i', out, '-f', 'json')).out);
  const schema = JSON.parse(fs.readFileSync(path.join(__dirname, '../../schemas/audit-1.schema.json'), 'utf8'));
  expect(new Validator(schema, '7').validate(json).errors).toEqual([]);
  expect(new Validator(schema, '7').validate({ ...json, entries: [{}] }).valid).toBe(false);
  expect(json.daemon).toBe('app/Edge');
  expect((await bulkhead('audit', changed(), '-i', out, '-f', 'csv')).out.trim().split('\r\n')).toHaveLength(2);
  expect((await bulkhead('audit', changed(), '-i', out, '-f', 'markdown')).out).toContain('| error | engine-version |');
});

test('SARIF: each kind is a rule, and a difference is at the file of the program', async () => {
  const run = async (text: string) => JSON.parse((await bulkhead('audit', text, '-i', out, '-f', 'sarif')).out).runs[0];
  const { tool, results } = await run(file((texts) => (texts.engine = '29.1.0')));
  const ids = tool.driver.rules.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(KIND_NAMES.map((kind) => `audit/${kind}`));
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({
    ruleId: 'audit/engine-version',
    level: 'error',
    message: { text: expect.stringContaining('29.1.0') },
  });
  const [{ physicalLocation, logicalLocations }] = results[0].locations;
  expect(physicalLocation.artifactLocation.uri).toBe('topology.json');
  expect(logicalLocations[0]).toMatchObject({ fullyQualifiedName: 'app/Edge' });
  expect((await run(file())).results).toEqual([]);
  const unknown = await run(file((texts) => delete texts.units)); // prettier-ignore
  expect(unknown.results[0]).toMatchObject({ ruleId: 'audit/not-compared', level: 'note' });
});

test.each([
  [[], "name the text of 'bulkhead collect', or a host with --ssh"],
  [['host.txt', '--ssh', 'web1'], "name the text of 'bulkhead collect', or a host with --ssh"],
  [[path.join(folder, 'none')], "'bulkhead collect' prints the program that makes one"],
])('what cannot be audited is refused: %#', async (argv, message) => {
  const { code, err } = await bulkhead('audit', ...argv, '-i', out);
  expect(code).toBe(EXIT.usage);
  expect(err).toContain(message);
});
