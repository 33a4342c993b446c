import { DEFAULT_NETWORK } from './default-network';
import type { Resource } from './terraform-resources';
import { WANTS_IPV6 } from './with-addresses';
import { type EngineNetwork, interfaceOf } from '../host/engine-objects';
import { at, entriesAt, listAt, textAt } from '../host/json-text';

/** Networks that the program makes or reads, after the default bridge that each engine has. */
export function engineNetworksIn(resources: readonly Resource[]): EngineNetwork[] {
  const found = resources.filter(({ type }) => type === 'docker_network').map(networkOf);
  const real = found.filter(({ driver }) => driver !== 'host' && driver !== 'null');
  const distinct = [...new Map(real.map((network) => [network.name, network])).values()];
  return distinct.some(({ name }) => name === DEFAULT_NETWORK.name) ? distinct : [DEFAULT_NETWORK, ...distinct];
}

function networkOf({ address, values }: Resource): EngineNetwork {
  const [name, id, driver] = [textAt(values, 'name') ?? address, textAt(values, 'id') ?? '', textAt(values, 'driver') ?? 'bridge'];
  const texts = entriesAt(values, 'options').flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  const options: Record<string, string> = Object.fromEntries(texts);
  const configs = listAt(values, 'ipam_config');
  const blocks = configs.flatMap((config) => textAt(config, 'subnet') ?? []);
  return {
    name,
    id,
    driver,
    internal: at(values, 'internal') === true,
    blocks,
    gateways: configs.flatMap((config) => {
      const [gateway, subnet] = [textAt(config, 'gateway'), textAt(config, 'subnet')];
      return gateway === undefined || subnet === undefined ? [] : `${gateway.split('/')[0]}/${subnet.split('/')[1]}`;
    }),
    interface: interfaceOf(driver, id === '' ? name : id.slice(0, 12), options),
    mode: options.macvlan_mode ?? options.ipvlan_mode,
    options: { ...options, ...(at(values, 'ipv6') === true && { [WANTS_IPV6]: 'true' }) },
  };
}
