/**
 * The types of several programs, checked in one process. The sources of the library are read once for all of them, and are checked with the tests, under
 * stricter settings; of another program its own files are checked against them.
 */
import * as path from 'node:path';
import * as ts from 'typescript';
import { ROOT } from './user-project';

const FORMAT: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (file) => file,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => '\n',
};
/** By what the compiler's reading depends on. */
const readFiles = new Map<string, ts.SourceFile | undefined>();

function hostOf(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, how, ...rest) => {
    const { languageVersion, impliedNodeFormat } = typeof how === 'object' ? how : { languageVersion: how, impliedNodeFormat: undefined };
    const key = `${file} ${languageVersion} ${impliedNodeFormat}`;
    if (!readFiles.has(key)) readFiles.set(key, getSourceFile.call(host, file, how, ...rest));
    return readFiles.get(key);
  };
  return host;
}

/**
 * What the compiler finds wrong, as it prints it; nothing where all is well.
 *
 * @param config path of the tsconfig.json
 * @param ownOnly whether only files of its folder are checked
 */
export function typeErrors(config: string, ownOnly: boolean): string {
  const folder = path.dirname(config);
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, folder);
  const program = ts.createProgram(fileNames, options, hostOf(options));
  const files = program.getSourceFiles().filter(({ fileName }) => !ownOnly || path.resolve(fileName).startsWith(`${folder}${path.sep}`));
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  if (fileNames.length === 0) throw new Error(`${config} names no files`);
  return ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(found), FORMAT);
}
