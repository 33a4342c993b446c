/** Reading of Terraform's JSON syntax, as cdktf resolves it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const NONE: readonly JsonObject[] = [];

/** A nested block is an object, a list of them, or nothing; the three mean the same to Terraform. */
export function objectsOf(value: Json | undefined): readonly JsonObject[] {
  if (Array.isArray(value)) return value.every(isObject) ? value : (value as readonly Json[]).filter(isObject);
  return isObject(value) ? [value] : NONE;
}

export function firstObject(value: Json | undefined): JsonObject | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).find(isObject);
  return isObject(value) ? value : undefined;
}

/** A sign that is written as an expression, so that the text after it stays text. */
const SIGN = /(?<!\$)\$\{"([$%{-]?)"\}/g;
const SIGN_HERE = /^\$\{"([$%{-]?)"\}/;

/** Whether Terraform evaluates something in the text; `$${` and `%%{` are plain marks. */
export function holdsExpression(text: string): boolean {
  // Most texts have no brace at all.
  return text.includes('{') && /(?<!\$)(?:\$\$)*\$\{|(?<!%)(?:%%)*%\{/.test(text.replace(SIGN, ''));
}

/** The text that Terraform makes of one without expressions. */
export function unescaped(text: string): string {
  return text.includes('{')
    ? text
        .replace(SIGN, '$1')
        .replace(/\$\$\{/g, '${')
        .replace(/%%\{/g, '%{')
    : text;
}

/** The target of an expression that is only one reference: `docker_image.web` of `${docker_image.web.image_id}`. */
export function referenceOf(text: string): { readonly address: string; readonly attribute: string } | undefined {
  const match = /^\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)(?:\[[^\]]*\])?\.([a-z0-9_.]+)\}$/.exec(text);
  return match ? { address: match[1], attribute: match[2] } : undefined;
}

/** The mark in `masked` texts for what Terraform inserts. */
export const UNKNOWN = '\u0000';

/** A text with a mark in place of each expression, and everything else as Terraform writes it. */
export function masked(text: string): string {
  if (!text.includes('{')) return text;
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const [three, two] = [text.slice(at, at + 3), text.slice(at, at + 2)];
    const sign = two === '${' ? SIGN_HERE.exec(text.slice(at, at + 6)) : null;
    if (sign) {
      plain += sign[1];
      at += sign[0].length - 1;
    } else if (three === '$${' || three === '%%{') {
      plain += three.slice(1);
      at += 2;
    } else if (two === '${' || two === '%{') {
      plain += UNKNOWN;
      at = endOfExpression(text, at + 1);
    } else {
      plain += text[at];
    }
  }
  return plain;
}

/** The closing brace for the one that opens at a place. */
function endOfExpression(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0;
    if (depth === 0) return at;
  }
  return text.length;
}
