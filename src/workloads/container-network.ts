import { reasonText } from '../private/text';

/** The network of a container that is placed in no segment: a `HostNetwork`, or a `NoNetwork`. */
export abstract class ContainerNetwork {
  protected constructor(
    /** Docker's name of the mode: `host` or `none`. */
    public readonly mode: string,
    /** Why, in the words of the program. */
    public readonly why: string,
  ) {}
}

/**
 * The network of the host. The container *is* the host there: whatever it listens on is a port of the host, open to the outside as far as the host's own
 * firewall lets, and a flow with the container is a flow with the host. No rule can tell it from other processes there.
 *
 * @see https://docs.docker.com/engine/network/drivers/host/
 */
export class HostNetwork extends ContainerNetwork {
  /**
   * The network of the host, with the reason why no segment will do.
   * @param text at least 10 characters; it stands in the reports
   */
  public static reason(text: string): HostNetwork {
    return new HostNetwork('host', reasonText(undefined, 'HostNetwork.reason', text));
  }

  private constructor(mode: string, why: string) {
    super(mode, why);
  }
}

/**
 * No network: the container has its loopback interface and nothing else, so that it reaches nobody and nobody reaches it.
 *
 * @see https://docs.docker.com/engine/network/drivers/none/
 */
export class NoNetwork extends ContainerNetwork {
  /**
   * No network, with the reason why.
   * @param text at least 10 characters; it stands in the reports
   */
  public static reason(text: string): NoNetwork {
    return new NoNetwork('none', reasonText(undefined, 'NoNetwork.reason', text));
  }

  private constructor(mode: string, why: string) {
    super(mode, why);
  }
}
