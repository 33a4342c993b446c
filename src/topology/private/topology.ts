import type {
  ConfigUse,
  EngineAccessFact,
  SecretUse,
  SegmentlessFact,
  ServiceFact,
  StartUser,
  SwarmNodeFact,
  SwarmSettings,
} from './facts';
import type { Family, PortSpec, RateSpec, WireMode } from './terms';

/**
 * All declarations for one daemon as plain data, with every address resolved.
 *
 * The firewall compiler, the engine model and the reports get immutable snapshots of it; nothing here has behaviour. Addresses, blocks and interface
 * names are canonical text.
 */

export interface BlockPlan {
  readonly block: string;
  readonly gateway: string;
  /** The range left to Docker's own allocation: a container attached by hand gets an address that no rule names. */
  readonly dockerRange: string;
}

export interface Member {
  /** Path of the workload. */
  readonly workload: string;
  readonly ipv4: string;
  readonly ipv6?: string;
  /** Placed here by the user (`home`), or a member because of a flow. */
  readonly home: boolean;
  /** The engine assigns the address when the container starts: this one is a placeholder only for the proof. */
  readonly isNominal?: boolean;
}

/** One Docker network of Bulkhead: an internal one that carries flows, or its gateway network. */
export interface NetworkPlan {
  /** Path of the segment; a gateway network has its segment's path with `#gateway`. */
  readonly key: string;
  readonly segment: string;
  readonly kind: 'segment' | 'gateway';
  readonly networkName: string;
  readonly bridge: string;
  readonly internal: boolean;
  /** Whether Docker lets members talk to each other; false wherever the pass can open single pairs. */
  readonly icc: boolean;
  readonly ipv4: BlockPlan;
  readonly ipv6?: BlockPlan;
  readonly members: readonly Member[];
}

/** A Docker network of Bulkhead whose members are attached to a LAN segment of the host: no rule of the host sees their packets. */
export interface WirePlan {
  /** Path of the segment. */
  readonly key: string;
  readonly segment: string;
  readonly kind: 'wire';
  readonly networkName: string;
  /** `macvlan`, `ipvlan`, `overlay`, or the name of a plugin. */
  readonly driver: string;
  readonly mode: WireMode;
  /** For an overlay, a unique name for its LAN segment. */
  readonly parent: string;
  readonly vlan?: { readonly of: string; readonly id: number };
  /** Its gateway is the router of the LAN. */
  readonly ipv4: BlockPlan;
  /** Undefined where members have IPv4 addresses only, whatever they have elsewhere. */
  readonly ipv6?: BlockPlan;
  /** Whether members take what a router announces; undefined where they have no IPv6 here. */
  readonly advertisements?: boolean;
  /** Blocks of members for which the host routes, past its rules for forwarded packets; undefined if frames pass unchanged. */
  readonly routed?: readonly string[];
  readonly members: readonly Member[];
  /** Undefined where host and members are to stay apart. */
  readonly shim?: ShimPlan;
  readonly guardedBy?: string;
  /** Only for an overlay. */
  readonly overlay?: { readonly kind: 'segment' | 'gateway'; readonly vxlanId: number };
}

/** A bridge network that Bulkhead does not manage. No Bulkhead rule names it, and any user of the engine can attach containers. */
export interface ExistingPlan {
  /** Path of the segment. */
  readonly key: string;
  readonly segment: string;
  readonly kind: 'existing';
  readonly networkName: string;
  /** A name for its interface, whose real one decides nothing. */
  readonly bridge: string;
  readonly internal: boolean;
  readonly ipv4: Pick<BlockPlan, 'block' | 'gateway'>;
  /** Bulkhead's containers. */
  readonly members: readonly Member[];
  /** Unmanaged containers: those that the program names, and last one entry for all other members. */
  readonly foreignContainers: readonly ForeignContainer[];
  /** Containers whose default route leads over it. */
  readonly gatewayOf: readonly string[];
  /** Declared between two members. Nothing filters it there. */
  readonly pairs: readonly Omit<WirePairPlan, 'wire'>[];
}

/** An unmanaged container, or all of them that the program does not name. */
export interface ForeignContainer {
  /** Path of its construct; for those that the program does not name, that of the segment with `/*`. */
  readonly key: string;
  readonly ipv4: string;
  /** Whether the program states that it exists, at that address. */
  readonly isKnown: boolean;
}

/** An interface of the host on a LAN segment, which has only IPv4. */
export interface ShimPlan {
  readonly interface: string;
  readonly address: string;
  /** Blocks that the host reaches over it: what is set aside, and members that have an address elsewhere. */
  readonly routes: readonly string[];
}

/** One workload may connect to another on a LAN segment to which both are attached. Nothing filters it there. */
export interface WirePairPlan {
  readonly wire: string;
  readonly source: string;
  readonly destination: string;
  readonly port: PortSpec;
  /** Whether it was declared only for IPv4. */
  readonly ipv4Only?: boolean;
  readonly origin: string;
}

export interface WorkloadPlan {
  readonly path: string;
  /** Name of the container, which resolves on every segment that it is a member of. */
  readonly name: string;
  readonly segment: string;
  /** Resolvers written into the workload; 127.0.0.1 when it may ask none. */
  readonly dns: readonly string[];
  /** Capabilities that it is given back, such as `CAP_CHOWN`. */
  readonly capabilities?: readonly string[];
  /** Containers that share its network, and the capabilities that they are given back. */
  readonly sharers?: readonly string[];
  readonly sharedCapabilities?: readonly string[];
  /** Families whose packets it forwards for others, as a VPN gateway. */
  readonly forwards?: readonly Family[];
  /** Devices of the host by their paths, and `gpus`. */
  readonly devices?: readonly string[];
  readonly user?: StartUser;
  /** It has the socket of the engine. */
  readonly holdsSocket?: boolean;
  readonly secrets?: SecretUse;
  readonly config?: ConfigUse;
}

/** A pair of addresses opened on the bridge that both are members of. */
export interface PairPlan {
  readonly bridge: string;
  readonly family: Family;
  readonly source: string;
  readonly destination: string;
  readonly port: PortSpec;
  readonly rate?: RateSpec;
  readonly origin: string;
}

/** Container to an address outside, through its gateway network. */
export interface EgressPlan {
  readonly bridge: string;
  readonly family: Family;
  readonly source: string;
  readonly destination: string;
  readonly port: PortSpec;
  readonly rate?: RateSpec;
  readonly origin: string;
}

/** Host to container (`to-container`) or container to host (`to-host`, at the gateway address of the bridge). */
export interface HostFlowPlan {
  readonly direction: 'to-container' | 'to-host';
  readonly bridge: string;
  readonly family: Family;
  readonly address: string;
  readonly gateway: string;
  readonly port: PortSpec;
  readonly rate?: RateSpec;
  readonly origin: string;
}

export interface PublicationPlan {
  readonly workload: string;
  readonly bridge: string;
  readonly family: Family;
  /** Address of the container on its gateway network. */
  readonly address: string;
  readonly hostAddress: string;
  readonly hostPort: PortSpec;
  /** The engine chooses the port: `hostPort` is its placeholder in the proof, and no Bulkhead rule may name it. */
  readonly isChosen?: true;
  readonly targetPort: PortSpec;
  /** Empty for a publication on a loopback address: only the host reaches it. */
  readonly sources: readonly string[];
  readonly rate?: RateSpec;
  readonly origin: string;
  /** For a service: only the proof uses `address`, and rules name the bridge. */
  readonly swarmMode?: 'host' | 'ingress';
}

/** The swarm that a host is a node of, or, without `own`, a swarm seen as one host. */
export interface SwarmPlan extends SwarmSettings {
  readonly own?: SwarmNodeFact;
  /** Services that publish nothing; only on a node. */
  readonly quietServices?: readonly ServiceFact[];
  readonly gateway: BlockPlan;
  /** Block that Swarm's own ingress network gets. */
  readonly ingressBlock: string;
}

/** A directory of the host, with numbers of its user and group, and four octal digits. */
export interface HostDirectoryPlan {
  readonly directory: string;
  readonly owner: string;
  readonly mode: string;
}

export interface Topology {
  readonly daemon: string;
  readonly daemonId: string;
  /** Interface prefix that all Bulkhead bridges share and no other interface has. */
  readonly bridgePrefix: string;
  readonly hostAddresses: readonly string[];
  /** Blocks that general egress never covers: Bulkhead's networks, metadata services of clouds. */
  readonly egressExclusions: readonly string[];
  readonly networks: readonly NetworkPlan[];
  readonly wires: readonly WirePlan[];
  readonly wirePairs: readonly WirePairPlan[];
  readonly existing: readonly ExistingPlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly pairs: readonly PairPlan[];
  readonly egress: readonly EgressPlan[];
  readonly hostFlows: readonly HostFlowPlan[];
  readonly publications: readonly PublicationPlan[];
  /** Containers in no segment. What is on the host's network is the host. */
  readonly segmentless?: readonly SegmentlessFact[];
  /** Who may ask what of the engine. */
  readonly engineAccess?: readonly EngineAccessFact[];
  /** What monitoring programs see of the host. */
  readonly monitored?: readonly { readonly path: string; readonly source: string; readonly reason: string }[];
  /** Directories that the host makes before its containers start, each once, by path. */
  readonly hostDirectories?: readonly HostDirectoryPlan[];
  /** Names of the secrets that the host keeps. */
  readonly secrets?: readonly string[];
  readonly swarm?: SwarmPlan;
}
