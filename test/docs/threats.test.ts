import * as fs from 'fs';
import * as path from 'path';

const PROJECT = path.resolve(__dirname, '../..');
const SCENARIOS = path.join(PROJECT, 'test/integ/scenarios');
const NONE = 'no scenario';

/** Each line of the threat model with the scenarios that it names. */
function lines(): Map<string, string[]> {
  const page = fs.readFileSync(path.join(PROJECT, 'docs/THREATS.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (T\d\d) \|.*\| ([^|]+) \|$/gm)];
  return new Map(rows.map(([, id, shown]) => [id, shown === NONE ? [] : [...shown.matchAll(/`([^`]+)`/g)].map(([, name]) => name)]));
}

/** Each scenario that names lines, read from its text: to load them all takes the lab along. */
function scenarios(): Map<string, string[]> {
  const files = fs.readdirSync(SCENARIOS).filter((file) => file.endsWith('.ts'));
  return new Map(
    files.flatMap((file) => {
      const found = /^export const threats = \[([^\]]*)\]/m.exec(fs.readFileSync(path.join(SCENARIOS, file), 'utf8'));
      return found ? [[file.replace(/\.ts$/, ''), [...found[1].matchAll(/'([^']+)'/g)].map(([, id]) => id)] as const] : [];
    }),
  );
}

describe('the threat model', () => {
  test('has a line for each id, once', () => {
    const page = fs.readFileSync(path.join(PROJECT, 'docs/THREATS.md'), 'utf8');
    const ids = [...page.matchAll(/^\| (T\d\d) \|/gm)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(30);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...lines().keys()]).toEqual(ids);
  });

  test('names for each line the scenarios that name it, or says that there is none', () => {
    const byLine = [...lines()].flatMap(([id, names]) => names.map((name) => `${id} ${name}`)).sort();
    const byScenario = [...scenarios()].flatMap(([name, ids]) => ids.map((id) => `${id} ${name}`)).sort();
    expect(byLine).toEqual(byScenario);
  });

  test('is named by each scenario of attacks', () => {
    const attacks = fs
      .readdirSync(SCENARIOS)
      .filter((file) => /^export function run\b/m.test(fs.readFileSync(path.join(SCENARIOS, file), 'utf8')));
    const silent = attacks.map((file) => file.replace(/\.ts$/, '')).filter((name) => name.startsWith('attacks') && !scenarios().has(name));
    expect(silent).toEqual([]);
  });
});
