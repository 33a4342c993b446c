import { resourcesIn } from './terraform-resources';
import { at, type Json, listAt, textAt } from '../host/json-text';

/** A network that a container is attached to, by its name. */
export interface Attached {
  readonly network: string | undefined;
  /** As `networks_advanced` has it. */
  readonly values: Json;
}

/** Arguments of a resource that the configuration sets, and whose value a plan does not know. */
export function unknownArguments(plan: Json, address: string, values: Json, keys: readonly string[]): string[] {
  const configured = configurationOf(plan, address);
  return keys.filter((key) => at(configured, 'expressions', key) !== undefined && at(values, key) === undefined);
}

/** The configuration of a resource; of those with a count or for_each, it is one for all. */
export function configurationOf(plan: Json, address: string): Json {
  const { path, resource } = partsOf(address);
  const names = [...path.matchAll(/module\.([^.]+)\./g)].map(([, name]) => name);
  const module = names.reduce((outer, name) => at(outer, 'module_calls', name, 'module'), at(plan, 'configuration', 'root_module'));
  return listAt(module, 'resources').find((each) => textAt(each, 'address') === resource);
}

/** An address without indexes: the path of its module, and the resource there. */
function partsOf(address: string): { readonly path: string; readonly resource: string } {
  const bare = address.replace(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]/g, '');
  const [path] = /^(?:module\.[^.]+\.)*/.exec(bare)!;
  return { path, resource: bare.slice(path.length) };
}

/**
 * Networks of a container by the references in its configuration: a plan does not know the id of a network that is not there yet. Undefined where these
 * do not name one resource of the same module each.
 */
export function configuredNetworks(plan: Json, address: string): readonly Attached[] | undefined {
  const blocks = listAt(configurationOf(plan, address), 'expressions', 'networks_advanced');
  if (blocks.length === 0) return undefined;
  const attached = blocks.map((block): Attached => ({
    network: networkOf(plan, partsOf(address).path, block),
    values: constantsOf(block),
  }));
  return attached.every(({ network }) => network !== undefined) ? attached : undefined;
}

function networkOf(plan: Json, path: string, block: Json): string | undefined {
  const references = listAt(block, 'name', 'references').filter((each): each is string => typeof each === 'string');
  // Configuration in JSON shows a reference as a constant, too.
  if (references.length === 0) return textAt(block, 'name', 'constant_value');
  const resources = [...new Set(references.map((each) => /^(docker_network\.[\w-]+)/.exec(each)?.[1]))];
  if (resources.length !== 1 || resources[0] === undefined) return undefined;
  const planned = resourcesIn(at(plan, 'planned_values', 'root_module')).filter((each) => {
    const parts = partsOf(each.address);
    return parts.path === path && parts.resource === resources[0];
  });
  return planned.length === 1 ? textAt(planned[0].values, 'name') : undefined;
}

function constantsOf(block: Json): Json {
  const isKnown = (key: string) => listAt(block, key, 'references').length === 0;
  const entries = ['ipv4_address', 'ipv6_address'].filter(isKnown).map((key) => [key, at(block, key, 'constant_value')] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
