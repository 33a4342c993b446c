import type { IWorkload } from './workload';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { reasonText } from '../private/text';
import { isA } from '../private/type-test';

/** Why a container is not in a segment. */
export interface ContainerNetworkOptions {
  /** Why the container cannot be in a segment, at least 10 characters; it appears in the reports. */
  readonly reason: string;
}

/** The network of a container that is not placed in a segment. */
export class ContainerNetwork {
  /**
   * The network of the host. The container *is* the host there: every port that it listens on is a port of the host, open to the outside unless the
   * host's own firewall restricts it, and a flow with the container is a flow with the host. No rule can distinguish it from other processes there.
   *
   * @see https://docs.docker.com/engine/network/drivers/host/
   */
  public static host(options: ContainerNetworkOptions): ContainerNetwork {
    return ContainerNetwork.make('host', options);
  }

  /**
   * No network: the container has only its loopback interface, so it has no connections in either direction.
   *
   * @see https://docs.docker.com/engine/network/drivers/none/
   */
  public static none(options: ContainerNetworkOptions): ContainerNetwork {
    return ContainerNetwork.make('none', options);
  }

  /**
   * The network namespace of another container, such as that of a VPN client, a proxy or a program whose traffic a sidecar logs. Both have the same
   * addresses, publications, names and resolvers, a flow of one is a flow of both, and each reaches every port of the other on 127.0.0.1. A capability
   * such as NET_ADMIN of one counts for both.
   *
   * The other container must be a `HardenedContainer` in a segment, in the same stack. If Terraform replaces it, it also replaces this container. Addresses, names,
   * resolvers, network parameters and publications belong to the other container. Errors: `NotAWorkload`, `SharedNetworkRefused`.
   *
   * @param other the container whose network namespace this one joins
   * @see https://docs.docker.com/engine/network/#container-networks
   */
  public static container(other: IWorkload, options: ContainerNetworkOptions): ContainerNetwork {
    if (!isA(other, 'workload')) {
      throw new UnscopedValidationError('NotAWorkload', "'other' must be a HardenedContainer in a segment");
    }
    return ContainerNetwork.make('container', options, other);
  }

  private static make(mode: 'host' | 'none' | 'container', options: ContainerNetworkOptions, other?: IWorkload): ContainerNetwork {
    checkProps(undefined, 'ContainerNetworkOptions', options);
    return new ContainerNetwork(mode, reasonText(undefined, 'reason', options.reason), other);
  }

  private constructor(
    /** Docker's name of the mode: `host`, `none` or `container`. */
    public readonly mode: string,
    /** The reason that the program gives. */
    public readonly reason: string,
    /**
     * The container whose network namespace is joined.
     *
     * @internal
     */
    public readonly _other?: IWorkload,
  ) {}
}
