import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import Ajv from 'ajv';
import { App } from 'cdktf';
import { Rule, RulePack, Rules, Severity, Suppressions, type Violation } from '../../src';
import { visible } from '../../src/private/readable';
import { RawStack } from '../support/raw-stack';

const SCHEMA = JSON.parse(fs.readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8')) as object;
/** A container may be called anything that is a path in cdktf, and an override can put anything into a value. */
const NASTY = `x|y <b> & "q" \`z\` ]]> \u0007 *s*`;

/** Says something of every container that has a label. */
class Labels extends Rule {
  constructor(weight: Severity) {
    super({
      ruleId: 'ACME-07',
      title: 'label | with & marks',
      severity: weight,
      why: 'labels',
      fix: 'take the label out',
      resourceTypes: ['docker_container'],
      links: ['https://example.com/labels'],
    });
  }
  public check(resource: any): Violation[] {
    return resource
      .blocks('labels')
      .map((label: any) => ({ detail: label.text('label'), message: `the label is '${label.text('value')}'` }));
  }
}

/** The folder of the stack after a synth, whether it failed or not. */
function reports(weight = Severity.WARNING) {
  const app = new App({ outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'bh-')) });
  const raw = new RawStack('raw', app).add(new RulePack({ packName: 'Acme', rules: [new Labels(weight), ...Rules.byId('BH-C01')] }));
  raw.container('Web', { labels: [{ label: 'tier', value: NASTY }] });
  const db = raw.container('Db', { privileged: true });
  Suppressions.of(db).add({ ruleId: 'BH-C01', reason: 'a build host | of ours', ticket: 'OPS-1', expires: '2027-01-31' });
  let failure = '';
  try {
    app.synth();
  } catch (error) {
    failure = (error as Error).message;
  }
  const folder = path.join(app.outdir, 'stacks', 'raw', 'bulkhead');
  const read = (name: string) => fs.readFileSync(path.join(folder, `validation.${name}`), 'utf8');
  return { read, failure, files: fs.readdirSync(folder).sort() };
}

test('four files lie beside the stack', () => {
  const { files, failure } = reports();
  expect(failure).toBe('');
  expect(files).toEqual(['validation.json', 'validation.junit.xml', 'validation.md', 'validation.sarif']);
});

test('also where the synth fails, which is when they are wanted', () => {
  const { read, failure } = reports(Severity.ERROR);
  expect(failure).toContain('(ACME-07)');
  expect(JSON.parse(read('json')).counts).toEqual({ errors: 1, warnings: 0, infos: 0, suppressed: 1, baseline: 0 });
  expect(read('junit.xml')).toContain('<failure');
});

test('under the cdktf command a line says what was found, and where to read it', () => {
  const said = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const saved = { ...process.env };
  process.env.CDKTF_CONTEXT_JSON = '{}';
  // Where tests run nobody asked for it.
  delete process.env.JEST_WORKER_ID;
  try {
    reports();
    expect(said.mock.calls.flat()).toContainEqual(
      expect.stringMatching(/^raw: 2 rules, 0 errors, 1 warning, 0 notes; 1 suppressed; see .*stacks\/raw\/bulkhead\/validation\.md\n$/),
    );
  } finally {
    process.env = saved;
    said.mockRestore();
  }
});

test('twice they are the same bytes', () => {
  const [one, two] = [reports(), reports()];
  one.files.forEach((file) => expect(one.read(file.slice('validation.'.length))).toBe(two.read(file.slice('validation.'.length))));
});

test('JSON has everything', () => {
  const json = JSON.parse(reports().read('json'));
  expect(json).toMatchObject({
    version: 1,
    stack: 'raw',
    packs: ['Acme'],
    counts: { errors: 0, warnings: 1, infos: 0, suppressed: 1, baseline: 0 },
    findings: [
      { ruleId: 'BH-C01', path: 'raw/Db', address: 'docker_container.Db', state: 'suppressed', ticket: 'OPS-1', expires: '2027-01-31' },
      { ruleId: 'ACME-07', path: 'raw/Web', detail: 'tier', state: 'open', message: `the label is '${visible(NASTY)}'` },
    ],
    rules: [
      { ruleId: 'ACME-07', compliant: 1, violated: 1, severity: 'warning' },
      { ruleId: 'BH-C01', compliant: 1, violated: 1, cis: { '1.8': ['5.5'], '1.6': ['5.5'] } },
    ],
    without: [],
  });
});

test('Markdown keeps its tables, whatever a value holds', () => {
  const markdown = reports().read('md');
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
  // A cell ends at a bar that no backslash stands before.
  const cells = rows.map((row) => row.replace(/\\\|/g, '').split('|').length);
  expect(cells).toEqual([7, 7, 7, 8, 8, 8]);
  expect(markdown).not.toMatch(/<b>/);
  expect(markdown).toContain('0 errors, 1 warning, 0 notes; 1 suppressed.');
  expect(markdown).toContain('| BH-C01 | raw/Db | privileged | a build host \\| of ours | 2027-01-31 | OPS-1 |');
});

test('Markdown tells a note once, and how often it holds', () => {
  const markdown = reports(Severity.INFO).read('md');
  expect(markdown).toContain('## Notes\n\n| Rule | Times | The first | What |');
  expect(markdown).toMatch(/\| ACME-07 \| 1 \| raw\/Web \| the label is /);
});

test('SARIF is valid against its schema, with the construct as logical place', () => {
  const sarif = JSON.parse(reports().read('sarif'));
  const validate = new Ajv({ schemaId: 'auto' });
  validate.addMetaSchema(JSON.parse(fs.readFileSync(require.resolve('ajv/lib/refs/json-schema-draft-04.json'), 'utf8')) as object);
  expect([validate.validate(SCHEMA, sarif), validate.errors]).toEqual([true, null]);
  const { results, tool } = sarif.runs[0];
  expect(results[1]).toMatchObject({
    ruleId: 'ACME-07',
    level: 'warning',
    locations: [{ logicalLocations: [{ fullyQualifiedName: 'raw/Web', name: 'docker_container.Web' }] }],
  });
  expect(results[0].suppressions).toEqual([{ kind: 'external', status: 'accepted', justification: 'a build host | of ours' }]);
  expect(tool.driver.rules[results[1].ruleIndex].id).toBe('ACME-07');
});

test('JUnit is well-formed, and an accepted finding is a skipped test', () => {
  const xml = reports(Severity.ERROR).read('junit.xml');
  expect(xml).not.toMatch(/\u0007|<b>/);
  expect(xml).toMatch(/<testcase name="privileged" classname="raw\/Db">\s*<skipped message="a build host \| of ours"\/>/);
  expect(xml).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>/);
  expect(xml).toContain('<testsuites name="Bulkhead: raw" tests="2" failures="1" errors="0" skipped="1">');
});
