import { substitute, type Variables } from './interpolate';
import { InputError } from '../../input-error';

const KEY = /^(?:export[ \t]+)?([\p{L}\p{N}_.\-[\]]+)[ \t]*(?:([=:])[ \t]*|\r?(?:\n|$))/u;

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '"': '"', '\\': '\\' };

/**
 * The variables of a `.env` file as Compose reads it: quotes go, and `$` is followed except in single quotes.
 * @param known what counts more than the file and what its values may name
 * @throws InputError
 */
export function dotenvOf(file: string, text: string, known: Variables): Map<string, string> {
  const found = new Map<string, string>();
  const variables: Variables = { value: (name) => known.value(name) ?? found.get(name), unset: (name) => known.unset(name) };
  let rest = text.replace(/^\ufeff/, '');
  const line = () => text.slice(0, text.length - rest.length).split('\n').length;
  for (;;) {
    rest = rest.replace(/^(?:\s+|#[^\n]*)+/, '');
    if (rest === '') return found;
    const match = KEY.exec(rest);
    if (match === null) throw new InputError(`line ${line()} of ${file} is not NAME=VALUE; correct it`);
    rest = rest.slice(match[0].length);
    const [, name, sign] = match;
    if (sign === undefined) {
      const value = known.value(name);
      if (value !== undefined) found.set(name, value);
      continue;
    }
    const quoted = /^'((?:[^'\\]|\\[^])*)'|^"((?:[^"\\]|\\[^])*)"/.exec(rest);
    if (quoted === null && /^['"]/.test(rest)) throw new InputError(`line ${line()} of ${file} has a quote that is not closed; close it`);
    if (quoted !== null) {
      const [whole, single, double] = quoted;
      found.set(name, single === undefined ? substitute(unescaped(double), variables, file) : single.replace(/\\'/g, "'"));
      rest = rest.slice(whole.length);
    } else {
      const [whole] = /^[^\n]*/.exec(rest)!;
      found.set(name, substitute(whole.split(' #')[0].trimEnd(), variables, file));
      rest = rest.slice(whole.length);
    }
  }
}

/** An escaped dollar sign stays one. */
function unescaped(text: string): string {
  return text.replace(/\\(0[0-7]{1,3}|[^])/g, (whole, one: string) => {
    if (one === '$') return '$$';
    if (one.length > 1) return String.fromCharCode(parseInt(one, 8));
    return ESCAPES[one] ?? whole;
  });
}
