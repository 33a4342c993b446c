import * as fs from 'node:fs';
import * as path from 'node:path';
import { InputError } from './input-error';
import { checkShape, checkVersion, filesNamed, parsedFile } from './json-file';
import type { Finding } from '../validation/finding';

const NAME = 'validation.json';
const VERSION = 1;
const NONE = 'a synth writes one for each stack that a rule pack checks: Aspects.of(stack).add(new SecureDefaults())';

/** A finding, and the stack that it is in. */
export interface StackFinding extends Finding {
  readonly stack: string;
}

/** What the rule packs of a synth found. */
export interface Findings {
  readonly files: readonly string[];
  readonly stacks: readonly string[];
  readonly findings: readonly StackFinding[];
}

/**
 * The findings of all stacks of a synth, as the synth wrote them.
 * @param input a `validation.json`, or a folder that has some below it, such as `cdktf.out`
 * @throws InputError
 */
export function findingsAt(input: string): Findings {
  const files = filesNamed(input, NAME, NONE);
  const reports = files.map(read);
  return {
    files,
    stacks: reports.map(({ stack }) => stack),
    findings: reports.flatMap(({ stack, findings }) => findings.map((finding) => ({ ...finding, stack }))),
  };
}

function read(file: string): { readonly stack: string; readonly findings: readonly Finding[] } {
  const json = parsedFile(file) as { version?: unknown } | null;
  if (typeof json !== 'object' || json === null || !('findings' in json)) {
    throw new InputError(`${file} is not a report of rule packs: it has no 'findings'`);
  }
  checkVersion(file, json, VERSION);
  checkShape(file, json, `validation-${VERSION}`);
  return json as unknown as ReturnType<typeof read>;
}

/**
 * The same for code scanning: the runs of the files that the synth wrote beside them.
 * @throws InputError
 */
export function sarifOf({ files }: Findings): object {
  const sarifs = files.map((file) => {
    const beside = path.join(path.dirname(file), 'validation.sarif');
    if (!fs.existsSync(beside)) throw new InputError(`${beside} is missing; a synth writes it beside ${NAME}`);
    return parsedFile(beside) as { readonly runs?: unknown };
  });
  const [first] = sarifs;
  return { ...first, runs: sarifs.flatMap(({ runs }) => (Array.isArray(runs) ? (runs as unknown[]) : [])) };
}
