import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A fresh folder for each test, gone after it. CI and what the cdktf command sets are taken out of the environment meanwhile. */
export function temporaryFolder(): () => string {
  let folder = '';
  const saved = { ...process.env };
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-test-')));
    for (const name of ['CI', 'CDKTF_CONTEXT_JSON', 'CDKTF_OUTDIR']) delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...saved };
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** Every file under a folder: relative path to content. */
export function filesUnder(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]));
}
