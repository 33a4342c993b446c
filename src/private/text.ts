import { instead } from './amounts';
import { type ErrorCode, fail, type Place } from './errors';

/** cdktf's marks for values that Terraform knows only later (text, lists, maps); kept here so that pure files need not import cdktf. */
const STRING_TOKEN = /[$#&]\{TfToken\[/;
const TEMPLATE_MARK = /\$\{|%\{/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\p{Cs}]/u;

type Where = Place | string | undefined;

/** A value of any type for a message. JSON has no text for a construct, which leads back to itself, nor for a number of any size. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `an object of class ${value.constructor?.name ?? 'unknown'}`;
  }
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? 'a list' : String(value);
  }
}

export function isTokenText(text: string): boolean {
  return STRING_TOKEN.test(text);
}

/** Number tokens of cdktf are huge negative doubles; test for them before any range. */
export function isTokenNumber(value: number): boolean {
  return value < -1e100;
}

/**
 * Text that ends up in a rule, a unit, a name or a file: known now, without control characters or ones that turn the direction of text, without marks
 * that Terraform evaluates.
 * @returns the text
 */
export function plainText(where: Where, what: string, text: unknown): string {
  if (typeof text !== 'string') {
    fail('NotText', where, `'${what}' must be a string, got ${shown(text)}`);
  }
  if (isTokenText(text)) {
    fail('UnresolvedValue', where, `'${what}' must be known at synth, got a Terraform reference; pass the literal value`);
  }
  if (CONTROL.test(text)) {
    fail('ControlCharacter', where, `'${what}' contains a control character: ${JSON.stringify(text)}; remove it`);
  }
  if (TEMPLATE_MARK.test(text)) {
    fail(
      'TemplateMark',
      where,
      `'${what}' contains '\${' or '%{', which Terraform would evaluate: ${JSON.stringify(text)}; write the value itself`,
    );
  }
  return text;
}

/**
 * Free text of a user that is only passed on to the container: may contain anything except control characters other than tab and newline, and halves
 * of pairs.
 */
export function passedText(where: Where, what: string, text: unknown): string {
  if (typeof text !== 'string') {
    fail('NotText', where, `'${what}' must be a string, got ${shown(text)}`);
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f\p{Cs}]/u.test(text)) {
    fail('ControlCharacter', where, `'${what}' contains a control character: ${JSON.stringify(text)}; remove it`);
  }
  return text;
}

/** The kernel starts no program with a longer word or variable, including its end. @see https://man7.org/linux/man-pages/man2/execve.2.html */
const LONGEST_WORD = 131_072;

/** Text that the kernel passes to a program: an argument of its command, or a variable with its name. */
export function startText(where: Where, what: string, text: unknown, name = ''): string {
  const passed = passedText(where, what, text);
  const bytes = Buffer.byteLength(name + passed);
  if (bytes >= LONGEST_WORD) {
    fail('NotExecutable', where, `'${what}' has ${bytes} bytes${name === '' ? '' : ' with its name'}, and the kernel starts no program with a word or variable of ${LONGEST_WORD} or more; put the text into a file that the container mounts`); // prettier-ignore
  }
  return passed;
}

export function matching(where: Where, what: string, text: unknown, pattern: RegExp, code: ErrorCode, wanted: string): string {
  const plain = plainText(where, what, text);
  if (!pattern.test(plain)) {
    fail(code, where, `'${what}' must be ${wanted}, got '${plain}'`);
  }
  return plain;
}

/** A whole number in a range; a Terraform reference has a separate message. */
export function wholeNumber(where: Where, what: string, value: unknown, least: number, most: number, code: ErrorCode): number {
  if (typeof value === 'string' && isTokenText(value)) {
    fail('UnresolvedValue', where, `'${what}' must be known at synth, got a Terraform reference; pass the literal value`);
  }
  if (typeof value === 'number' && isTokenNumber(value)) {
    fail('UnresolvedValue', where, `'${what}' must be known at synth, got a Terraform reference; pass the literal value`);
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    const told = instead(what, value, least, most);
    fail(code, where, `'${what}' must be a whole number from ${least} to ${most}, got ${shown(value)}${told}`);
  }
  return value;
}

/** A reason for an exception from a secure default: long enough to be meaningful. */
export function reasonText(where: Where, what: string, text: unknown): string {
  const plain = plainText(where, what, text).trim();
  if (plain.length < 10) {
    fail('ReasonTooShort', where, `'${what}' must say why in at least 10 characters, got '${plain}'`);
  }
  return plain;
}
