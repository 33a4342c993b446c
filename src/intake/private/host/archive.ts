import { HOST_TEXTS, type HostText, type HostTexts } from './host-texts';
import { InputError } from '../../input-error';

/** What an input does not tell. */
export interface Lack {
  readonly of: HostText;
  /** Why, or which part of it. */
  readonly why: string;
}

/** What was read of a host. */
export interface HostDump {
  readonly texts: HostTexts;
  readonly lacks: readonly Lack[];
}

/** What a tool of JSON prints where there is nothing. */
const EMPTY: Partial<Record<HostText, string>> = { nft: '{"nftables": []}\n', 'daemon-json': '{}\n' };

const ARCHIVE_FORMAT = 'bulkhead-collect';
const ARCHIVE_VERSION = 1;
const AGAIN = "run 'bulkhead collect' again, and keep all that it prints";

/** Whether a text means to be an archive. */
export const isArchive = (text: string) => text.startsWith(ARCHIVE_FORMAT);

/**
 * Reads what the program of `bulkhead collect` printed. Every line belongs to a mark, and every mark counts what it ends: what was cut, wrapped or edited is an
 * error with the number of its line.
 * @throws InputError
 */
export function readArchive(text: string): HostDump {
  const lines = linesOf(text);
  const [, version] = /^bulkhead-collect (\d+)$/.exec(lines[0]) ?? [];
  if (Number(version) !== ARCHIVE_VERSION) {
    throw new InputError(`the archive begins with '${lines[0].slice(0, 60)}', and this command reads '${ARCHIVE_FORMAT} ${ARCHIVE_VERSION}'; collect again with this version of Bulkhead`); // prettier-ignore
  }
  return new Reader(lines).read();
}

/** Lines without their ends, of any system; empty ones at the end do not count. */
export function linesOf(text: string): string[] {
  return text.replace(/\s+$/, '').split(/\r?\n/);
}

class Reader {
  private readonly texts: Partial<Record<HostText, string>> = {};
  private readonly lacks: Lack[] = [];
  private readonly seen = new Set<string>();

  constructor(private readonly lines: readonly string[]) {}

  public read(): HostDump {
    let at = 1;
    while (this.lines[at]?.startsWith('#')) at++;
    for (;;) {
      const line = this.lines[at];
      if (line === undefined) throw new InputError(`the archive is cut: it has no line '== end of N texts'; ${AGAIN}`);
      const end = /^== end of (\d+) texts$/.exec(line);
      if (end !== null) return this.ended(Number(end[1]), at);
      at = this.entry(line, at);
    }
  }

  /** Takes the text whose mark is line `at`; returns the line after it. */
  private entry(line: string, at: number): number {
    const [, name, state, what] = /^== ([a-z0-9-]+)( none| missing)?: (.*)$/.exec(line) ?? [];
    if (name === undefined) this.refuse(at, 'is not the mark of a text');
    if (this.seen.has(name)) this.refuse(at, `is the second text '${name}'`);
    this.seen.add(name);
    if (state === ' missing') this.lack(name, what);
    if (state === ' none') this.keep(name, EMPTY[name as HostText] ?? '');
    return state === undefined ? this.body(name, at + 1) : at + 1;
  }

  private body(name: string, from: number): number {
    let at = from;
    while (this.lines[at]?.startsWith('|')) at++;
    if (this.lines[at] === undefined) {
      throw new InputError(`the archive is cut in the text '${name}', which begins at line ${from}; ${AGAIN}`);
    }
    const [, ended, count] = /^== end ([a-z0-9-]+) (\d+)$/.exec(this.lines[at]) ?? [];
    if (ended !== name) this.refuse(at, `comes inside the text '${name}' and is neither a line of it nor its end`);
    if (Number(count) !== at - from) this.refuse(at, `ends '${name}' after ${count} lines, and there are ${at - from}`);
    this.keep(
      name,
      this.lines
        .slice(from, at)
        .map((line) => `${line.replace(/^\| ?/, '')}\n`)
        .join(''),
    );
    return at + 1;
  }

  private ended(count: number, at: number): HostDump {
    if (count !== this.seen.size) this.refuse(at, `ends ${count} texts, and there are ${this.seen.size}`);
    if (at + 1 < this.lines.length) this.refuse(at + 1, 'comes after the end');
    for (const name of HOST_TEXTS) {
      if (!this.seen.has(name)) this.lack(name, 'the program that collected does not know it');
    }
    return { texts: this.texts, lacks: this.lacks };
  }

  /** A newer program may tell more than this one reads. */
  private keep(name: string, text: string): void {
    if (isHostText(name)) this.texts[name] = text;
  }

  private lack(name: string, why: string): void {
    if (isHostText(name)) this.lacks.push({ of: name, why });
  }

  private refuse(at: number, why: string): never {
    throw new InputError(
      `line ${at + 1} of the archive ${why}: '${this.lines[at].slice(0, 60)}'; ${AGAIN}, and paste it without wrapped lines`,
    );
  }
}

const isHostText = (name: string): name is HostText => (HOST_TEXTS as readonly string[]).includes(name);
