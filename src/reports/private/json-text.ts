import { visibleJson } from '../../private/readable';

/** An entry that fits into a line is written in one, so that a comparison of two files shows an entry as a line. */
const WIDTH = 160;

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** JSON for programs and for people who compare it: keys in the order of the value, short entries in one line each. */
export function jsonText(value: object): string {
  return visibleJson(`${write(value as Json, '')}\n`);
}

function write(value: Json, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? (value as readonly Json[]).map((each) => write(each, inner))
    : Object.entries(value).flatMap(([name, each]) =>
        each === undefined ? [] : [`${JSON.stringify(name)}: ${write(each as Json, inner)}`],
      );
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  const length = parts.reduce((sum, part) => sum + part.length + 2, indent.length);
  // Only the outermost keys always have separate lines.
  if (indent !== '' && length <= WIDTH && !parts.some((part) => part.includes('\n'))) return `${open} ${parts.join(', ')} ${close}`;
  return `${open}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${indent}${close}`;
}
