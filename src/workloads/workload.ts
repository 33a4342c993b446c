import type { IConstruct } from 'constructs';
import type { IConnectable } from '../connections/connections';
import type { IPeer } from '../connections/peer';
import type { ISegment } from '../segments/segment';

/** A container (or service) that flows can be declared for. */
export interface IWorkload extends IConstruct, IPeer, IConnectable {
  /** Segment that the workload was placed in. Flows make it a member of other segments. */
  readonly segment: ISegment;

  /** The one name by which other workloads reach the workload: it resolves on every segment that both share, and the flow is open on each of them. */
  readonly dnsName: string;

  /**
   * IPv4 address in its own segment. A token: the address book decides at synth. In a network that Bulkhead does not manage the engine may decide
   * when the container starts; then it is an expression that Terraform reads back, only for the stack of the container.
   */
  readonly ipv4Address: string;

  /** IPv6 address in its own segment, if the daemon is dual stack; otherwise undefined. A token, like `ipv4Address`. */
  readonly ipv6Address?: string;
}
