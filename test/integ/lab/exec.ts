// Running other programs: one place that turns a failed command into an error naming the step, the command and its output.
import { spawn, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';

/** Says in the guest, the second kernel, that it is one. */
export const IN_GUEST = 'BULKHEAD_GUEST';

export const isGuest = (): boolean => process.env[IN_GUEST] !== undefined;

/** How long something may take here: the guest has one processor, emulates, and shares the machine with another run. */
export const patient = (milliseconds: number): number => (isGuest() ? 6 * milliseconds : milliseconds);

export interface RunOptions {
  readonly input?: string;
  /** Milliseconds, more of them in the guest; 60 s unless told. */
  readonly timeout?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Is told each line as it is printed, of commands that run beside others. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  /** The exit status; 124 when the command was ended because its time was up, 128 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export class LabError extends Error {
  constructor(
    readonly step: string,
    readonly argv: readonly string[],
    readonly output: string,
  ) {
    super(`${step}\n  command: ${argv.join(' ')}\n  output:  ${tail(output.trim()) || '(none)'}`);
    this.name = 'LabError';
    // Shown once, by the message.
    for (const key of ['step', 'argv', 'output']) Object.defineProperty(this, key, { enumerable: false });
  }
}

/** The end of a long output: the reason for a failure stands there. */
export function tail(text: string, length = 3000): string {
  return text.length <= length ? text : `…${text.slice(-length)}`;
}

/** Runs a command and gives back what happened; throws only when it cannot be started at all. */
export function run(argv: readonly string[], options: RunOptions = {}): RunResult {
  const began = Date.now();
  const timeout = patient(options.timeout ?? 60_000);
  const child = spawnSync(argv[0], argv.slice(1), {
    input: options.input ?? '',
    timeout,
    killSignal: 'SIGKILL',
    env: options.env ?? process.env,
    cwd: options.cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const failure = child.error as NodeJS.ErrnoException | undefined;
  const timedOut = failure?.code === 'ETIMEDOUT';
  // EPIPE: it ended without reading all of its input, and says by its exit code what that means.
  const hasRun = timedOut || (failure?.code === 'EPIPE' && child.status !== null);
  if (failure && !hasRun) throw new LabError(`cannot run ${argv[0]}`, argv, failure.message);
  return {
    code: timedOut ? 124 : (child.status ?? 128),
    stdout: child.stdout ?? '',
    stderr: (child.stderr ?? '') + (timedOut ? `\n(no end after ${timeout} ms)` : ''),
    ms: Date.now() - began,
  };
}

/** Runs a command that has to succeed, and returns what it printed. */
export function must(step: string, argv: readonly string[], options: RunOptions = {}): string {
  const result = run(argv, options);
  if (result.code !== 0) throw new LabError(`${step} (exit ${result.code})`, argv, result.stdout + result.stderr);
  return result.stdout;
}

/** The same without blocking the event loop, for the long steps of the set-up. */
export function mustAsync(step: string, argv: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { env: options.env ?? process.env, cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    const timer = options.timeout ? setTimeout(() => child.kill('SIGKILL'), options.timeout) : undefined;
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString();
      all = tail(all + part.toString(), 20_000);
    });
    child.stderr.on('data', (part: Buffer) => (all = tail(all + part.toString(), 20_000)));
    if (options.onLine) [child.stdout, child.stderr].forEach((input) => createInterface({ input }).on('line', options.onLine!));
    child.on('error', (error) => reject(new LabError(step, argv, error.message)));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(stdout);
      else reject(new LabError(`${step} (exit ${code})`, argv, all));
    });
  });
}

/** Whether a program is on PATH (or in the two sbin folders that a plain user's PATH lacks). */
export function which(program: string): string | undefined {
  const result = run(['sh', '-c', 'PATH="$PATH:/usr/sbin:/sbin" command -v "$1"', 'sh', program]);
  return result.code === 0 ? result.stdout.trim() : undefined;
}

/** Blocks this thread: the lab's calls are synchronous, so that a scenario reads top to bottom. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Whether something comes true in time. */
export function until(holds: () => boolean, timeout: number): boolean {
  for (const end = Date.now() + patient(timeout); Date.now() < end; sleep(patient(500))) {
    if (holds()) return true;
  }
  return false;
}

let interpreter: string | undefined;

/** Words that run one of the lab's Python files. The interpreter is asked for its own path once: what PATH has may be a slow wrapper. */
export function python(script: string): string[] {
  interpreter ??= must('looking for Python 3', ['python3', '-S', '-E', '-c', 'import sys; print(sys.executable)']).trim() || 'python3';
  return [interpreter, '-B', '-S', '-E', path.join(__dirname, script)];
}
