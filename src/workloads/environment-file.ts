import { environmentLines } from './private/environment-lines';
import { readText } from './read-text';

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
    return environmentLines(file, readText(file, LARGEST, 'EnvironmentFileMissing'));
  }

  private constructor() {}
}
