import type { Construct } from 'constructs';
import { type NetworkReference, networkReference } from './network-reference';
import { LateNetwork } from '../private/bindings';
import { lateValue } from '../private/late';
import type { IDaemon } from '../topology/daemon';
import type { Family } from '../topology/private/terms';
import type { NetworkPlan } from '../topology/private/topology';

export interface BridgeNetworkOptions {
  readonly daemon: IDaemon;
  readonly networkName: string;
  /** Whether it is internal. */
  readonly internal: boolean;
  readonly icc: boolean;
  /** Further options of the network. */
  readonly driverOptions?: Readonly<Record<string, string>>;
  /** What the address book gave it; undefined while no workload needs it. */
  readonly plan: () => NetworkPlan | undefined;
  readonly isNeeded: () => boolean;
}

/** Makes a Docker network with a bridge of Bulkhead. */
export function bridgeNetwork(
  scope: Construct,
  { daemon, networkName, internal, icc, driverOptions = {}, plan, isNeeded }: BridgeNetworkOptions,
): NetworkReference {
  const families: readonly Family[] = daemon._declarations.store.has('ipv6') ? ['ipv4', 'ipv6'] : ['ipv4'];
  const network = new LateNetwork(
    scope,
    'Resource',
    {
      provider: daemon._providerFor(scope),
      name: networkName,
      driver: 'bridge',
      internal,
      options: {
        'com.docker.network.bridge.name': lateValue(() => plan()?.bridge ?? ''),
        'com.docker.network.bridge.enable_icc': String(icc),
        ...daemon._networkOptions,
        ...driverOptions,
      },
      ...(families.includes('ipv6') && { ipv6: true }),
      ipamConfig: families.map((family) => ({
        subnet: lateValue(() => plan()?.[family]?.block ?? ''),
        gateway: lateValue(() => plan()?.[family]?.gateway ?? ''),
        ipRange: lateValue(() => plan()?.[family]?.dockerRange ?? ''),
      })),
    },
    isNeeded,
  );
  return networkReference(scope, network, networkName);
}
