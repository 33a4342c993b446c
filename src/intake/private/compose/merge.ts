import { isTreeMap, type Tree, type TreeMap, type TreePath } from './yaml-tree';
import { InputError } from '../../input-error';

type Merge = (base: Tree, override: Tree, path: TreePath) => Tree;

/** Parts of a service, and of a network, whose lists and maps say the same, or that an override replaces. */
const OF_SERVICE: Readonly<Record<string, Merge>> = {
  annotations: byName,
  build: (base, override, path) => mergedMaps(asBuild(base), asBuild(override), path),
  'build.additional_contexts': byName,
  'build.args': byName,
  'build.extra_hosts': appended,
  'build.labels': byName,
  command: replaced,
  depends_on: asMap,
  'deploy.labels': byName,
  dns: appended,
  dns_opt: appended,
  dns_search: appended,
  entrypoint: replaced,
  env_file: appended,
  environment: byName,
  extra_hosts: appended,
  'healthcheck.test': replaced,
  label_file: appended,
  labels: byName,
  logging: (base, override, path) => (sameDriver(base, override) ? mergedMaps(base, override, path) : override),
  models: asMap,
  networks: asMap,
  sysctls: byName,
  tmpfs: appended,
};
const OF_NETWORK: Readonly<Record<string, Merge>> = { labels: byName, 'ipam.config': bySubnet };
const BY_SECTION: Readonly<Record<string, Readonly<Record<string, Merge>>>> = { services: OF_SERVICE, networks: OF_NETWORK };

/** What a file says with another on top of it, by the rules of Compose: maps are merged, lists are appended, and the rest is replaced. */
export function merged(base: Tree, override: Tree, path: TreePath): Tree {
  const [section, , ...inside] = path;
  const special = section === 'services' && inside[0] === 'ulimits' && inside.length === 2 ? eitherForm : BY_SECTION[section]?.[inside.join('.')]; // prettier-ignore
  if (special !== undefined && inside.length > 0) return special(base, override, path);
  if (override === null) return base;
  if (base === null) return override;
  if (isTreeMap(base)) return mergedMaps(base, override, path);
  if (!Array.isArray(base)) return override;
  if (Array.isArray(override)) return appended(base, override);
  throw new InputError(`${path.join('.')} is a list in one file and not in the other; write it the same way in both`);
}

/** Takes out of a tree what a later file resets. */
export function without(tree: Tree, paths: readonly TreePath[]): Tree {
  return paths.reduce((rest, path) => withoutOne(rest, path), tree);
}

function withoutOne(tree: Tree, [key, ...inside]: TreePath): Tree {
  if (!isTreeMap(tree) || key === undefined || !Object.hasOwn(tree, key)) return tree;
  const { [key]: value, ...others } = tree;
  return inside.length === 0 ? others : { ...others, [key]: withoutOne(value, inside) };
}

function mergedMaps(base: Tree, override: Tree, path: TreePath): Tree {
  if (!isTreeMap(base) || !isTreeMap(override)) {
    throw new InputError(`${path.join('.')} is a map in one file and not in the other; write it the same way in both`);
  }
  const both = Object.entries(override).map(([key, value]) => [key, Object.hasOwn(base, key) ? merged(base[key], value, [...path, key]) : value] as const); // prettier-ignore
  // A key can be `__proto__`, which an assignment would not keep.
  return { ...base, ...Object.fromEntries(both) };
}

function replaced(_: Tree, override: Tree): Tree {
  return override;
}

/** A limit is one number, or a map of two. */
function eitherForm(base: Tree, override: Tree, path: TreePath): Tree {
  return isTreeMap(base) && isTreeMap(override) ? mergedMaps(base, override, path) : override;
}

function appended(base: Tree, override: Tree): Tree[] {
  const all = [...listOf(base), ...listOf(override)];
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

function byName(base: Tree, override: Tree): TreeMap {
  return { ...namedValues(base), ...namedValues(override) };
}

/** `NAME=VALUE` in a list, or a map. A name alone has no value here. */
export function namedValues(tree: Tree): TreeMap {
  if (isTreeMap(tree)) return tree;
  const pairs = listOf(tree).map((each) => {
    const text = String(each);
    const at = text.indexOf('=');
    return at < 0 ? ([text, null] as const) : ([text.slice(0, at), text.slice(at + 1)] as const);
  });
  return Object.fromEntries(pairs);
}

function asMap(base: Tree, override: Tree, path: TreePath): Tree {
  return mergedMaps(keyed(base), keyed(override), path);
}

/** A list of names, or a map by name. */
export function keyed(tree: Tree): TreeMap {
  return isTreeMap(tree) ? tree : Object.fromEntries(listOf(tree).map((name) => [String(name), null]));
}

export function listOf(tree: Tree | undefined): Tree[] {
  if (Array.isArray(tree)) return tree;
  if (isTreeMap(tree)) return Object.entries(tree).map(([name, value]) => (value === null ? name : `${name}=${String(value)}`));
  return tree === null || tree === undefined ? [] : [tree];
}

function asBuild(tree: Tree): Tree {
  return typeof tree === 'string' ? { context: tree } : tree;
}

function sameDriver(base: Tree, override: Tree): boolean {
  const [before, after] = [base, override].map((each) => (isTreeMap(each) ? each.driver : undefined));
  return before === undefined || after === undefined || before === after;
}

/** In the way of Compose: a block of the override takes the place of all blocks before that it does not name, and their further settings may move. */
function bySubnet(base: Tree, override: Tree): Tree {
  const [before, after] = [base, override].map((each) =>
    listOf(each)
      .filter(isTreeMap)
      .map((config) => ({ ...config })),
  );
  const configs: TreeMap[] = [];
  const placeOf = (subnet: Tree) => configs.findIndex((each) => each.subnet === subnet);
  for (const original of before) {
    for (const each of after) {
      if (each.subnet !== original.subnet && placeOf(each.subnet) < 0) {
        configs.push(each);
        continue;
      }
      Object.assign(original, each);
      const place = placeOf(original.subnet);
      configs[place < 0 ? configs.length : place] = original;
    }
  }
  return configs;
}
