import { randomUUID } from 'node:crypto';
import { type IResolvable, Lazy, Token, Tokenization } from 'cdktf';

/**
 * Part of the marks of our own tokens. cdktf numbers its own from 0, so that a text of others could name one and become its value; nothing that is
 * written has it in it.
 */
const OURS = { displayHint: `bulkhead-${randomUUID()}` };

/**
 * A token for text that is known at synth only.
 *
 * Terraform evaluates `${` and `%{` in strings, so they are escaped; and inside a Terraform function the text must be a quoted literal, which
 * cdktf signals by asking for suppressed braces. Files on disk get the raw text, never this token.
 */
export function lateText(produce: () => string): string {
  return Lazy.stringValue(
    {
      produce: (context: any) => {
        const text = escapeTerraform(produce());
        return context?.suppressBraces ? JSON.stringify(text) : text;
      },
    },
    OURS,
  );
}

/** Escapes Terraform's template marks, but leaves cdktf's own tokens alone. */
function escapeTerraform(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, '$$${').replace(/%\{/g, '%%{');
}

/** A token for an expression over an attribute of a resource: what it is written into decides whether it needs braces of its own. */
export function lateExpression(attribute: IResolvable, write: (attribute: string) => string): string {
  return Lazy.stringValue(
    {
      produce: (context: any) => {
        const isInside = context.suppressBraces;
        context.suppressBraces = true;
        const text = write(String(context.resolve(attribute)));
        context.suppressBraces = isInside;
        return isInside ? text : `\${${text}}`;
      },
    },
    OURS,
  );
}

/** A token for a plain value that cannot hold template marks: an address, a block, a name of ours. */
export function lateValue(produce: () => string): string {
  return Lazy.stringValue({ produce }, OURS);
}

/** The same where Terraform alone may know the value: then an expression of it stands there. */
export function lateValueOrRead(produce: () => string | undefined, expression: () => string): string {
  return Lazy.stringValue(
    {
      produce: (context: any) => produce() ?? (context?.suppressBraces ? expression() : `\${${expression()}}`),
    },
    OURS,
  );
}

/**
 * What in a text Terraform or cdktf would take for more than text: marks of templates, cdktf's marks for values that are known later, whole or begun,
 * and numbers that may stand for such values.
 */
const MARKS = /[$%]*[$%]\{(?:TfToken\[[A-Za-z0-9:._-]+\]\})?|[#&]\{(?=TfToken\[)|-[0-9][0-9.]*[eE]\+?[0-9]+/g;

/** Words of cdktf that stand for maps; by themselves they would stop the synth. */
const MAP_WORDS: readonly string[] = [Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE];

/**
 * A user's text as Terraform must have it to mean just that text. Only references that this program has made by now stay references: a text that looks
 * like one must not become the value of another that is made later. A text of others that names a reference which cdktf has made before is that
 * reference, since both are the same text; those of this library cannot be named.
 */
export function literalText(text: string): string {
  return MAP_WORDS.includes(text) ? signAs('') + text : text.replace(MARKS, literalMark);
}

/** The same of several words; a single one can be a reference to a list. */
export function literalWords(words: readonly string[]): string[] {
  return words.length === 1 && isKnown(() => Tokenization.reverseList([...words])) ? [...words] : words.map(literalText);
}

/** Whether a text has a number in it that stands for a reference of this program. */
export function holdsNumberReference(text: string): boolean {
  return [...text.matchAll(/-[0-9][0-9.]*[eE]\+?[0-9]+/g)].some(([mark]) => isNumberReference(Number(mark)));
}

function literalMark(mark: string): string {
  if (mark.startsWith('-')) {
    const value = Number(mark);
    return value > -1e100 || isNumberReference(value) ? mark : mark.slice(0, 2) + signAs('') + mark.slice(2);
  }
  if (mark.startsWith('#') || mark.startsWith('&')) return mark[0] + signAs('{');
  const at = mark.indexOf('{') - 1;
  // Doubled marks are Terraform's own escapes: signs before one are written apart.
  const before = [...mark.slice(0, at)].map(signAs).join('');
  const own = mark.slice(at);
  if (own.length === 2) return before + own[0] + own;
  return before + (isKnown(() => Tokenization.reverseString(own)) ? own : `${signAs('$')}${own.slice(1)}`);
}

function isNumberReference(value: number): boolean {
  return value <= -1e100 && isKnown(() => Tokenization.reverseNumber(value));
}

/** A sign, or none, that Terraform puts there itself. */
function signAs(sign: string): string {
  return `\${"${sign}"}`;
}

/** cdktf throws where it knows of no such reference. */
function isKnown(look: () => unknown): boolean {
  try {
    return look() !== undefined;
  } catch {
    return false;
  }
}
