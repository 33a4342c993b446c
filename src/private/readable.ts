/**
 * Invisible characters, and characters that change how the text around them is shown: controls (except tab and newline), marks of direction,
 * characters without width, tags, and halves of pairs.
 */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu; // prettier-ignore

/** Longest quoted text, or text without a blank, that a message repeats. */
const WORD = 300;
/** Longest message. */
const MESSAGE = 8_000;

/** The text with invisible characters as escapes, such as `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** JSON with the same characters as JSON escapes: a comparison shows hidden characters, and a parser reads back the original text. */
export function visibleJson(json: string): string {
  const unit = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(UNSEEN, (character) => [...Array(character.length).keys()].map((i) => unit(character[i])).join(''));
}

/** A message for people: everything in it is visible, and it cuts quoted input and prints its length. */
export function readable(message: string): string {
  const seen = visible(message);
  const words = seen.length <= WORD ? seen : seen.replace(/'[^'\n]{301,}'|"[^"\n]{301,}"|[^\s'"]{301,}/g, cutWord);
  return words.length <= MESSAGE ? words : cut(words, MESSAGE);
}

function cutWord(word: string): string {
  const quote = /^['"]/.exec(word)?.[0] ?? '';
  const inner = quote === '' ? word : word.slice(1, -1);
  return `${quote}${cut(inner, WORD / 2)}${quote}`;
}

function cut(text: string, length: number): string {
  // Not in the middle of a pair.
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}… (${text.length} characters)`;
}
