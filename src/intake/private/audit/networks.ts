import { type Difference, difference, notCompared } from './difference';
import { blocksAt, literal, type Resource } from './resources';
import { type AddressRange, readRange } from '../../../reachability/private/walk/address';
import { at, entriesAt, type Json, listAt, textAt } from '../host/json-text';

/** A network that the program has, by its name in Docker. */
export interface WantedNetwork {
  readonly name: string;
  /** Undefined for a network that Bulkhead did not create. */
  readonly resource?: Resource;
  readonly blocks: readonly string[];
  /** Containers in it, by their names, with their addresses; undefined if others may be in it. */
  readonly members?: ReadonlyMap<string, { readonly ipv4?: string; readonly ipv6?: string }>;
}

/** Options that `bulkhead collect` keeps. */
const TOLD_OPTION = /^com\.docker\.network\.|^(parent|macvlan_mode|ipvlan_mode|ipvlan_flag|encrypted)$/;
/** The engine gives them to a network itself. */
const OF_ENGINE = /^com\.docker\.network\.(driver\.overlay\.vxlanid_list|enable_ipv[46])$/;
const OWN = new Set(['bridge', 'host', 'none', 'docker_gwbridge', 'ingress']);

export function compareNetworks(wanted: readonly WantedNetwork[], found: readonly Json[]): Difference[] {
  const known = new Map(wanted.map((network) => [network.name, network]));
  const byName = new Map<string, Json[]>();
  for (const json of found) byName.set(nameOf(json), [...(byName.get(nameOf(json)) ?? []), json]);
  const differences = wanted.flatMap((network): Difference[] => {
    const all = byName.get(network.name) ?? [];
    if (all.length === 0) return [difference('network-missing', network.name, 'a network', 'no network of this name')];
    // Docker accepts a name twice.
    const twice = all.length > 1 ? [difference('network-changed', network.name, 'one network', `${all.length} networks of this name`)] : [];
    return [...twice, ...all.flatMap((json) => [...changes(network, json), ...strangers(network, json)])];
  });
  const blocks = wanted.flatMap((network) => network.blocks);
  const extra = [...byName.keys()].filter((name) => !known.has(name) && !OWN.has(name));
  return [...differences, ...extra.flatMap((name) => byName.get(name)!.map((json) => unknownNetwork(name, json, blocks)))];
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text): AddressRange | undefined => readRange(one.includes(':') ? 'ipv6' : 'ipv4', text));
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

const nameOf = (json: Json) => textAt(json, 'Name') ?? '';
const subnets = (json: Json) => listAt(json, 'IPAM', 'Config').flatMap((config) => textAt(config, 'Subnet') ?? []);

function unknownNetwork(name: string, json: Json, blocks: readonly string[]): Difference {
  const own = subnets(json);
  const clash = blocks.find((block) => own.some((subnet) => overlap(block, subnet)));
  return clash === undefined
    ? difference('network-extra', name, 'no such network', `a network with ${own.join(', ') || 'no block'}`)
    : difference('network-overlap', name, `${clash} is a block of the program`, `a network with ${own.join(', ')}`);
}

function changes({ name, resource, blocks }: WantedNetwork, json: Json): Difference[] {
  const differences: Difference[] = [];
  const compare = (what: string, program: string | undefined, host: string) => {
    if (program === undefined) differences.push(notCompared(`${name}: ${what}`, 'only an apply of Terraform computes it'));
    else if (program !== host) differences.push(difference('network-changed', `${name}: ${what}`, program || 'none', host || 'none'));
  };
  if (resource === undefined) {
    for (const block of blocks) {
      if (!subnets(json).includes(block)) compare('subnet', block, subnets(json).join(', '));
    }
    return differences;
  }
  const wanted = resource.json;
  const flag = (value: Json) => String(value === true);
  compare('driver', literal(resource, at(wanted, 'driver')) ?? 'bridge', textAt(json, 'Driver') ?? '');
  compare('internal', flag(at(wanted, 'internal')), flag(at(json, 'Internal')));
  compare('attachable', flag(at(wanted, 'attachable')), flag(at(json, 'Attachable')));
  compare('IPv6', flag(at(wanted, 'ipv6')), flag(at(json, 'EnableIPv6')));
  const ipam = blocksAt(wanted, 'ipam_config');
  const configs = listAt(json, 'IPAM', 'Config');
  for (const [what, key, field] of [
    ['subnets', 'subnet', 'Subnet'],
    ['gateways', 'gateway', 'Gateway'],
    ['ranges of the engine', 'ip_range', 'IPRange'],
  ]) {
    // prettier-ignore
    const program = ipam.map((config) => literal(resource, at(config, key)));
    const told = configs.flatMap((config) => textAt(config, field) ?? []);
    const host = field === 'Gateway' ? told.map((text) => text.split('/')[0]) : told;
    // Without a gateway in the program the engine chooses one.
    if (program.every((value) => value !== undefined)) compare(what, [...program].sort().join(', '), [...host].sort().join(', '));
  }
  const options = entriesAt(wanted, 'options');
  for (const [key, value] of options) {
    if (OF_ENGINE.test(key)) continue;
    if (TOLD_OPTION.test(key)) compare(`option ${key}`, literal(resource, value), textAt(json, 'Options', key) ?? '');
    else differences.push(notCompared(`${name}: option ${key}`, 'collect does not print this option, since it can hold a password'));
  }
  for (const [key, value] of entriesAt(json, 'Options')) {
    const isWanted = OF_ENGINE.test(key) || options.some(([each]) => each === key);
    if (!isWanted) compare(`option ${key}`, '', String(value));
  }
  return differences;
}

/** Endpoints of unknown containers, as the network lists them. */
function strangers({ name, members }: WantedNetwork, json: Json): Difference[] {
  if (members === undefined) return [];
  return entriesAt(json, 'Containers').flatMap(([, endpoint]) => {
    const who = nameOf(endpoint);
    const address = textAt(endpoint, 'IPv4Address') ?? textAt(endpoint, 'IPv6Address') ?? 'no address';
    return members.has(who) ? [] : [difference('member-stranger', `${who} in ${name}`, 'not a member', `a member with ${address}`)];
  });
}
