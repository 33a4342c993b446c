// Each folder of examples/ as somebody who copies it would run it: its program writes what is open, which is compared, with the pages that tell it.
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { PROJECT, withSources } from '../docs/pages';
import { expectGolden } from '../support/golden';

const FOLDER = path.join(PROJECT, 'examples');
const EXAMPLES = fs.readdirSync(FOLDER).filter((name) => !['start', 'three-tier'].includes(name) && fs.existsSync(path.join(FOLDER, name, 'main.ts'))); // prettier-ignore

let out: string;
const said: string[] = [];
const kept = { outdir: process.env.CDKTF_OUTDIR, quiet: process.env.BULKHEAD_QUIET };

beforeAll(() => {
  out = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-examples-'));
  fs.symlinkSync(path.join(PROJECT, 'node_modules'), path.join(out, 'node_modules'));
  process.env.BULKHEAD_QUIET = '1';
});

afterAll(() => {
  fs.rmSync(out, { recursive: true });
  for (const [name, value] of Object.entries({ CDKTF_OUTDIR: kept.outdir, BULKHEAD_QUIET: kept.quiet })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** The folder of the only daemon, and the findings. */
function synthesized(name: string): { readonly files: string; readonly validation: string } {
  const folder = path.join(out, name);
  fs.cpSync(path.join(FOLDER, name), folder, { recursive: true });
  process.env.CDKTF_OUTDIR = path.join(folder, 'cdktf.out');
  const program = path.join(folder, 'main.ts');
  fs.writeFileSync(program, withSources(fs.readFileSync(path.join(FOLDER, name, 'main.ts'), 'utf8')));
  const warn = jest.spyOn(console, 'error').mockImplementation((...words) => void said.push(words.join(' ')));
  const cwd = process.cwd();
  try {
    // Files beside the program are relative to its folder.
    process.chdir(folder);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(program);
  } finally {
    process.chdir(cwd);
    warn.mockRestore();
  }
  const stacks = path.join(folder, 'cdktf.out/stacks');
  const [stack] = fs.readdirSync(stacks);
  const bulkhead = path.join(stacks, stack, 'bulkhead');
  const daemon = fs.readdirSync(bulkhead).find((each) => each.endsWith('--Host'))!;
  return { files: path.join(bulkhead, daemon), validation: fs.readFileSync(path.join(bulkhead, 'validation.json'), 'utf8') };
}

test('there are examples', () => expect(EXAMPLES.length).toBeGreaterThan(3));

describe.each(EXAMPLES)('%s', (name) => {
  test('opens what it says, and has no finding that is an error or a warning', () => {
    const { files, validation } = synthesized(name);
    expectGolden(`examples/${name}.json`, fs.readFileSync(path.join(files, 'matrix.json'), 'utf8'));
    const findings = JSON.parse(validation) as { findings: { ruleId: string; severity: string; state: string; path?: string }[] };
    const told = findings.findings.filter(({ severity, state }) => state === 'open' && severity !== 'info');
    expect(told.map(({ ruleId, path: place }) => `${ruleId} ${place}`)).toEqual([]);
  });

  test('has a page of one screen, with its commands', () => {
    const page = fs.readFileSync(path.join(FOLDER, name, 'README.md'), 'utf8');
    expect(page.split('\n').length).toBeLessThan(60);
    expect(page).toContain('```sh');
  });
});
