import { composeModel } from '../../../src/intake/private/compose/load';
import { type ComposeProject, composeProject } from '../../../src/intake/private/compose/project';

/** The project of files in a folder `shop`; the first is the main one, and those of `over` lie on top. */
export function projectOf(
  files: Readonly<Record<string, string>>,
  over: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): ComposeProject {
  const [main] = Object.keys(files);
  const read = (file: string) => files[file.replace(/^shop\//, '')];
  return composeProject(composeModel({ files: [main, ...over].map((file) => `shop/${file}`), read, environment }));
}
