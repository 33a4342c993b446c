// What one engine did on every page. Each engine's run checks its own; the pages are printed from all of them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { EVERY } from './page';
import type { EngineId } from '../lab/cache';

/** Parts by their titles, by the name of the page. */
export type Fragment = Readonly<Record<string, Readonly<Record<string, PartResult>>>>;

export interface PartResult {
  readonly rules: readonly string[];
  readonly hooks: readonly string[];
  /** By the text of the question. */
  readonly answers: Readonly<Record<string, Answer>>;
}

export interface Answer {
  /** Who answered; empty where nobody did. */
  readonly by: string;
  /** The way by the walk. */
  readonly way: readonly string[];
}

const FOLDER = path.resolve(__dirname, '../../golden/book');

export function fragmentFile(engine: EngineId): string {
  return path.join(FOLDER, `${engine}.json`);
}

export function fragmentText(fragment: Fragment): string {
  return `${JSON.stringify(fragment, undefined, 2)}\n`;
}

/** Those that were committed, or written by another engine's run. */
export function readFragments(): Map<EngineId, Fragment> {
  return new Map(
    EVERY.filter((engine) => fs.existsSync(fragmentFile(engine))).map((engine) => [
      engine,
      JSON.parse(fs.readFileSync(fragmentFile(engine), 'utf8')) as Fragment,
    ]),
  );
}

export interface Group<T> {
  readonly engines: readonly EngineId[];
  readonly value: T;
}

/** Engines of which the same is to be said are said together. */
export function groupsOf<T>(fragments: ReadonlyMap<EngineId, Fragment>, valueOf: (fragment: Fragment) => T | undefined): Group<T>[] {
  const groups = new Map<string, { engines: EngineId[]; value: T }>();
  for (const [engine, fragment] of fragments) {
    const value = valueOf(fragment);
    if (value === undefined) continue;
    const key = JSON.stringify(value);
    const group = groups.get(key) ?? { engines: [], value };
    group.engines.push(engine);
    groups.set(key, group);
  }
  return [...groups.values()];
}
