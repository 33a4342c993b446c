// The book, on one engine: its pages are what the engines do, and the committed ones must be what they still do. `BULKHEAD_PRINT=1` prints them anew.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Fragment, fragmentFile, fragmentText, readFragments } from '../book/fragment';
import { EVERY } from '../book/page';
import { PAGES } from '../book/pages';
import { printedPages, strayPages, writeFiles } from '../book/print';
import { Stage } from '../book/stage';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';
import { withLab } from '../lab/lab';

const ROOT = path.resolve(__dirname, '../../..');

export const engines: readonly EngineId[] = EVERY;

export function run(engine: EngineId, checks: Checks): void {
  const began = Date.now();
  let probes = 0;
  const fragment = withLab(engine, (lab) => {
    const stage = new Stage(lab, engine, checks, PAGES);
    const played = stage.play(PAGES);
    probes = stage.probes;
    return played;
  });
  const isPrinting = process.env.BULKHEAD_PRINT === '1';
  if (isPrinting && checks.failed > 0) {
    checks.say('the book is not printed: it would say what is not so');
  } else if (isPrinting) {
    print(engine, fragment);
  } else {
    compare(engine, fragment, checks);
  }
  checks.say(`${PAGES.length} pages, ${probes} probes, ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

function filesOf(engine: EngineId, fragment: Fragment): Map<string, string> {
  const fragments = readFragments().set(engine, fragment);
  const inOrder = new Map(EVERY.filter((one) => fragments.has(one)).map((one) => [one, fragments.get(one)!]));
  return new Map([[fragmentFile(engine), fragmentText(fragment)], ...printedPages(inOrder)]);
}

/** Another engine's run may print at the same time: whoever comes last has seen both. */
function print(engine: EngineId, fragment: Fragment): void {
  for (let before = ''; before !== JSON.stringify([...readFragments()]);) {
    before = JSON.stringify([...readFragments()]);
    writeFiles(filesOf(engine, fragment));
  }
}

function compare(engine: EngineId, fragment: Fragment, checks: Checks): void {
  const files = filesOf(engine, fragment);
  const strays = strayPages(files);
  checks.check('no page is left over', strays.length === 0, () => `delete ${strays.map((file) => path.relative(ROOT, file)).join(', ')}`);
  for (const [file, text] of files) {
    const name = path.relative(ROOT, file);
    const committed = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    const help = () => `${firstChange(committed, text)}\nBULKHEAD_PRINT=1 npx tsx test/integ/run.ts --scenarios book prints it anew`;
    checks.check(`${name} is what a run prints`, committed === text, help);
  }
}

function firstChange(committed: string, text: string): string {
  const [old, now] = [committed.split('\n'), text.split('\n')];
  const at = now.findIndex((line, i) => line !== old[i]);
  const line = at < 0 ? now.length : at;
  return `line ${line + 1}\n- ${old[line] ?? ''}\n+ ${now[line] ?? ''}`;
}
