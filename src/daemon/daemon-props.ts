import type { DaemonConnection } from './daemon-connection';
import type { Cidr } from '../addressing/cidr';
import type { EngineVersion } from '../engine/engine-version';

/** What every daemon is told, whoever keeps its host. */
export interface DaemonProps {
  /** Engine that the host runs. What holds there follows from the rules of its generation. */
  readonly engine: EngineVersion;

  /** Address of the host in its network; publications may be opened on it. */
  readonly hostAddress: string;

  /**
   * Further addresses of the host that publications may be opened on.
   *
   * @default - only `hostAddress`
   */
  readonly additionalHostAddresses?: string[];

  /** Block that the networks of this daemon get their blocks from; nothing else may use it. */
  readonly addressPool: Cidr;

  /**
   * Blocks in use elsewhere: the LAN, VPNs, routes of the host. Overlaps with networks of this daemon are an error.
   *
   * @default - only Docker's own default pools are kept clear of
   */
  readonly foreignBlocks?: Cidr[];

  /**
   * Largest packet in bytes that the way from the host to the outside carries, 68 to 65535; tunnels and clouds often take fewer than 1500. A
   * `BridgeSegment` that says a larger `mtu` is refused, and one that says none gets no larger one. Where it changes below 1500, those networks and their
   * containers are replaced. Error: `MtuRange`.
   *
   * @default - 1500 is assumed, and nothing compared
   */
  readonly uplinkMtu?: number;

  /**
   * How Terraform reaches the engine.
   *
   * @default - the socket /var/run/docker.sock of the machine that runs Terraform
   */
  readonly connection?: DaemonConnection;

  /**
   * Version constraint of the Terraform provider. Where several daemons have resources in one stack, the provider must meet all of theirs.
   *
   * @default '>= 3.6.2, < 5.0.0'
   */
  readonly providerVersion?: string;
}
