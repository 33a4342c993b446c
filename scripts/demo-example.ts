// The example as the demo uses it: synthesized by its own program, in its own process, as `cdktf synth` would.
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

export const ROOT = path.resolve(__dirname, '..');
export const EXAMPLE = path.join(ROOT, 'examples/three-tier');
export const BIN = path.join(ROOT, 'node_modules/.bin');

const started = Date.now();

export function say(text: string): void {
  console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${text}`);
}

export function must(what: string, argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string = EXAMPLE): string {
  const result = spawnSync(argv[0], argv.slice(1), { cwd, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status !== 0) {
    throw new Error(`${what} failed:\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
  }
  return result.stdout;
}

export function synthExample(outdir: string, env: NodeJS.ProcessEnv): void {
  forgetMoved(outdir);
  must('synthesizing the example', [path.join(BIN, 'tsx'), 'main.ts'], { CDKTF_OUTDIR: outdir, ...env });
}

/**
 * Terraform notes the path of its state, and refuses to continue if it differs: in a checkout that was copied or moved since. The state itself is in
 * the example, so that nothing is lost with the note.
 */
export function forgetMoved(outdir: string): void {
  const stacks = path.join(outdir, 'stacks');
  for (const stack of fs.existsSync(stacks) ? fs.readdirSync(stacks) : []) {
    const note = path.join(stacks, stack, '.terraform/terraform.tfstate');
    if (!fs.existsSync(note)) continue;
    const { backend } = JSON.parse(fs.readFileSync(note, 'utf8')) as { backend?: { config?: { path?: string } } };
    if (path.dirname(backend?.config?.path ?? '') !== path.dirname(outdir)) fs.rmSync(note);
  }
}

/** The folder with the host's files. */
export function hostFolder(outdir: string): string {
  return path.join(outdir, 'stacks/three-tier/bulkhead/three-tier--Host');
}

/** Deploys or destroys the example by cdktf's own command. The lock of providers is left out: it asks a registry, and the example needs none. */
export function cdktf(verb: 'deploy' | 'destroy', env: NodeJS.ProcessEnv): void {
  must(`cdktf ${verb}`, [path.join(BIN, 'cdktf'), verb, '--auto-approve', '--skip-provider-lock'], env);
}
