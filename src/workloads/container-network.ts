import { reasonText } from '../private/text';

/** Why a container is in no segment. */
export interface ContainerNetworkOptions {
  /** Why no segment will do, at least 10 characters; it stands in the reports. */
  readonly reason: string;
}

/** The network of a container that is placed in no segment. */
export class ContainerNetwork {
  /**
   * The network of the host. The container *is* the host there: whatever it listens on is a port of the host, open to the outside as far as the host's own
   * firewall lets, and a flow with the container is a flow with the host. No rule can tell it from other processes there.
   *
   * @see https://docs.docker.com/engine/network/drivers/host/
   */
  public static host(options: ContainerNetworkOptions): ContainerNetwork {
    return new ContainerNetwork('host', reasonText(undefined, 'reason', options?.reason));
  }

  /**
   * No network: the container has its loopback interface and nothing else, so that it reaches no one and no one reaches it.
   *
   * @see https://docs.docker.com/engine/network/drivers/none/
   */
  public static none(options: ContainerNetworkOptions): ContainerNetwork {
    return new ContainerNetwork('none', reasonText(undefined, 'reason', options?.reason));
  }

  private constructor(
    /** Docker's name of the mode: `host` or `none`. */
    public readonly mode: string,
    /** The reason that the program gives. */
    public readonly reason: string,
  ) {}
}
