import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { dotenvOf } from './dotenv';
import { interpolated, substitute, type Variables } from './interpolate';
import { listOf, merged, without } from './merge';
import { isTreeMap, type Tree, type TreeMap, type YamlDocument, yamlDocuments } from './yaml-tree';
import { InputError } from '../../input-error';

/** Text of a file; undefined where there is none. */
export type ReadFile = (file: string) => string | undefined;

/** What Compose files say together, before any of it is understood. */
export interface ComposeModel {
  readonly tree: TreeMap;
  /** Of the project: by the environment, by the files, or by the folder. */
  readonly name: string;
  /** Names of variables that are not set. */
  readonly unset: readonly string[];
  /** A variable of the environment, or of the files with variables. */
  value(name: string): string | undefined;
  /** Line and column of a key in the file that said it last. */
  placeOf(...path: readonly string[]): string;
}

export interface ComposeFiles {
  /** The first one and those on top of it, relative to the working directory. */
  readonly files: readonly string[];
  readonly read: ReadFile;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files with variables in place of `.env`. */
  readonly envFiles?: readonly string[];
}

const PROJECT_NAME = 'COMPOSE_PROJECT_NAME';

const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs', 'models'];

/** @throws InputError for what Compose refuses, and for what is not on this machine */
export function composeModel({ files, read, environment, envFiles }: ComposeFiles): ComposeModel {
  const folder = path.dirname(files[0]);
  const unset = new Set<string>();
  const loader = new Loader(read);
  const outer: Variables = {
    value: (each) => (Object.hasOwn(environment, each) ? environment[each] : undefined),
    unset: (each) => void unset.add(each),
  };
  const variables = loader.variables(outer, envFiles ?? [path.join(folder, '.env')], envFiles && 'name a file with variables, or leave the option out'); // prettier-ignore
  const name = loader.nameOf(files, folder, variables);
  const value = (wanted: string) => (wanted === PROJECT_NAME ? name : variables.value(wanted));
  const tree = loader.load(files, folder, { value, unset: (each) => variables.unset(each) }, []);
  return {
    tree,
    name,
    unset: [...unset],
    value,
    placeOf: (...keys) => {
      const key = keys.join('\0');
      // What the files that are named say is on top of what they include and extend.
      const all = [...[...files].reverse(), ...[...loader.documents.keys()].reverse()];
      const found = all.flatMap((file) => [...loader.documents.get(file)!].reverse().flatMap(({ places }) => (places.has(key) ? [`${file}${places.get(key)!}`] : []))); // prettier-ignore
      return found[0] ?? files[0];
    },
  };
}

interface Extended {
  readonly services: TreeMap;
  /** What a file to extend is relative to. */
  readonly folder: string;
  readonly document?: YamlDocument;
  readonly file: string;
}

class Loader {
  public readonly documents = new Map<string, readonly YamlDocument[]>();

  constructor(private readonly readFile: ReadFile) {}

  /**
   * Variables with those of files, of which the last one counts most.
   * @param outer counts more than the files
   * @param wayOut for a file that is missing; undefined where it may be
   */
  public variables(outer: Variables, files: readonly string[], wayOut?: string): Variables {
    return files.reduce<Variables>((known, file) => {
      const text = this.readFile(file);
      if (text === undefined && wayOut !== undefined) throw new InputError(`${file} does not exist; ${wayOut}`);
      if (text === undefined) return known;
      const found = dotenvOf(file, text, known);
      return { ...known, value: (name) => outer.value(name) ?? found.get(name) ?? known.value(name) };
    }, outer);
  }

  /** Texts of the files may name the project, so it comes first. */
  public nameOf(files: readonly string[], folder: string, variables: Variables): string {
    const inFiles = files.flatMap((file) => this.documentsOf(file).map(({ value }) => (isTreeMap(value) ? value.name : undefined)));
    const named = inFiles.filter((each) => typeof each === 'string' && each !== '').map((each) => substitute(String(each), variables, 'name')); // prettier-ignore
    const wanted = variables.value(PROJECT_NAME) || (named.at(-1) ?? path.basename(path.resolve(folder)));
    const name = wanted.toLowerCase().replace(/[^-_a-z0-9]/g, '').replace(/^[-_]+/, ''); // prettier-ignore
    if (name === '') {
      throw new InputError(`the project '${wanted}' has a name without a letter or digit; write name at the top of ${files[0]}`);
    }
    return name;
  }

  public load(files: readonly string[], folder: string, variables: Variables, including: readonly string[]): TreeMap {
    let all: Tree = {};
    for (const file of files) {
      for (const document of this.documentsOf(file)) {
        const tree = topOf(file, interpolated(document.value, variables, file));
        const included = this.withIncluded(tree, file, folder, variables, including);
        const extended = this.withExtended(included, { file, folder, document }, variables);
        all = merged(without(all, document.replaced), extended, []);
      }
    }
    return all as TreeMap;
  }

  /** Each file is parsed once, however often it is named. */
  private documentsOf(file: string): readonly YamlDocument[] {
    const known = this.documents.get(file) ?? yamlDocuments(file, this.textOf(file));
    this.documents.set(file, known);
    return known;
  }

  private textOf(file: string): string {
    if (/^(https?|git|ssh|oci):|^git@|\.git(#|$)/.test(file)) {
      throw new InputError(
        `${file} is not on this machine, and this command does not fetch it; give it what 'docker compose config --format json' prints`,
      );
    }
    const text = this.readFile(file);
    if (text === undefined) {
      throw new InputError(`${file} does not exist; name a Compose file, or give this command what 'docker compose config' prints`);
    }
    return text;
  }

  /** What the file says itself counts more than what it includes. */
  private withIncluded(tree: TreeMap, file: string, folder: string, variables: Variables, including: readonly string[]): TreeMap {
    const { include, ...own } = tree;
    const chain = [...including, file];
    return listOf(include).reduce<TreeMap>((all, each) => {
      const { path: paths, env_file: envFile, project_directory: directory } = isTreeMap(each) ? each : { path: each };
      const files = listOf(paths).map((one) => resolved(folder, String(one)));
      if (files.length === 0) throw new InputError(`${file} includes nothing; name a file with path`);
      const again = files.find((one) => chain.includes(one));
      if (again !== undefined) throw new InputError(`${file} includes ${again}, which includes ${file}; remove one of both`);
      const inside = typeof directory === 'string' ? resolved(folder, directory) : path.dirname(files[0]);
      const named = listOf(envFile).map((one) => resolved(folder, String(one))).filter((one) => one !== '/dev/null'); // prettier-ignore
      const isNamed = envFile !== undefined;
      const its = this.variables(variables, isNamed ? named : [path.join(inside, '.env')], isNamed ? 'correct env_file of the include' : undefined); // prettier-ignore
      const model = this.load(files, inside, its, chain);
      const imported = Object.fromEntries(
        SECTIONS.flatMap((key) => (isTreeMap(model[key]) ? [[key, different(model[key], all[key])]] : [])),
      );
      return merged(imported, all, []) as TreeMap;
    }, own);
  }

  private withExtended(tree: TreeMap, from: Omit<Extended, 'services'>, variables: Variables): TreeMap {
    const { services } = tree;
    if (!isTreeMap(services)) return tree;
    const all = Object.keys(services).map((name) => [name, this.extended(name, { ...from, services }, variables, [])] as const);
    return { ...tree, services: Object.fromEntries(all) };
  }

  private extended(name: string, source: Extended, variables: Variables, chain: readonly string[]): Tree {
    const service = source.services[name];
    if (!isTreeMap(service) || service.extends === undefined) return service;
    const { extends: wish, ...own } = service;
    const { service: ref, file } = isTreeMap(wish) ? wish : { service: wish, file: null };
    const at = `${source.file} services.${name}`;
    if (typeof ref !== 'string') throw new InputError(`${at} extends no service; name one with service`);
    const key = `${source.file}\0${name}`;
    if (chain.includes(key)) throw new InputError(`${at} extends itself; remove extends from one of the services`);
    const other = typeof file === 'string' ? this.extendable(resolved(source.folder, file), variables) : source;
    if (!Object.hasOwn(other.services, ref)) {
      throw new InputError(`${at} extends '${ref}', and ${other.file} has no service of that name; name one of: ${Object.keys(other.services).join(', ')}`); // prettier-ignore
    }
    const base = this.extended(ref, other, variables, [...chain, key]);
    const resets = (source.document?.replaced ?? []).flatMap(([section, of, ...rest]) =>
      section === 'services' && of === name ? [rest] : [],
    );
    return merged(base === null ? {} : without(base, resets), own, ['services', name]);
  }

  private extendable(file: string, variables: Variables): Extended {
    const documents = this.documentsOf(file);
    const trees = documents.map((document) => topOf(file, interpolated(document.value, variables, file)));
    const tree = trees.reduce<Tree>((all, each, i) => merged(without(all, documents[i].replaced), each, []), {});
    const services = isTreeMap(tree) ? tree.services : undefined;
    if (!isTreeMap(services)) throw new InputError(`${file} has no services to extend; name another file`);
    return { services, file, folder: path.dirname(file), document: documents.at(-1) };
  }
}

/** What is the same on both ways is there once. */
function different(imported: TreeMap, own: Tree | undefined): TreeMap {
  const isSame = (name: string, value: Tree) => isTreeMap(own) && Object.hasOwn(own, name) && isDeepStrictEqual(own[name], value);
  return Object.fromEntries(Object.entries(imported).filter(([name, value]) => !isSame(name, value)));
}

function resolved(folder: string, file: string): string {
  return /^[a-z]+:|^git@/.test(file) || path.isAbsolute(file) ? file : path.join(folder, file);
}

function topOf(file: string, tree: Tree): TreeMap {
  if (tree === null) return {};
  if (!isTreeMap(tree)) throw new InputError(`${file} is not a Compose file: it has no keys at the top; name a file with services`);
  for (const key of SECTIONS) {
    const section = tree[key];
    if (section !== undefined && section !== null && !isTreeMap(section)) throw new InputError(`${key} of ${file} is not a map; write a name and a colon before each entry`); // prettier-ignore
  }
  return tree;
}
