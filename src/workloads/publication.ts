import type { Port } from '../firewall/port';

/** A port of a container that was opened on the host, as `publish()` and `publishOnRandomPort()` return it. */
export class Publication {
  /**
   * @internal
   */
  public static _of(hostAddress: string, hostPort: string, targetPort: Port, isRandom: boolean): Publication {
    return new Publication(hostAddress, hostPort, targetPort, isRandom);
  }

  private constructor(
    /** Address of the host that clients connect to; `0.0.0.0` and `::` mean all of its family. */
    public readonly hostAddress: string,
    /**
     * Port of the host that clients connect to, such as `443`, or the first and last one, such as `5000-5010`. Where the engine chooses, a token that
     * Terraform knows after its apply: put it into an output, a DNS record or the settings of a proxy.
     */
    public readonly hostPort: string,
    /** Port inside the container that it leads to. */
    public readonly targetPort: Port,
    /** Whether the engine chooses the port of the host. */
    public readonly isRandom: boolean,
  ) {}
}
