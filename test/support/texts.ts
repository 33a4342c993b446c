import * as fs from 'fs';
import * as path from 'path';
import * as ts from 'typescript';
import { uncommented } from '../../src/host/private/assemble';

const PROJECT = path.resolve(__dirname, '../..');

const AT_ROOT = ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];

/** A text that a person reads, with the place that it is from. */
export interface ReadText {
  readonly place: string;
  readonly text: string;
}

/** Texts of the library: what its strings say, what its public comments say, and what its host programs keep when they are installed. */
export function libraryTexts(): ReadText[] {
  const sources = filesBelow('src', /\.ts$/).filter((file) => !file.endsWith('.generated.ts'));
  const programs = filesBelow('src/host', /\.(sh|awk)$/);
  return [...sources.flatMap((file) => textsOfSource(file, read(file))), ...programs.flatMap((file) => textsOfProgram(file, read(file)))];
}

/** Comments of the library, public or not, in its sources and in its host programs. */
export function commentTexts(): ReadText[] {
  const files = [...filesBelow('src', /\.ts$/), ...filesBelow('src/host', /\.(sh|awk)$/)];
  return files.filter((file) => !file.endsWith('.generated.ts')).flatMap((file) => commentsOf(file, read(file)));
}

/** Each comment in one line; the lines of `//` and `#` that follow each other are one comment. */
export function commentsOf(file: string, text: string): ReadText[] {
  return file.endsWith('.ts') ? commentsOfSource(file, text) : commentsOfProgram(file, text);
}

/** What the scripts print. */
export function scriptTexts(): ReadText[] {
  return filesBelow('scripts', /\.ts$/).flatMap((file) => textsOfSource(file, read(file)));
}

/** All pages of docs, the page of the API, and the pages at the root and of the examples. */
export function pageTexts(): ReadText[] {
  const below = (folder: string) =>
    fs.readdirSync(path.join(PROJECT, folder)).flatMap((name) => (name.endsWith('.md') ? [path.posix.join(folder, name)] : []));
  const ofExamples = filesBelow('examples', /\/README\.md$/);
  return [
    'API.md',
    ...below('docs'),
    ...below('docs/guides'),
    ...below('docs/decisions'),
    ...below('docs/book'),
    ...AT_ROOT,
    ...ofExamples,
  ].flatMap((page) => linesOf(page, read(page)));
}

/** A program of the host as it is installed: without the comments that are for its authors. */
export function textsOfProgram(file: string, text: string): ReadText[] {
  return linesOf(file, uncommented(text));
}

/** String and template literals with more than one word, and the doc comments of what is exported outside of private folders. */
export function textsOfSource(file: string, text: string): ReadText[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: ReadText[] = [];
  const add = (node: ts.Node, words: string) => {
    const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
    if (/\w\W? \W?\w/.test(words)) found.push({ place, text: words });
  };
  const visit = (node: ts.Node, isOfPublic: boolean): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) add(node, node.text);
    if (ts.isTemplateExpression(node)) {
      add(node, [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => part.text).join('X'));
    }
    const isPublic = isOfPublic && !hasModifier(node, ts.SyntaxKind.PrivateKeyword) && !ts.isBlock(node);
    if (isPublic) docsOf(node).forEach((doc) => add(doc, wordsOf(doc.getText(source))));
    ts.forEachChild(node, (child) => visit(child, isPublic));
  };
  const isPublicFile = !file.includes('/private/');
  ts.forEachChild(source, (node) => visit(node, isPublicFile && hasModifier(node, ts.SyntaxKind.ExportKeyword)));
  return found;
}

function commentsOfSource(file: string, text: string): ReadText[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    const found = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    found.forEach(({ pos, end }) => ranges.set(pos, end));
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  const lines = [...ranges].sort(([a], [b]) => a - b);
  return together(
    lines.map(([pos, end]) => ({ line: source.getLineAndCharacterOfPosition(pos).line, words: text.slice(pos, end) })),
    file,
  );
}

function commentsOfProgram(file: string, text: string): ReadText[] {
  const lines = text.split('\n').flatMap((words, line) => (/^\s*#(?!!)/.test(words) ? [{ line, words: words.trim() }] : []));
  return together(lines, file);
}

function together(lines: readonly { readonly line: number; readonly words: string }[], file: string): ReadText[] {
  const found: { first: number; last: number; text: string }[] = [];
  for (const { line, words } of lines) {
    const before = found[found.length - 1];
    const isOneLine = !words.startsWith('/*');
    const plain = isOneLine ? words.replace(/^(\/\/|#)\s*/, '') : wordsOf(words);
    if (isOneLine && before?.last === line - 1) {
      before.text += ` ${plain}`;
      before.last = line;
    } else {
      found.push({ first: line, last: isOneLine ? line : NaN, text: plain });
    }
  }
  return found.map(({ first, text }) => ({ place: `${file}:${first + 1}`, text }));
}

/** A comment in one line, without its marks. */
function wordsOf(comment: string): string {
  return comment
    .replace(/^\/\*\*?|\*\/$/g, '')
    .replace(/\s*\n\s*(\*(?!\/))?\s*/g, ' ')
    .trim();
}

function docsOf(node: ts.Node): ts.JSDoc[] {
  const docs = (node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? [];
  return docs.filter((doc) => !doc.getText().includes('@internal'));
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);
}

function linesOf(file: string, text: string): ReadText[] {
  return text.split('\n').map((line, index) => ({ place: `${file}:${index + 1}`, text: line }));
}

function filesBelow(folder: string, name: RegExp): string[] {
  const all = fs.readdirSync(path.join(PROJECT, folder), { recursive: true }) as string[];
  return all
    .filter((file) => name.test(file))
    .map((file) => `${folder}/${file}`)
    .sort();
}

function read(file: string): string {
  return fs.readFileSync(path.join(PROJECT, file), 'utf8');
}
