/** What the checks of the packed library share: each plays a user with an empty folder. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import '../test/support/outside-ci';

export const ROOT = path.join(__dirname, '..');

export function run(folder: string, program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
}

/** Continues after a failure: one run shows all. */
export function check(what: string, good: boolean): void {
  console.log(`${good ? 'ok' : 'FAILED'}: ${what}`);
  if (!good) process.exitCode = 1;
}

/** Checks how many containers and networks a user's app made; returns the folder of its stack. */
export function checkedStack(project: string, stack: string, containers: number, networks: number): string {
  const stackFolder = path.join(project, 'cdktf.out/stacks', stack);
  const { resource } = JSON.parse(fs.readFileSync(path.join(stackFolder, 'cdk.tf.json'), 'utf8'));
  const [made, joined] = [resource.docker_container, resource.docker_network].map((each) => Object.keys(each).length);
  const isAsSaid = made === containers && joined === networks;
  check(`${containers} containers and ${networks} networks are synthesized${isAsSaid ? '' : `, and not ${made} and ${joined}`}`, isAsSaid);
  return stackFolder;
}

/** Packs the library as npm would publish it; returns the path of the tarball. */
export function packed(folder: string): string {
  run(ROOT, 'npm', ['run', '--silent', 'prepack']);
  try {
    return path.join(folder, run(ROOT, 'npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]).trim());
  } finally {
    run(ROOT, 'npm', ['run', '--silent', 'postpack']);
  }
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
