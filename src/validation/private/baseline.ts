import type { Finding } from '../finding';

/** A finding that was there when the baseline was written. */
export interface BaselineEntry {
  readonly rule: string;
  readonly path: string;
  readonly detail: string;
}

const VERSION = 1;

export function inBaseline(baseline: readonly BaselineEntry[], { ruleId, path, detail }: Finding): boolean {
  return baseline.some((entry) => entry.rule === ruleId && entry.path === path && entry.detail === detail);
}

/** @throws an Error that says what is wrong with the text */
export function parseBaseline(text: string): BaselineEntry[] {
  const json: unknown = JSON.parse(text);
  const { version, findings } = (json ?? {}) as { version?: unknown; findings?: unknown };
  if (version !== VERSION) throw new Error(`its version is ${JSON.stringify(version)}, and this release reads version ${VERSION}`);
  if (!Array.isArray(findings) || !findings.every(isEntry)) {
    throw new Error("'findings' must be a list of entries with the texts 'rule', 'path' and 'detail'");
  }
  return findings;
}

/** Sorted, so that a change of the program is a small change of the file. */
export function serializeBaseline(entries: readonly BaselineEntry[]): string {
  const lines = new Set(entries.map(({ rule, path, detail }) => JSON.stringify({ rule, path, detail })));
  const findings = [...lines].sort().map((line) => JSON.parse(line) as BaselineEntry);
  return `${JSON.stringify({ version: VERSION, findings }, undefined, 2)}\n`;
}

function isEntry(value: unknown): value is BaselineEntry {
  const { rule, path, detail } = (value ?? {}) as Record<string, unknown>;
  return [rule, path, detail].every((part) => typeof part === 'string');
}
