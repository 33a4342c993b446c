import type { EngineFacts } from './engine-facts';
import type { Family, PortSpec, RateSpec } from './topology';

/** What constructs declare, as plain data. Everything else about a daemon is derived from these. */

export type PeerFact =
  | { readonly kind: 'workload'; readonly path: string }
  | { readonly kind: 'segment'; readonly path: string }
  | { readonly kind: 'group'; readonly path: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'block'; readonly block: string; readonly family: Family };

export interface DaemonFact {
  readonly path: string;
  readonly id: string;
  readonly hostAddresses: readonly string[];
  readonly addressPools: readonly string[];
  /** Undefined where containers have IPv4 addresses only. */
  readonly ipv6Pool?: string;
  /** Blocks in use elsewhere (LAN, VPN, routes of the host), which no segment may overlap. */
  readonly foreignBlocks: readonly { readonly label: string; readonly block: string }[];
  readonly engine: EngineFacts;
}

export interface SegmentFact {
  readonly path: string;
  readonly networkName: string;
  readonly edgeNetworkName: string;
  readonly bridgeName?: string;
  readonly ipv4Block?: string;
  readonly ipv6Block?: string;
  readonly prefixLength: number;
  readonly icc: boolean;
  /** Why nobody may publish here; undefined where publications are welcome. */
  readonly publicationsRefused?: string;
}

export interface WorkloadFact {
  readonly path: string;
  readonly name: string;
  readonly segment: string;
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly dns?: readonly string[];
}

export interface GroupFact {
  readonly path: string;
  readonly members: readonly string[];
}

export interface FlowFact {
  readonly source: PeerFact;
  readonly destination: PeerFact;
  readonly port: PortSpec;
  readonly rate?: RateSpec;
  /** Whether IPv6 stays shut for it. */
  readonly ipv4Only?: boolean;
  readonly origin: string;
}

export interface PublicationFact {
  readonly workload: string;
  readonly hostAddress: string;
  readonly family: Family;
  readonly hostPort: PortSpec;
  readonly targetPort: PortSpec;
  readonly sources: readonly string[];
  readonly rate?: RateSpec;
  readonly origin: string;
}

export interface Facts {
  readonly daemon: DaemonFact;
  readonly segments: readonly SegmentFact[];
  readonly workloads: readonly WorkloadFact[];
  readonly groups: readonly GroupFact[];
  readonly flows: readonly FlowFact[];
  readonly publications: readonly PublicationFact[];
}

/** A claim that the synth must prove, and who made it. What it says only the prover knows. */
export interface ClaimFact {
  readonly path: string;
  readonly requirement: { readonly text: string };
}
