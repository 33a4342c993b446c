import * as fs from 'node:fs';
import * as path from 'node:path';
import { type ErrorCode, UnscopedValidationError } from '../private/errors';
import { plainText } from '../private/text';

/**
 * The content of a text file beside the program, as it is: with its line ends and the mark of its byte order.
 * @param largest in bytes
 */
export function readText(file: string, largest: number, code: ErrorCode): string {
  const place = path.resolve(plainText(undefined, 'file', file));
  try {
    const { size } = fs.statSync(place);
    if (size > largest) throw new Error(`it has ${size} bytes, more than ${largest}`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(place));
  } catch (error) {
    throw new UnscopedValidationError(
      code,
      `cannot read '${file}', which is '${place}': ${(error as Error).message}; give the path of a text file in UTF-8, relative to the folder in which the program runs`,
    );
  }
}
