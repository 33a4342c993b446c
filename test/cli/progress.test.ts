import * as fs from 'node:fs';
import * as path from 'node:path';
import { main } from '../../src/cli/main';
import { archiveOf } from '../intake/archive-of';
import { textsOf } from '../intake/host-texts';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

/** What a command writes where each look at the clock is so many milliseconds after the one before. */
async function run(argv: readonly string[], isTTY: boolean, milliseconds: number): Promise<{ readonly out: string; readonly err: string }> {
  const place = path.join(folder(), 'host.txt');
  fs.writeFileSync(place, archiveOf(textsOf('docker-28.5')));
  const said = { out: '', err: '' };
  let now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => (now += milliseconds));
  try {
    const err = { write: (text: string) => void (said.err += text), isTTY };
    await main(
      argv.map((word) => (word === 'HOST' ? place : word)),
      { write: (text: string) => void (said.out += text) },
      err,
    );
  } finally {
    clock.mockRestore();
  }
  return said;
}

describe.each([
  ['list', ['list', '-i', 'HOST']],
  ['diff', ['diff', 'HOST', 'HOST']],
  ['review', ['review', 'HOST']],
])('%s', (_, argv) => {
  test('on a terminal, work of more than a second has one line, which goes before the answer', async () => {
    const { out, err } = await run(argv, true, 600);
    expect(err).toMatch(/\r\u001b\[K\d+ of \d+ …/);
    expect(err.lastIndexOf('\r\u001b[K')).toBeGreaterThan(err.lastIndexOf('…'));
    expect(out).not.toContain('\r\u001b');
  });

  test('shorter work and pipes have none', async () => {
    expect((await run(argv, true, 0)).err).not.toContain('\u001b');
    expect((await run(argv, false, 600)).err).not.toContain('\u001b');
  });
});
