import type { HostText, HostTexts } from './host-texts';
import { InputError } from '../../input-error';

/* JSON of tools. Fields that are not there, or of another type, are undefined. */

export type Json = unknown;

export function at(value: Json, ...path: readonly string[]): Json {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, Json>>)[key];
  }
  return found;
}

/** An empty text counts as none: Docker writes that where it has nothing. */
export function textAt(value: Json, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function numberAt(value: Json, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function listAt(value: Json, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function entriesAt(value: Json, ...path: readonly string[]): readonly (readonly [string, Json])[] {
  const found = at(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : [];
}

/** A list of JSON; undefined where the text is missing. @throws InputError for one that is empty, cut, or no list */
export function readList(texts: HostTexts, name: HostText): readonly Json[] | undefined {
  const value = readJson(texts, name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new InputError(`the text '${name}' is not a JSON list; take it again with the command for it`);
  return value;
}

/** @throws InputError for a text that is empty or cut */
export function readJson(texts: HostTexts, name: HostText): Json {
  const text = texts[name];
  if (text === undefined) return undefined;
  if (text.trim() === '') throw new InputError(`the text '${name}' is empty; take it again, as root, with the command for it`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`the text '${name}' is not JSON, or is cut: ${(error as Error).message}; take it again with the command for it`);
  }
}
