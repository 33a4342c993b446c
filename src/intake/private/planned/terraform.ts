import { unreadOptions } from './engine-input-for';
import { CHOSEN_PORT } from './planned-host';
import { isData, resourcesOnHost } from './terraform-hosts';
import { engineNetworksIn } from './terraform-networks';
import { configuredNetworks, unknownArguments } from './terraform-references';
import { type Resource, resourcesIn } from './terraform-resources';
import type { Endpoint, EngineContainer, EngineNetwork, PublishedPort } from '../host/engine-objects';
import { type HostNote, notUnderstood } from '../host/host-note';
import { at, type Json, listAt, numberAt, textAt } from '../host/json-text';

/** What Docker is asked to make, by `terraform show -json`. */
export interface TerraformObjects {
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  readonly notes: readonly HostNote[];
}

/** Arguments that decide which packets pass. */
const DECIDING: Readonly<Record<string, readonly string[]>> = {
  docker_network: ['name', 'driver', 'internal', 'ipv6', 'options', 'ipam_config'],
  docker_container: ['name', 'network_mode', 'networks_advanced', 'ports', 'publish_all_ports', 'start'],
};

/** Whether this is what `terraform show -json` prints, of a state or of a plan. */
export function isTerraformJson(json: Json): boolean {
  return textAt(json, 'format_version') !== undefined && textAt(json, 'terraform_version') !== undefined;
}

/**
 * The networks and containers of a state, or those that a plan leads to.
 * @param host configuration of the provider, where a plan has several
 * @throws InputError where it is not clear which Docker host is meant
 */
export function terraformObjects(json: Json, host?: string): TerraformObjects {
  const isPlan = at(json, 'planned_values') !== undefined;
  const resources = resourcesIn(at(json, isPlan ? 'planned_values' : 'values', 'root_module'));
  const read = isPlan ? resourcesIn(at(json, 'prior_state', 'values', 'root_module')).filter(isData) : []; // prettier-ignore
  const others = read.filter((each) => !resources.some(({ address }) => address === each.address));
  const all = resourcesOnHost(json, [...resources, ...others], host);
  const notes: HostNote[] = all
    .filter(({ type }) => type === 'docker_service')
    .map(({ address }) => notUnderstood('terraform', address, 'services of a swarm are not modelled from here: their networks and published ports are left out')); // prettier-ignore
  for (const { address, type, values } of all) {
    for (const key of unknownArguments(json, address, values, DECIDING[type] ?? [])) {
      notes.push(notUnderstood('terraform', address, `${key} is known after apply: it is taken for the default; ask about the state instead`)); // prettier-ignore
    }
  }
  const networks = engineNetworksIn(all);
  for (const network of networks) {
    for (const option of unreadOptions(network)) {
      notes.push(notUnderstood('terraform', network.name, `option ${option} is not modelled: what it changes about packets is not in the answers`)); // prettier-ignore
    }
  }
  const containers = all.filter(({ type }) => type === 'docker_container').map((resource) => containerOf(resource, json, networks, notes));
  return { networks, containers, notes };
}

function containerOf({ address, values }: Resource, json: Json, networks: readonly EngineNetwork[], notes: HostNote[]): EngineContainer {
  const name = textAt(values, 'name') ?? address;
  if (at(values, 'publish_all_ports') === true) {
    notes.push(notUnderstood('terraform', address, 'publish_all_ports publishes what the image exposes, which is not known here: these ports are left out')); // prettier-ignore
  }
  const mode = modeOf(values);
  return {
    name,
    id: textAt(values, 'id') ?? '',
    isRunning: at(values, 'start') !== false,
    ...(mode !== undefined && { mode }),
    endpoints: mode === undefined ? endpointsOf({ address, values }, json, networks) : [],
    ports: listAt(values, 'ports').flatMap((port, i) => publishedPort(port, i, address, notes)),
  };
}

function modeOf(values: Json): EngineContainer['mode'] {
  const mode = textAt(values, 'network_mode') ?? '';
  if (mode === 'host' || mode === 'none') return mode;
  return mode.startsWith('container:') ? { sharesWith: mode.slice('container:'.length) } : undefined;
}

/** Of a state by what the engine gave; of a plan by what it is asked for. */
function endpointsOf(
  { address, values }: Pick<Resource, 'address' | 'values'>,
  json: Json,
  networks: readonly EngineNetwork[],
): Endpoint[] {
  const asked = listAt(values, 'networks_advanced');
  const given = new Map(listAt(values, 'network_data').map((data) => [textAt(data, 'network_name') ?? '', data]));
  const mode = textAt(values, 'network_mode') ?? 'bridge';
  const fromConfiguration = asked.some((each) => textAt(each, 'name') === undefined) ? configuredNetworks(json, address) : undefined;
  const named = fromConfiguration ?? asked.map((each) => ({ network: textAt(each, 'name'), values: each }));
  const wanted = named.length > 0 ? named : [{ network: mode === 'default' ? 'bridge' : mode, values: undefined }];
  return wanted.map(({ network, values: wish }): Endpoint => {
    const known = networks.find(({ name, id }) => name === network || (id !== '' && id === network));
    const data = given.get(known?.name ?? network ?? '');
    const [ipv4, ipv6] = [textAt(data, 'ip_address') ?? textAt(wish, 'ipv4_address'), textAt(data, 'global_ipv6_address') ?? textAt(wish, 'ipv6_address')]; // prettier-ignore
    return {
      network: known?.name ?? network ?? '(known after apply)',
      networkId: known?.id ?? '',
      ...(ipv4 !== undefined && { ipv4 }),
      ...(ipv6 !== undefined && { ipv6 }),
      priority: numberAt(wish, 'gw_priority') ?? 0,
    };
  });
}

function publishedPort(port: Json, i: number, address: string, notes: HostNote[]): PublishedPort[] {
  const [internal, external] = [numberAt(port, 'internal'), numberAt(port, 'external')];
  const protocol = (['tcp', 'udp', 'sctp'] as const).find((each) => each === (textAt(port, 'protocol') ?? 'tcp'));
  if (internal === undefined || protocol === undefined) {
    notes.push(notUnderstood('terraform', `${address} ports[${i}]`, 'it has no port or no known protocol, and is left out'));
    return [];
  }
  if (external === undefined || external === 0) {
    notes.push(notUnderstood('terraform', `${address} ports[${i}]`, `the engine chooses the port of the host for ${internal}/${protocol}; ${CHOSEN_PORT + i} stands for it`)); // prettier-ignore
  }
  const hostAddress = textAt(port, 'ip') ?? '0.0.0.0';
  return [{ protocol, hostAddress, hostPort: external || CHOSEN_PORT + i, targetPort: internal }];
}
