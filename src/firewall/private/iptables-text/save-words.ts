/** One word of a line, as `iptables-save` quotes it. */
export interface Word {
  /** Without its quotes and escapes. */
  readonly text: string;
  /** As the text has it. */
  readonly raw: string;
}

/**
 * The words of a line, or undefined for a line whose quotes do not end: the tools print a newline inside a comment as it is.
 *
 * A loop over characters: lines come from outside, and a regular expression with nested repetition needs a stack as deep as the line is long.
 */
export function wordsOf(line: string): Word[] | undefined {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    if (isSpace(line[at])) {
      at++;
      continue;
    }
    const start = at;
    let text = '';
    let quoted = false;
    for (; at < line.length && (quoted || !isSpace(line[at])); at++) {
      if (line[at] === '"') {
        quoted = !quoted;
      } else if (quoted && line[at] === '\\' && at + 1 < line.length) {
        text += line[++at];
      } else {
        text += line[at];
      }
    }
    if (quoted) {
      return undefined;
    }
    words.push({ text, raw: line.slice(start, at) });
  }
  return words;
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r';
}

export function rawText(words: readonly Word[]): string {
  return words.map(({ raw }) => raw).join(' ');
}

/** `[!] --name value …` */
export interface Option {
  readonly name: string;
  readonly negate: boolean;
  readonly values: readonly string[];
}

/**
 * Options of a match or a target, each with as many values as `arities` says. Undefined as soon as there is a word more or less, or an option twice:
 * an option that is not known may change what the others mean.
 */
export function optionsOf(words: readonly Word[], arities: Readonly<Record<string, number>>): readonly Option[] | undefined {
  const options: Option[] = [];
  for (let i = 0; i < words.length;) {
    const negate = words[i].raw === '!';
    const name = words[negate ? i + 1 : i]?.raw ?? '';
    const start = i + (negate ? 2 : 1);
    if (!Object.hasOwn(arities, name) || start + arities[name] > words.length || options.some((option) => option.name === name)) {
      return undefined;
    }
    options.push({ name, negate, values: words.slice(start, start + arities[name]).map(({ text }) => text) });
    i = start + arities[name];
  }
  return options;
}
