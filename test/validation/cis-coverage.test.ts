import { CIS_COVERAGE } from '../../scripts/cis-coverage';
import { cisPage } from '../../scripts/print-cis';
import { rulesPage } from '../../scripts/print-rules';
import { Rule, Rules, Severity } from '../../src';
import { VERIFIED } from '../../src/host/private/render-verify-script';
import { CIS_CONTROLS } from '../../src/validation/private/cis-controls';
import { META } from '../../src/validation/private/meta-rules';

const CONTROLS = Object.keys(CIS_CONTROLS);

test('all 118 controls are told of, and nothing that is none', () => {
  expect(CONTROLS).toHaveLength(118);
  expect(Object.keys(CIS_COVERAGE).sort()).toEqual([...CONTROLS].sort());
  for (const { configured, outside } of Object.values(CIS_COVERAGE)) expect(configured ?? outside ?? '').not.toBe('');
  expect(Rules.all().flatMap(({ cisControls }) => cisControls.filter((control) => !CONTROLS.includes(control)))).toEqual([]);
});

test('no two controls of the files of an engine have one title', () => {
  const titles = CONTROLS.filter((control) => control.startsWith('3.')).map((control) => CIS_CONTROLS[control][1]);
  expect(titles).toHaveLength(24);
  expect(new Set(titles).size).toBe(24);
});

test('the script looks at each control once', () => {
  expect(VERIFIED.filter((control) => !CONTROLS.includes(control))).toEqual([]);
  expect(new Set(VERIFIED).size).toBe(VERIFIED.length);
});

class Odd extends Rule {
  public constructor() {
    super({
      ruleId: 'ACME-01',
      title: 'a | b',
      severity: Severity.INFO,
      why: 'Because.',
      fix: 'none',
      resourceTypes: ['docker_container'],
      cisControls: ['2.7'],
    });
  }
  public check() {
    return [];
  }
}

test('pages have one row of eight cells for each control, and one section for each rule, whatever rules there are', () => {
  const rules = [...Rules.all(), ...Object.values(META), new Odd()];
  const rows = cisPage(rules)
    .split('\n## What docker-bench')[0]
    .split('\n')
    .filter((line) => /^\| \d/.test(line) && !line.startsWith('| 1.8.0'));
  expect(rows.map((row) => row.split(' | ')[0].slice(2))).toEqual(CONTROLS);
  for (const row of rows) expect(row.replace(/\\\|/g, '').split('|')).toHaveLength(10);
  expect(rows.find((row) => row.startsWith('| 2.7 '))).toContain(
    '| (new) | 1 | no devicemapper | [ACME-01](RULES.md#acme-01), [BH-D05](RULES.md#bh-d05) |',
  );
  expect(rows.find((row) => row.startsWith('| 2.8 '))).toContain('| 2.8 | 2.7 |');
  const page = rulesPage(rules);
  for (const { ruleId, fix } of rules) expect(page.split(`\n## ${ruleId}\n`)[1].split('\n## ')[0]).toContain(`*Fix:* ${fix}\n`);
  expect(page).toContain('| [ACME-01](#acme-01) | a \\| b | info |  | 2.7 |');
});
