import { isTreeMap, type Tree } from './yaml-tree';
import { InputError } from '../../input-error';

/** Values of variables; `unset` gets each name that has none. */
export interface Variables {
  value(name: string): string | undefined;
  unset(name: string): void;
}

/** Every text of a tree with its variables replaced, as Compose does; keys stay as they are. @throws InputError */
export function interpolated(tree: Tree, variables: Variables, where: string): Tree {
  if (typeof tree === 'string') return substitute(tree, variables, where);
  if (Array.isArray(tree)) return tree.map((each) => interpolated(each, variables, where));
  if (!isTreeMap(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, interpolated(value, variables, `${where}.${key}`)]));
}

/** A default may have variables with defaults. */
const DEEPEST = 50;

interface Within {
  readonly where: string;
  readonly text: string;
  readonly depth: number;
}

const NAME = /^[_a-z][_a-z0-9]*/i;

/** @param where place of the text, for messages @throws InputError for a form that Compose refuses, and for a variable that has to be set */
export function substitute(text: string, variables: Variables, where: string, depth = 0): string {
  if (depth > DEEPEST) throw new InputError(`${where} has variables in ${DEEPEST} defaults inside of each other; write the value itself`);
  let result = '';
  let rest = text;
  for (;;) {
    const at = rest.indexOf('$');
    if (at < 0) return result + rest;
    result += rest.slice(0, at);
    rest = rest.slice(at + 1);
    const [name] = NAME.exec(rest) ?? [];
    if (rest.startsWith('$')) {
      result += '$';
      rest = rest.slice(1);
    } else if (name !== undefined) {
      result += valueOf(name, variables);
      rest = rest.slice(name.length);
    } else if (rest.startsWith('{')) {
      const end = closingBrace(rest);
      const inside = end < 0 ? '' : rest.slice(1, end);
      result += expanded(inside, variables, { where, text, depth: depth + 1 });
      rest = rest.slice(end + 1);
    } else {
      result += '$';
    }
  }
}

function valueOf(name: string, variables: Variables): string {
  const value = variables.value(name);
  if (value === undefined) variables.unset(name);
  return value ?? '';
}

/** What is between braces. */
function expanded(inside: string, variables: Variables, { where, text, depth }: Within): string {
  const [name = ''] = NAME.exec(inside) ?? [];
  const [, operator = '', argument = ''] = /^(:?[-?+])([^\n]*)$/.exec(inside.slice(name.length)) ?? [];
  if (name === '' || (operator === '' && inside !== name)) {
    throw new InputError(
      `${where} has '${text}', which is not a form of a variable; write \${NAME}, \${NAME:-default}, or $$ for a dollar sign`,
    );
  }
  const value = variables.value(name);
  const isThere = value !== undefined && (value !== '' || !operator.startsWith(':'));
  switch (operator.replace(':', '')) {
    case '-':
      return isThere ? value : substitute(argument, variables, where, depth);
    case '+':
      return isThere ? substitute(argument, variables, where, depth) : (value ?? '');
    case '?':
      if (isThere) return value;
      throw new InputError(
        `${where} needs the variable ${name}${argument === '' ? '' : ` (${substitute(argument, variables, where, depth)})`}; set it in the environment or in .env`,
      );
    default:
      return valueOf(name, variables);
  }
}

/** The brace that closes the first one. */
function closingBrace(text: string): number {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') open++;
    if (text[i] === '}' && --open === 0) return i;
  }
  return -1;
}
