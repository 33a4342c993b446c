import { PARAMETERS } from './constants';
import { FILES } from './programs.generated';

/** Texts of one host, by the names under which its programs include them. They are inserted unchanged. */
export type Parts = Readonly<Record<string, string>>;

/** The comment at the head of a file is for its authors. */
const HEAD = /^(#.*\n)+\n/;

/**
 * Assembles one program from the files under src/host. A line `. FILE` is replaced by the file; `-f FILE` of awk by the awk program, in quotes;
 * `@NAME@` by the constant of that name. `parts` contains what differs between hosts.
 */
export function assemble(file: string, parts: Parts = {}): string {
  return fileOf(file).replace(/^.*\n/gm, (line) => {
    const part = /^\. (\S+)\n$/.exec(line)?.[1];
    if (part === undefined) return withAwk(line).replace(/@([a-z][A-Za-z]*)@/g, (_, name: string) => parameterOf(name));
    return Object.hasOwn(parts, part) ? parts[part] : assemble(part, parts).replace(HEAD, '');
  });
}

function withAwk(line: string): string {
  return line.replace(/^( *)(.*)-f (\S+\.awk)/, (_, blanks: string, before: string, file: string) => {
    const body = fileOf(file).replace(HEAD, '').replace(/\n$/, '');
    if (body.includes("'")) throw new Error(`${file}: a quote would end the program in the shell`);
    return `${blanks}${before}'\n${body.replace(/^(?=.)/gm, `${blanks}  `)}'`;
  });
}

function fileOf(name: string): string {
  if (!Object.hasOwn(FILES, name)) throw new Error(`there is no ${name} among the programs of the host`);
  return FILES[name];
}

function parameterOf(name: string): string {
  if (!Object.hasOwn(PARAMETERS, name)) throw new Error(`the programs of the host know no @${name}@`);
  return PARAMETERS[name];
}

/** The installed text: user data has room for 16 KiB, so comments (except for the head) and empty lines stay here, and indents are half as wide. */
export function uncommented(text: string): string {
  return text
    .replace(/^ *# (?!Bulkhead:|Installed by).*\n/gm, '')
    .replace(/\n{2,}/g, '\n')
    .replace(/^( +)\1/gm, '$1');
}
