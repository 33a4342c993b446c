import { randomUUID } from 'node:crypto';
import { type IResolvable, Lazy, Token, Tokenization } from 'cdktf';

/**
 * Part of the marks of Bulkhead's tokens. cdktf numbers its own from 0, so a text could name one and become its value; no written text contains this
 * part.
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

/** Escapes Terraform's template marks, but not cdktf's own tokens. */
function escapeTerraform(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, '$$${').replace(/%\{/g, '%%{');
}

/** A token for an expression over an attribute of a resource: the text around it decides whether it needs braces. */
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

/** A token for a plain value that cannot contain template marks: an address, a block, a name of Bulkhead. */
export function lateValue(produce: () => string): string {
  return Lazy.stringValue({ produce }, OURS);
}

/** The same if only Terraform may know the value: then it is an expression. */
export function lateValueOrRead(produce: () => string | undefined, expression: () => string): string {
  return Lazy.stringValue(
    {
      produce: (context: any) => produce() ?? (context?.suppressBraces ? expression() : `\${${expression()}}`),
    },
    OURS,
  );
}

/**
 * Parts of a text that Terraform or cdktf would not treat as text: marks of templates, cdktf's marks for values that are known later, complete or
 * begun, and numbers that may represent such values.
 */
const MARKS = /[$%]*[$%]\{(?:TfToken\[[A-Za-z0-9:._-]+\]\})?|[#&]\{(?=TfToken\[)|-[0-9][0-9.]*[eE]\+?[0-9]+/g;

/** Words of cdktf that represent maps; a single one of them would stop the synth. */
const MAP_WORDS: readonly string[] = [Token.STRING_MAP_TOKEN_VALUE, Token.ANY_MAP_TOKEN_VALUE];

/**
 * A user's text in the form in which Terraform reads exactly that text. Only references that this program has created so far stay references: a text
 * that looks like one must not become the value of a later one. A text that names a reference which cdktf has created before is that reference, since
 * both are the same text; no text can name the references of this library.
 */
export function literalText(text: string): string {
  return MAP_WORDS.includes(text) ? signAs('') + text : text.replace(MARKS, literalMark);
}

/** The same of several words; a single one can be a reference to a list. */
export function literalWords(words: readonly string[]): string[] {
  return words.length === 1 && isKnown(() => Tokenization.reverseList([...words])) ? [...words] : words.map(literalText);
}

/** Whether a text contains a number that represents a reference of this program. */
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
