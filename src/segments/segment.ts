import type { IConstruct } from 'constructs';
import type { IConnectable } from '../connections/connections';
import type { IPeer } from '../connections/peer';
import type { IDaemon } from '../topology/daemon';

/** One Docker network that workloads can be placed in. */
export interface ISegment extends IConstruct, IPeer, IConnectable {
  /** Daemon of the network. */
  readonly daemon: IDaemon;

  /** Name of the Docker network. */
  readonly networkName: string;

  /** IPv4 block of the network in CIDR form. A token: the address book decides at synth. */
  readonly ipv4Block: string;

  /** IPv6 block of the network in CIDR form, if its containers have IPv6 addresses; otherwise undefined. A token, like `ipv4Block`. */
  readonly ipv6Block?: string;

  /**
   * How a container of the same stack or of another one names the network, for Terraform.
   *
   * @internal
   */
  _networkReference(from: IConstruct, kind: 'segment' | 'gateway'): string;
}
