import * as fs from 'node:fs';
import * as path from 'node:path';
import { environmentLines } from './private/environment-lines';
import { UnscopedValidationError } from '../private/errors';
import { plainText } from '../private/text';

/** The largest file that is read: a megabyte. */
const LARGEST = 1_048_576;

/** Environment variables in a file beside the program. */
export class EnvironmentFile {
  /**
   * Reads the variables of a file when the program runs, for `environment`:
   *
   *     environment: { ...EnvironmentFile.read('app.env'), LOG_LEVEL: 'debug' }
   *
   * The format is that of `docker run --env-file`: one `NAME=VALUE` in a line. Lines that begin with `#` are comments. Quotes and blanks are part of the
   * value, and `$` has no meaning. A line with a name only is refused.
   *
   * The variables become part of the program: `environment` refuses what looks like a secret, as if you had written it there. Errors:
   * `EnvironmentFileMissing`, `EnvironmentFileLine`.
   *
   * @param file path of the file, relative to the working directory of the program
   * @see https://docs.docker.com/reference/cli/docker/container/run/#env
   */
  public static read(file: string): { [name: string]: string } {
    const name = plainText(undefined, 'file', file);
    return environmentLines(name, contentOf(name, path.resolve(name)));
  }

  private constructor() {}
}

function contentOf(file: string, place: string): string {
  try {
    const { size } = fs.statSync(place);
    if (size > LARGEST) throw new Error(`it has ${size} bytes, more than ${LARGEST}`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(place));
  } catch (error) {
    throw new UnscopedValidationError(
      'EnvironmentFileMissing',
      `cannot read '${file}', which is '${place}': ${(error as Error).message}; give the path of a text file in UTF-8, relative to the folder in which the program runs`,
    );
  }
}
