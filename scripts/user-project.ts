/** What the checks of the packed library share: each plays a user with an empty folder. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export const ROOT = path.join(__dirname, '..');

export function run(folder: string, program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
}

/** Goes on after a failure: one run tells all. */
export function check(what: string, good: boolean): void {
  console.log(`${good ? 'ok' : 'FAILED'}: ${what}`);
  if (!good) process.exitCode = 1;
}

/** Checks that a user's app made the tiers and two workloads; returns the folder of its stack. */
export function checkedTiers(project: string): string {
  const stackFolder = path.join(project, 'cdktf.out/stacks/app');
  const { resource } = JSON.parse(fs.readFileSync(path.join(stackFolder, 'cdk.tf.json'), 'utf8'));
  check(
    'two containers and three networks are synthesized',
    Object.keys(resource.docker_container).length === 2 && Object.keys(resource.docker_network).length === 3,
  );
  return stackFolder;
}

/** Compiles first unless `--no-build` is given. */
export function inEmptyFolder(play: (folder: string) => void): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-pack-'));
  try {
    if (!process.argv.includes('--no-build')) {
      run(ROOT, 'npx', ['jsii', '--silence-warnings=reserved-word']);
      console.log('compiled with jsii');
    }
    play(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
