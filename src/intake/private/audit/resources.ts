import { at, entriesAt, type Json, listAt, textAt } from '../host/json-text';

/** The Terraform JSON of one stack. */
export interface StackJson {
  readonly stack: string;
  readonly json: Json;
}

/** A resource of a stack, with the references of its stack. */
export interface Resource {
  readonly stack: StackJson;
  readonly type: string;
  readonly json: Json;
}

const REFERENCE = /^\$\{(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z_]+)\}$/;

/** Resources of a type that have a name of Docker. */
export function resourcesNamed(stacks: readonly StackJson[], type: string): Map<string, Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const stack of stacks) {
    for (const [, json] of entriesAt(stack.json, 'resource', type)) {
      const name = textAt(json, 'name');
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), { stack, type, json }]);
    }
  }
  return found;
}

/** A text as Terraform gives it to the provider: what a reference leads to; undefined if only an apply computes it. */
export function literal({ stack }: Resource, value: Json): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const [, data, type, id] = REFERENCE.exec(value) ?? [];
  if (type !== undefined) {
    const name = textAt(at(stack.json, data === undefined ? 'resource' : 'data'), type, id, 'name');
    return name === undefined || isExpression(name) ? undefined : unescaped(name);
  }
  return isExpression(value) ? undefined : unescaped(value);
}

const isExpression = (text: string) => /(^|[^$])\$\{|(^|[^%])%\{/.test(text);
const unescaped = (text: string) => text.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');

/** A block of Terraform's JSON is an object or a list of objects. */
export function blocksAt(json: Json, name: string): readonly Json[] {
  const value = at(json, name);
  return Array.isArray(value) ? listAt(json, name) : value === undefined ? [] : [value];
}
