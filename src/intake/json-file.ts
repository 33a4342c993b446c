import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { InputError } from './input-error';

const AGAIN = "run 'cdktf synth' again";

/**
 * The files of one name that a synth wrote.
 * @param input such a file, or a folder that has some below it, such as `cdktf.out`
 * @param none why a folder may have none
 * @throws InputError
 */
export function filesNamed(input: string, name: string, none: string): string[] {
  const stat = fs.statSync(input, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new InputError(`${input} does not exist; run 'cdktf synth' first, or name a ${name} or its folder with --input`);
  }
  if (stat.isFile()) return [input];
  const files = fs
    .readdirSync(input, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === name && !file.split(path.sep).includes('node_modules'))
    .map((file) => path.join(input, file))
    .sort();
  if (files.length === 0) throw new InputError(`no ${name} in ${input}; ${none}`);
  return files;
}

/** What a file of a synth says. @throws InputError */
export function parsedFile(file: string): unknown {
  return parsedText(file, fs.readFileSync(file, 'utf8'));
}

/** @param again the command that writes it again @throws InputError */
export function parsedText(file: string, text: string, again = AGAIN): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON, or is cut: ${(error as Error).message}; ${again}`);
  }
}

/** @param schema name of one that the package has @throws InputError for JSON that is not as the schema says */
export function checkShape(file: string, json: unknown, schema: string): void {
  const text = fs.readFileSync(path.join(__dirname, `../../schemas/${schema}.schema.json`), 'utf8');
  const { valid, errors } = new Validator(JSON.parse(text), '7').validate(json);
  if (!valid) {
    const { instanceLocation, error } = errors[errors.length - 1];
    throw new InputError(`${file} is not as its schema says, at ${instanceLocation}: ${error} ${AGAIN}`);
  }
}

/** @throws InputError for a version that this command does not read */
export function checkVersion(file: string, json: { readonly version?: unknown }, version: number): void {
  if (json.version === version) return;
  throw new InputError(`${file} has version ${JSON.stringify(json.version)}, and this command reads ${version}; ${AGAIN} with this version of Bulkhead`); // prettier-ignore
}
