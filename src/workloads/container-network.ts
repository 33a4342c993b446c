import { checkProps } from '../private/check-props';
import { reasonText } from '../private/text';

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

  private static make(mode: 'host' | 'none', options: ContainerNetworkOptions): ContainerNetwork {
    checkProps(undefined, 'ContainerNetworkOptions', options);
    return new ContainerNetwork(mode, reasonText(undefined, 'reason', options.reason));
  }

  private constructor(
    /** Docker's name of the mode: `host` or `none`. */
    public readonly mode: string,
    /** The reason that the program gives. */
    public readonly reason: string,
  ) {}
}
