import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { bulkhead } from './bulkhead';
import { EXIT } from '../../src/cli/exit';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();

/** What bash offers after these words, the last of which is being written. */
async function offered(...words: string[]): Promise<string[]> {
  const { out } = await bulkhead('completion', 'bash');
  const line = words.map((word) => `'${word}'`).join(' ');
  const text = `${out}\nCOMP_WORDS=(bulkhead ${line}); COMP_CWORD=${words.length}; _bulkhead; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-s'], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash offers commands, options, and the words of an option', async () => {
  expect(await offered('ex')).toEqual(['exposure', 'explain']);
  expect(await offered('')).toEqual(expect.arrayContaining(['list', 'collect', 'completion', '--help']));
  expect(await offered('list', '--f')).toEqual(['--format']);
  expect(await offered('list', '-f', '')).toEqual(['text', 'json', 'markdown', 'csv']);
  expect(await offered('check', '--format', 's')).toEqual(['sarif']);
  expect(await offered('check', '--fail-on', '')).toEqual(['error', 'warning', 'info']);
  expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(await offered('collect', '-')).toEqual(['--ssh', '--help']);
});

test('bash offers files for --input', async () => {
  expect(await offered('list', '--input', '')).toEqual([]);
  expect((await bulkhead('completion', 'bash')).out).toContain('complete -o default -F _bulkhead bulkhead');
});

test.each(['bash', 'zsh', 'fish'])('%s takes the program, which has every command and option', async (shell) => {
  const { code, out } = await bulkhead('completion', shell);
  expect(code).toBe(EXIT.yes);
  const help = (await bulkhead('--help')).out;
  const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name).filter((name) => name !== 'help');
  expect(commands.length).toBeGreaterThan(7);
  for (const name of commands) {
    expect(out).toMatch(new RegExp(`\\b${name}\\b`));
    for (const [, option] of (await bulkhead(name, '--help')).out.matchAll(/--([a-z-]+)/g)) {
      expect(out).toMatch(new RegExp(`(--|-l )${option}\\b`));
    }
  }
  const file = path.join(folder(), 'completion');
  fs.writeFileSync(file, out);
  const { error, status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
  if (error !== undefined) console.warn(`SKIP the parser of ${shell}, which is not on this machine`);
  else expect([status, stderr]).toEqual([0, '']);
});

test('another shell is refused', async () => {
  const { code, err } = await bulkhead('completion', 'tcsh');
  expect([code, err]).toEqual([EXIT.usage, "bulkhead: 'tcsh' is not a shell of completion; write bash, zsh, fish\n"]);
});
