import type { EngineFacts } from './engine-facts';
import type { WireMode, Family, RateSpec, PortSpec } from './terms';

/** What constructs declare, as plain data. Everything else about a daemon is derived from these. */

export type PeerFact =
  /** With `sharer`, a container that shares the network of the workload named it: the flow is removed when either is. */
  | { readonly kind: 'workload'; readonly path: string; readonly sharer?: string }
  | { readonly kind: 'segment'; readonly path: string }
  | { readonly kind: 'group'; readonly path: string }
  | { readonly kind: 'host' }
  /** A container on the host's network: the flow is removed when it is. */
  | { readonly kind: 'host'; readonly path: string }
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
  /** Largest packet that the host's network carries; undefined if the program does not set it. */
  readonly uplinkMtu?: number;
  /** Names of runtimes besides that of the engine itself; undefined if the program does not set them. */
  readonly runtimes?: readonly string[];
}

export interface SegmentFact {
  readonly path: string;
  readonly networkName: string;
  /** A LAN segment has no gateway of the host. */
  readonly gatewayNetworkName?: string;
  /** Name of the bridge, or for a LAN segment that of the shim. */
  readonly bridgeName?: string;
  readonly ipv4Block?: string;
  readonly ipv6Block?: string;
  readonly prefixLength: number;
  readonly icc: boolean;
  /** Why publications are not permitted here; undefined if they are. */
  readonly noPublicationsReason?: string;
  /** For a conduit: the two workloads that it is for, which are its only members. */
  readonly conduit?: readonly [string, string];
  /** If the members are attached to a LAN segment of the host instead of a bridge. */
  readonly wire?: WireFact;
  /** Where the network spans the nodes of a swarm. */
  readonly overlay?: OverlayFact;
  /** If Bulkhead does not manage the network. */
  readonly existing?: ExistingFact;
}

/** The program's description of a network that it does not create. */
export interface ExistingFact {
  readonly gateway: string;
  readonly internal: boolean;
  /** Whether a flow may make workloads of other segments members. */
  readonly isJoinable: boolean;
}

export interface OverlayFact {
  /** Undefined where it follows from the block. */
  readonly vxlanId?: number;
}

/** How the members of a macvlan or ipvlan segment are attached to an interface of the host. */
export interface WireFact {
  /** `macvlan`, `ipvlan`, or the name of a plugin. */
  readonly driver: string;
  readonly mode: WireMode;
  /** The interface whose LAN segment they share; for a VLAN its sub-interface. */
  readonly parent: string;
  /** If Bulkhead creates the sub-interface: its parent, and the id of its VLAN. */
  readonly vlan?: { readonly of: string; readonly id: number };
  /** Where the block is that of a LAN: its router, and the part that is set aside for members, the shim and Docker. */
  readonly lan?: LanFact;
  /** The same for the IPv6 block, if the LAN has one for Bulkhead. */
  readonly lan6?: LanFact;
  /** More IPv4 blocks of a segment with a separate block. */
  readonly further?: readonly string[];
  /** Ranges of the blocks that other machines have, of either family. */
  readonly taken: readonly TakenRange[];
  /** Whether members accept the addresses and routes that a router announces; undefined if they have no IPv6 on the LAN segment. */
  readonly advertisements?: boolean;
  /** What filters between the LAN segment and its members, in the user's words. */
  readonly guardedBy?: string;
  /** How many addresses of the link layer the port of the switch takes. */
  readonly macLimit?: number;
}

export interface LanFact {
  readonly gateway: string;
  readonly range: string;
}

export interface TakenRange {
  readonly label: string;
  readonly first: string;
  readonly last: string;
}

/** An interface of the host on a LAN segment. */
export interface ShimFact {
  readonly path: string;
  readonly segment: string;
  readonly ipv4Address?: string;
}

/** The user that a container starts as. Root at start is a claim about the image: until `verify.sh` has checked the drop, it counts as root. */
export interface StartUser {
  /** Numbers of user and group, such as `10001:10001`. */
  readonly text: string;
  readonly mode: 'fixed' | 'root-at-start' | 'root';
  /** Why it is root. */
  readonly reason?: string;
  /** Seconds after which root is dropped. */
  readonly startSeconds?: number;
}

/** Secrets of the host that a container reads, as files of one user. */
export interface SecretUse {
  readonly uid: number;
  readonly gid: number;
  /** How the container is notified when one changes. */
  readonly onChange: 'nothing' | 'restart' | 'HUP' | 'USR1' | 'USR2';
  /** Their names. */
  readonly secrets: readonly string[];
}

/** A file with content that a container reads. */
export interface ConfigFileFact {
  /** Path in the container. */
  readonly target: string;
  readonly text: string;
  /** Numbers of user and group, such as `0:0`. */
  readonly owner: string;
  /** Four octal digits. */
  readonly mode: string;
}

/** Files with content that a container reads. */
export interface ConfigUse {
  /** What becomes of the container when one changes. */
  readonly onChange: 'replace' | SecretUse['onChange'];
  /** By path. */
  readonly files: readonly ConfigFileFact[];
}

/** A secret that the host keeps. */
export interface SecretFact {
  readonly path: string;
  readonly name: string;
}

export interface WorkloadFact {
  readonly path: string;
  readonly name: string;
  readonly segment: string;
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly dns?: readonly string[];
  readonly aliases?: readonly string[];
  /** Name of the host inside of it, where it is not its own name. */
  readonly hostname?: string;
  /** Addresses by name, in the hosts file of the container. */
  readonly hostEntries?: Readonly<Record<string, string>>;
  /** Capabilities that it is given back, such as `CAP_CHOWN`. */
  readonly capabilities?: readonly string[];
  /** Containers that share its network, and the capabilities that they are given back. */
  readonly sharers?: readonly string[];
  readonly sharedCapabilities?: readonly string[];
  /** Families whose packets it forwards for others, as a VPN gateway. */
  readonly forwards?: readonly Family[];
  /** Devices of the host by their paths, and `gpus`. */
  readonly devices?: readonly string[];
  /** Nothing is known about an unmanaged container. */
  readonly user?: StartUser;
  /** It is a socket proxy, and has the socket of the engine. */
  readonly holdsSocket?: boolean;
  readonly secrets?: SecretUse;
  readonly config?: ConfigUse;
  /** Bulkhead does not manage the container: it neither attaches it to a network nor filters its traffic. */
  readonly isTheirs?: boolean;
}

/** What a client of a socket proxy may ask of the engine. */
export interface EngineAccessFact {
  /** Path of the container of the proxy. */
  readonly proxy: string;
  /** Path of the container that asks. */
  readonly client: string;
  /** What it may do, in words. */
  readonly text: string;
  /** Targets of GET and HEAD requests, as regular expressions. */
  readonly reads: readonly string[];
  /** The same of POST requests. */
  readonly writes: readonly string[];
  readonly reason?: string;
}

/** A container in no segment: on the network of the host, of which it is a part like any other process, on none, or in the network of another container. */
export interface SegmentlessFact {
  readonly path: string;
  readonly name: string;
  readonly mode: 'host' | 'none' | 'container';
  /** Path of the workload whose network it shares. */
  readonly sharesWith?: string;
  readonly reason: string;
  readonly user: StartUser;
  readonly capabilities?: readonly string[];
  readonly devices?: readonly string[];
  readonly secrets?: SecretUse;
  readonly config?: ConfigUse;
}

/** A directory or file of the host that a container mounts. */
export interface HostMountFact {
  /** The container. */
  readonly path: string;
  readonly source: string;
  readonly readOnly: boolean;
  /** Why a monitoring program sees it. */
  readonly monitoringReason?: string;
  /** Where the host is to make it: numbers of user and group, and four octal digits. */
  readonly made?: { readonly owner: string; readonly mode: string };
}

export interface GroupFact {
  readonly path: string;
  /** A name that all members have beside their own. */
  readonly name?: string;
  readonly members: readonly string[];
}

export interface FlowFact {
  readonly source: PeerFact;
  readonly destination: PeerFact;
  readonly port: PortSpec;
  readonly rate?: RateSpec;
  /** Whether IPv6 stays closed for it. */
  readonly ipv4Only?: boolean;
  /** Whether the destination, a workload or the host, becomes the resolver of the sources. */
  readonly asResolver?: boolean;
  readonly origin: string;
  /** Path of the conduit that it runs in; without one it runs in the segment of its destination. */
  readonly conduit?: string;
}

export interface PublicationFact {
  readonly workload: string;
  readonly hostAddress: string;
  readonly family: Family;
  /** Undefined where the engine chooses it. */
  readonly hostPort?: PortSpec;
  readonly targetPort: PortSpec;
  readonly sources: readonly string[];
  readonly rate?: RateSpec;
  readonly origin: string;
  /** Of a service: on the nodes that have a task of it, or on all. Every address of a node counts, and the engine gives tasks their addresses. */
  readonly swarmMode?: 'host' | 'ingress';
}

export interface SwarmNodeFact {
  /** Path of the daemon. */
  readonly path: string;
  readonly role: 'manager' | 'worker';
  /** Address that the other nodes know it by. */
  readonly address: string;
}

/** What the constructor of a swarm says. */
export interface SwarmSettings {
  readonly path: string;
  readonly id: string;
  /** The first one makes the swarm, the others join it. */
  readonly nodes: readonly SwarmNodeFact[];
  readonly dataPort: number;
  readonly autolock: boolean;
  /** Whether frames of the ingress are encrypted between nodes. */
  readonly sealsIngress: boolean;
}

/** What a node knows of a service. */
export type ServiceFact = Pick<WorkloadFact, 'path' | 'name' | 'capabilities' | 'user'>;

/** The facts of a swarm, for itself, or for one of its nodes (`own`). */
export interface SwarmFact extends SwarmSettings {
  readonly own?: SwarmNodeFact;
  /** For a node: blocks that the swarm has chosen. */
  readonly gatewayBlock?: string;
  readonly ingressBlock?: string;
  /** Services that publish. */
  readonly services: readonly ServiceFact[];
  /** Services that publish nothing, for a node: no packet from outside is for them, and their tasks may run there. */
  readonly quietServices?: readonly ServiceFact[];
}

export interface Facts {
  readonly daemon: DaemonFact;
  readonly segments: readonly SegmentFact[];
  readonly workloads: readonly WorkloadFact[];
  readonly groups: readonly GroupFact[];
  readonly flows: readonly FlowFact[];
  readonly publications: readonly PublicationFact[];
  readonly shims?: readonly ShimFact[];
  readonly hostMounts?: readonly HostMountFact[];
  readonly segmentless?: readonly SegmentlessFact[];
  readonly engineAccess?: readonly EngineAccessFact[];
  readonly secrets?: readonly SecretFact[];
  readonly swarm?: SwarmFact;
}

/** A claim that the synth must prove, and its author. Only the prover knows its content. */
export interface ClaimFact {
  readonly path: string;
  readonly requirement: { readonly text: string };
}
