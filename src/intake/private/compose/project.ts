import { addressOf, subnetOf } from './addresses';
import { IPAM, type Keys, MEMBERSHIP, NETWORK, SERVICE, SUBNET, TOP } from './keys';
import type { ComposeModel } from './load';
import { keyed, listOf } from './merge';
import { type ComposePort, composePorts } from './ports';
import { isTreeMap, type Tree, type TreeMap } from './yaml-tree';
import { InputError } from '../../input-error';
import { type HostNote, notUnderstood } from '../host/host-note';

export interface ComposeMembership {
  /** Key of the network in the project. */
  readonly network: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly priority: number;
}

export interface ComposeService {
  readonly name: string;
  /** Line and column, for what is said about it. */
  readonly place: string;
  readonly containerName?: string;
  readonly replicas: number;
  readonly profiles: readonly string[];
  readonly networkMode?: string;
  readonly networks: readonly ComposeMembership[];
  readonly ports: readonly ComposePort[];
}

export interface ComposeNetwork {
  readonly key: string;
  readonly name: string;
  readonly place: string;
  readonly external: boolean;
  readonly driver: string;
  readonly internal: boolean;
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly subnets: readonly { readonly subnet: string; readonly gateway?: string }[];
}

/** What the files say about connections. */
export interface ComposeProject {
  readonly name: string;
  readonly services: readonly ComposeService[];
  readonly networks: readonly ComposeNetwork[];
  readonly notes: readonly HostNote[];
}

/** @throws InputError for what Compose refuses */
export function composeProject(model: ComposeModel): ComposeProject {
  const { tree, name } = model;
  if (!isTreeMap(tree.services)) throw new InputError(`${model.placeOf()} has no services; name a Compose file`);
  const notes: HostNote[] = model.unset.map((variable) =>
    notUnderstood('compose', variable, 'the variable is not set, and Compose takes it for empty'),
  );
  const reader = new Reader(model, notes);
  reader.keys(tree, TOP, []);
  const services = Object.entries(tree.services).flatMap(([key, each]) => reader.service(key, each));
  const declared = isTreeMap(tree.networks) ? tree.networks : {};
  const used = new Set(services.flatMap(({ networks }) => networks.map(({ network }) => network)));
  const all: TreeMap = used.has('default') && declared.default === undefined ? { default: null, ...declared } : declared;
  for (const { name: service, place, networks } of services) {
    const missing = networks.find(({ network }) => !Object.hasOwn(all, network));
    if (missing !== undefined) throw new InputError(`${place}: service ${service} joins the network ${missing.network}, which the files do not have; add it under networks`); // prettier-ignore
  }
  return { name, services, networks: Object.entries(all).map(([key, each]) => reader.network(key, each, name)), notes };
}

class Reader {
  constructor(
    private readonly model: ComposeModel,
    private readonly notes: HostNote[],
  ) {}

  /** Names what the Compose Specification does not have, and what may decide in a way that is not modelled. */
  public keys(map: TreeMap, { read, other, open }: Keys, at: readonly string[]): void {
    for (const [key, value] of Object.entries(map)) {
      if (key.startsWith('x-') || read.includes(key) || other.includes(key)) continue;
      const place = this.model.placeOf(...at, key);
      const whole = [...at, key].join('.');
      if (!Object.hasOwn(open, key)) {
        this.notes.push(notUnderstood('compose', place, `${whole} is not a key of the Compose Specification that this command knows; what it does is not in the answers`)); // prettier-ignore
      } else if (open[key].when(value, map)) {
        this.notes.push(notUnderstood('compose', place, `${whole}: ${at[1] ?? 'it'} ${open[key].sentence}`));
      }
    }
  }

  public service(name: string, tree: Tree): ComposeService[] {
    const at = ['services', name];
    const place = this.model.placeOf(...at);
    if (!isTreeMap(tree)) throw new InputError(`${place}: service ${name} is empty; give it an image`);
    this.keys(tree, SERVICE, at);
    if (isEmpty(tree.image) && isEmpty(tree.build) && isEmpty(tree.provider)) {
      throw new InputError(`${place}: service ${name} has neither image nor build; give it one of them`);
    }
    if (tree.provider !== undefined && tree.provider !== null) {
      this.notes.push(notUnderstood('compose', place, `service ${name} is run by a provider, not as a container; it is left out`));
      return [];
    }
    const networkMode = textOf(tree.network_mode);
    const memberships = Object.entries(keyed(tree.networks ?? null));
    if (networkMode !== undefined && memberships.length > 0) {
      throw new InputError(`${place}: service ${name} has network_mode and networks, and Compose refuses both together; remove one`);
    }
    if (networkMode === `service:${name}`) {
      throw new InputError(`${place}: service ${name} shares the network of itself; name another service`);
    }
    const joined = memberships.length === 0 && networkMode === undefined ? [['default', null] as const] : memberships;
    const containerName = textOf(tree.container_name);
    return [
      {
        name,
        place,
        ...(containerName !== undefined && { containerName }),
        replicas: this.replicas(tree, place, name),
        profiles: listOf(tree.profiles).map(String),
        ...(networkMode !== undefined && { networkMode }),
        networks: joined.map(([network, wish]) => this.membership(network, wish, [...at, 'networks', network])),
        ports: distinct(listOf(tree.ports).flatMap((each, i) => composePorts(each, `${this.model.placeOf(...at, 'ports')} ports[${i}]`))),
      },
    ];
  }

  private replicas(tree: TreeMap, place: string, name: string): number {
    const { scale } = tree;
    const replicas = isTreeMap(tree.deploy) ? tree.deploy.replicas : undefined;
    if (!isEmpty(scale) && !isEmpty(replicas) && Number(scale) !== Number(replicas)) {
      throw new InputError(`${place}: service ${name} has scale ${String(scale)} and deploy.replicas ${String(replicas)}; remove one`);
    }
    const wanted = isEmpty(scale) ? (isEmpty(replicas) ? 1 : replicas) : scale;
    const count = Number(wanted);
    if (count > 1 && !isEmpty(tree.container_name)) {
      throw new InputError(`${place}: service ${name} has ${count} replicas and container_name, and names are unique; remove one of both`);
    }
    if (!Number.isInteger(count) || count < 0 || count > 1000) {
      throw new InputError(`${place}: service ${name} has ${String(wanted)} replicas; write a number from 0 to 1000`);
    }
    return count;
  }

  private membership(network: string, tree: Tree, at: readonly string[]): ComposeMembership {
    if (!isTreeMap(tree)) return { network, priority: 0 };
    this.keys(tree, MEMBERSHIP, at);
    const address = (key: 'ipv4_address' | 'ipv6_address') => {
      const text = textOf(tree[key]);
      return text === undefined ? undefined : addressOf(text, this.model.placeOf(...at, key));
    };
    const [ipv4, ipv6] = [address('ipv4_address'), address('ipv6_address')];
    return { network, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }), priority: Number(tree.gw_priority ?? 0) };
  }

  public network(key: string, tree: Tree, project: string): ComposeNetwork {
    const at = ['networks', key];
    const map = isTreeMap(tree) ? tree : {};
    this.keys(map, NETWORK, at);
    const { external, ipam } = map;
    const isExternal = external !== undefined && external !== null && external !== false && external !== 'false';
    if (isTreeMap(ipam)) this.keys(ipam, IPAM, [...at, 'ipam']);
    const configs = isTreeMap(ipam) ? listOf(ipam.config).filter(isTreeMap) : [];
    for (const config of configs) this.keys(config, SUBNET, [...at, 'ipam', 'config']);
    const named = textOf(map.name) ?? (isTreeMap(external) ? textOf(external.name) : undefined);
    return {
      key,
      name: named ?? (isExternal ? key : `${project}_${key}`),
      place: this.model.placeOf(...at),
      external: isExternal,
      driver: textOf(map.driver) ?? 'bridge',
      internal: isTrue(map.internal),
      ipv4: !isFalse(map.enable_ipv4),
      ipv6: isTrue(map.enable_ipv6),
      options: Object.fromEntries(Object.entries(isTreeMap(map.driver_opts) ? map.driver_opts : {}).map(([name, value]) => [name, String(value)])), // prettier-ignore
      subnets: configs.flatMap((config) => {
        const [subnet, gateway] = [textOf(config.subnet), textOf(config.gateway)];
        const where = this.model.placeOf(...at, 'ipam');
        return subnet === undefined ? [] : [{ subnet: subnetOf(subnet, where), ...(gateway !== undefined && { gateway: addressOf(gateway, where) }) }]; // prettier-ignore
      }),
    };
  }
}

/** The last of those that Compose takes for the same. */
function distinct(ports: readonly ComposePort[]): ComposePort[] {
  const keyOf = ({ hostAddress = '0.0.0.0', ...port }: ComposePort) =>
    JSON.stringify([hostAddress, port.hostPorts, port.targetPort, port.protocol]);
  return [...new Map(ports.map((port) => [keyOf(port), port])).values()];
}

function textOf(tree: Tree | undefined): string | undefined {
  return tree === undefined || tree === null || tree === '' || typeof tree === 'object' ? undefined : String(tree);
}

function isTrue(tree: Tree | undefined): boolean {
  return tree === true || tree === 'true';
}

function isFalse(tree: Tree | undefined): boolean {
  return tree === false || tree === 'false';
}

function isEmpty(tree: Tree | undefined): boolean {
  return tree === undefined || tree === null || tree === '';
}
