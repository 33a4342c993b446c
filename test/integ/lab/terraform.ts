// Terraform against a lab's engine: init from the mirror in the cache, then apply, plan, destroy. Errors carry what Terraform printed.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { terraformEnv } from './cache';
import { LabError, run, type RunResult } from './exec';
import { terraformProgram } from './setup';

export interface PlanResult {
  readonly changes: boolean;
  readonly text: string;
}

/** Killed in the middle it would not know what it made, so this is for what hangs only; an apply may wait for the slow start of `start-order`. */
const TIMEOUT = 240_000 + 1000 * Number(process.env.BULKHEAD_SLOW_START ?? 0);

function terraform(dir: string, args: readonly string[], env: NodeJS.ProcessEnv): RunResult {
  return run([terraformProgram(), `-chdir=${dir}`, ...args], { env: { ...terraformEnv(), ...env }, timeout: TIMEOUT });
}

function checked(dir: string, args: readonly string[], env: NodeJS.ProcessEnv, good: readonly number[] = [0]): RunResult {
  const result = terraform(dir, args, env);
  if (!good.includes(result.code)) {
    throw new LabError(`terraform ${args[0]} (exit ${result.code})`, ['terraform', ...args], result.stdout + result.stderr);
  }
  return result;
}

/** Once per folder; other providers of the program must be in the mirror too. */
export function init(dir: string, env: NodeJS.ProcessEnv = {}): void {
  if (!fs.existsSync(path.join(dir, '.terraform', 'providers'))) checked(dir, ['init', '-no-color'], env);
}

export function apply(dir: string, env: NodeJS.ProcessEnv = {}): string {
  init(dir, env);
  return checked(dir, ['apply', '-auto-approve', '-no-color'], env).stdout;
}

/** The same, where the scenario is about a failure: the result with its exit status. */
export function tryApply(dir: string, env: NodeJS.ProcessEnv = {}): RunResult {
  init(dir, env);
  return terraform(dir, ['apply', '-auto-approve', '-no-color'], env);
}

export function plan(dir: string, env: NodeJS.ProcessEnv = {}): PlanResult {
  init(dir, env);
  const result = checked(dir, ['plan', '-detailed-exitcode', '-no-color'], env, [0, 2]);
  return { changes: result.code === 2, text: result.stdout };
}

/** What a plan does to a resource. */
export interface PlannedChange {
  readonly address: string;
  readonly actions: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** Attributes for whose sake the resource is replaced. */
  readonly replacing: readonly string[];
}

export function plannedChanges(dir: string, env: NodeJS.ProcessEnv = {}): PlannedChange[] {
  const { resource_changes: changes } = planJson(dir, env) as {
    resource_changes: { address: string; change: Omit<PlannedChange, 'address' | 'replacing'> & { replace_paths?: string[][] } }[];
  };
  return changes.map(({ address, change: { replace_paths = [], ...change } }) => ({
    address,
    ...change,
    replacing: [...new Set(replace_paths.map(([attribute]) => attribute))],
  }));
}

/** What `terraform show -json` prints of a plan. */
export function planJson(dir: string, env: NodeJS.ProcessEnv = {}): unknown {
  init(dir, env);
  checked(dir, ['plan', '-no-color', '-out=planned'], env);
  return JSON.parse(checked(dir, ['show', '-json', 'planned'], env).stdout);
}

/** The same of the state. */
export function stateJson(dir: string, env: NodeJS.ProcessEnv = {}): unknown {
  return JSON.parse(checked(dir, ['show', '-json'], env).stdout);
}

export function destroy(dir: string, env: NodeJS.ProcessEnv = {}): string {
  init(dir, env);
  return checked(dir, ['destroy', '-auto-approve', '-no-color'], env).stdout;
}

export function output<T = unknown>(dir: string, env: NodeJS.ProcessEnv = {}): Readonly<Record<string, T>> {
  const all = JSON.parse(checked(dir, ['output', '-json'], env).stdout) as Record<string, { value: T }>;
  return Object.fromEntries(Object.entries(all).map(([name, entry]) => [name, entry.value]));
}
