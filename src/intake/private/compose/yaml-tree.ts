import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import { InputError } from '../../input-error';

/** What a YAML text says: maps, lists, texts, numbers, truth values and null. */
export type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };
export type TreeMap = { [key: string]: Tree };

/** Keys from the top of a document down. */
export type TreePath = readonly string[];

/** One document of a file. */
export interface YamlDocument {
  readonly value: Tree;
  /** Where `!reset` or `!override` stands: what earlier files have there goes. */
  readonly replaced: readonly TreePath[];
  /** Line and column of a key, by its path. */
  readonly places: ReadonlyMap<string, string>;
}

/** Aliases of aliases can stand for more than any machine holds. */
const MOST_NODES = 100_000;
/** Brackets inside of each other. */
const DEEPEST = 300;

/** @throws InputError for a text that is not YAML, or says more than a Compose file can */
export function yamlDocuments(file: string, text: string): YamlDocument[] {
  refuseDeep(file, text);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new InputError(`${file} is not YAML: ${error.message.split('\n')[0]}; correct it, or let 'docker compose config' name the place`); // prettier-ignore
    const reader = new Reader(file, lines, (node) => node.resolve(document));
    const value = document.contents === null ? null : reader.treeOf(document.contents, []);
    return { value, replaced: reader.replaced, places: reader.places };
  });
}

/** The parser calls itself for each level, and a process whose stack is full may end without a message. */
function refuseDeep(file: string, text: string): void {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
  }
  if (deepest > DEEPEST || /^[ ]*(?:[-?:] +){100}/m.test(text)) {
    throw new InputError(`${file} has more levels inside of each other than any Compose file; write them in fewer levels`);
  }
}

class Reader {
  public readonly replaced: TreePath[] = [];
  public readonly places = new Map<string, string>();
  private nodes = 0;
  private readonly open = new Set<Node>();

  constructor(
    private readonly file: string,
    private readonly lines: LineCounter,
    private readonly target: (alias: import('yaml').Alias) => Node | undefined,
  ) {}

  public treeOf(node: Node, path: TreePath): Tree {
    if (++this.nodes > MOST_NODES) {
      throw new InputError(
        `${this.file} has more than ${MOST_NODES} values once its aliases are followed; split it, or remove aliases of aliases`,
      );
    }
    if (isAlias(node)) {
      const target = this.target(node);
      if (target === undefined || this.open.has(target)) {
        throw new InputError(
          `${this.file} has the alias *${node.source}${this.placeOf(node)}, which has no anchor, or is inside of it; remove it`,
        );
      }
      return this.treeOf(target, path);
    }
    if (node.tag === '!override') this.replaced.push(path);
    this.open.add(node);
    const tree = this.valueOf(node, path);
    this.open.delete(node);
    return tree;
  }

  private valueOf(node: Node, path: TreePath): Tree {
    if (isMap(node)) return this.mapOf(node, path);
    if (isSeq(node)) {
      return node.items.flatMap((item, i) => (this.isReset(item as Node) ? [] : [this.treeOf(item as Node, [...path, String(i)])]));
    }
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  }

  /** A key of the map itself counts more than one that it merges. */
  private mapOf(map: YAMLMap, path: TreePath): TreeMap {
    const merged: TreeMap = {};
    const own: TreeMap = {};
    for (const { key, value } of map.items.filter(isPair)) {
      const name = keyOf(key);
      if (name === '<<') {
        for (const from of this.mergedBy(value as Node, path)) for (const [each, tree] of Object.entries(from)) if (!Object.hasOwn(merged, each)) set(merged, each, tree); // prettier-ignore
        continue;
      }
      const at = [...path, name];
      if (key !== null) this.places.set(at.join('\0'), this.placeOf(key as Node));
      if (this.isReset(value as Node | null)) this.replaced.push(at);
      else set(own, name, value === null ? null : this.treeOf(value as Node, at));
    }
    for (const [each, tree] of Object.entries(merged)) if (!Object.hasOwn(own, each)) set(own, each, tree);
    return own;
  }

  private mergedBy(node: Node, path: TreePath): TreeMap[] {
    const tree = this.treeOf(node, path);
    const all = Array.isArray(tree) ? tree : [tree];
    return all.map((each) => {
      if (!isTreeMap(each)) {
        throw new InputError(`${this.file} merges something that is not a map${this.placeOf(node)}; name the anchor of a map`);
      }
      return each;
    });
  }

  private isReset(node: Node | null): boolean {
    const target = isAlias(node) ? this.target(node) : node;
    return target?.tag === '!reset';
  }

  private placeOf(node: Node): string {
    const [start] = node.range ?? [];
    if (start === undefined) return '';
    const { line, col } = this.lines.linePos(start);
    return `:${line}:${col}`;
  }
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** Also for names that every object has. */
function set(map: TreeMap, key: string, value: Tree): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

export function isTreeMap(tree: Tree | undefined): tree is TreeMap {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}
