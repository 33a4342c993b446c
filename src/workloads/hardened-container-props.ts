import type { Capability } from './capability';
import type { ContainerImage } from './container-image';
import type { ContainerLimits } from './container-limits';
import type { ContainerNetwork } from './container-network';
import type { ContainerSysctl } from './container-sysctl';
import type { ContainerUser } from './container-user';
import type { DnsSettings } from './dns-settings';
import type { HealthCheck } from './health-check';
import type { ImageProfile } from './image-profile';
import type { RestartPolicy } from './restart-policy';
import type { VolumeMount } from './volume-mount';
import type { IPeer } from '../connections/peer';
import type { ConnectionRate } from '../firewall/connection-rate';
import type { Port } from '../firewall/port';
import type { ISegment } from '../segments/segment';
import type { IDaemon } from '../topology/daemon';

/** Properties of a hardened container. Only the segment and the image are needed; every default is the safe one. */
export interface HardenedContainerProps {
  /**
   * Segment to place the container in. Flows make it a member of other segments.
   *
   * @default - none, which takes a `network` and a `daemon` instead; without either it throws `NotASegment`
   */
  readonly segment?: ISegment;

  /**
   * The network of a container that is not in a segment: `ContainerNetwork.host({ reason })` or `ContainerNetwork.none({ reason })`. Errors:
   * `NetworkChoice`, `HostNetworkRefused`, `NoNetworkRefused`.
   *
   * @default - the container is placed in a segment
   */
  readonly network?: ContainerNetwork;

  /**
   * Daemon that runs a container with a `network`.
   *
   * @default - that of the segment
   */
  readonly daemon?: IDaemon;

  /** Image to run, by digest or by id. */
  readonly image: ContainerImage;

  /**
   * What the image needs, such as `ImageProfile.postgres({ major: 17, builtOn: ImageBase.DEBIAN })`: user, capabilities, port, files in memory, health check,
   * time to stop and memory. Properties of the container win; variables and file systems in memory are added to those of the profile. Errors:
   * `ImageProfileMismatch`, `ImageProfileValue`.
   *
   * @default - none; every property has its own default
   */
  readonly profile?: ImageProfile;

  /**
   * Port on which the workload accepts connections; `allowTo(this)` uses it when no port is given.
   *
   * @default - flows to the workload must give a port
   */
  readonly defaultPort?: Port;

  /**
   * Name of the container, which is also its DNS name: 2 to 63 letters, digits, `_`, `.` or `-`.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly containerName?: string;

  /**
   * Static IPv4 address in the segment.
   *
   * @default - a free address of the block, and kept in the lock file
   */
  readonly ipv4Address?: string;

  /**
   * Static IPv6 address in the segment, where the daemon is dual stack.
   *
   * @default - a free address of the block with the host number of the IPv4 address where that is free, and kept in the lock file
   */
  readonly ipv6Address?: string;

  /**
   * Command and arguments, one word each. A reference that the program made before, such as an attribute of another resource, stays one; any other text
   * is passed on as it is.
   *
   * @default - the command of the image
   */
  readonly command?: string[];

  /**
   * Entry point, one word each.
   *
   * @default - the entry point of the image
   */
  readonly entrypoint?: string[];

  /**
   * Environment variables. What looks like a secret is refused; mount it as a file and name its path in `NAME_FILE`.
   *
   * A reference that the program made before, such as an attribute of another resource, stays one; any other text is passed on as it is. Bulkhead
   * cannot distinguish an external text with the mark of such a reference (`TfToken`) from a reference: refuse that word in text that your program
   * reads from outside.
   *
   * @default - those of the image
   */
  readonly environment?: { [name: string]: string };

  /**
   * Variables that look like a secret but are not, each with the reason.
   *
   * @default - everything that looks like a secret is refused
   */
  readonly notSecretReasons?: { [name: string]: string };

  /**
   * User and group that the processes run as: `ContainerUser.of()`, or with a reason root, at the start only (`ContainerUser.rootAtStart()`) or always
   * (`ContainerUser.root()`).
   *
   * @default ContainerUser.of(10001)
   */
  readonly user?: ContainerUser;

  /**
   * Capabilities added back after all were dropped. Only root holds them, so they throw with any other `user`. Errors: `InertCapability`,
   * `RootCannotDrop`, `RootAtStartCapability`.
   *
   * @default - none
   */
  readonly capabilities?: Capability[];

  /**
   * Why the root file system must be writable, at least 10 characters.
   *
   * @default - it is read-only
   */
  readonly writableRootReason?: string;

  /**
   * File systems in memory by path, each with its size in MiB; always without executables, devices and set-user-id.
   *
   * @default - { '/tmp': 64 }
   */
  readonly tmpfsMebibytes?: { [path: string]: number };

  /**
   * Volumes of its own daemon, and directories of the host.
   *
   * @default - none
   */
  readonly volumes?: VolumeMount[];

  /**
   * What the container may use at most.
   *
   * @default - 256 MiB of memory, one processor, 10 MiB of log, 1024 open files
   */
  readonly limits?: ContainerLimits;

  /**
   * How the engine checks whether the container works: `HealthCheck.command()`, `HealthCheck.shell()`, or `HealthCheck.none()`, which turns off the check
   * of the image.
   *
   * @default - the health check of the image, if it has one
   */
  readonly healthCheck?: HealthCheck;

  /**
   * What the engine does when the container ends. A task that ends takes `RestartPolicy.NO`.
   *
   * @default RestartPolicy.UNLESS_STOPPED
   */
  readonly restartPolicy?: RestartPolicy;

  /**
   * Kernel parameters of the container's own namespaces.
   *
   * @default - forwarding is off, so a member of two segments does not route between them
   */
  readonly sysctls?: ContainerSysctl[];

  /**
   * How the container resolves names outside. Names of containers resolve in any case.
   *
   * @default - by the resolvers that it has egress to; without such egress names outside do not resolve
   */
  readonly dns?: DnsSettings;

  /**
   * IPv4 addresses of hosts outside by their names, written into the container's hosts file, which the container reads before it queries a resolver.
   * An entry opens nothing; declare a flow. Errors: `HostEntryName`, `HostEntryAddress`.
   *
   * @default - none; a flow to `Peer.host()` adds `host.docker.internal`
   */
  readonly hostEntries?: { [name: string]: string };

  /**
   * Further names on the segment that the container is placed in: letters, digits and `-`.
   *
   * @default - none
   */
  readonly aliases?: string[];

  /**
   * Working directory.
   *
   * @default - that of the image
   */
  readonly workingDirectory?: string;

  /**
   * Whether the first process is an init process of the engine (`docker-init`), which passes signals on to the program and removes processes that have ended.
   * Images with an init of their own, such as s6-overlay, need `false`: their init has to be the first process. Error: `InitKeepsRoot`.
   *
   * @default - true; false with `ContainerUser.rootAtStart()`, since the init process would stay root
   * @see https://docs.docker.com/reference/cli/docker/container/run/#init
   */
  readonly init?: boolean;

  /**
   * Signal that asks the program to end, by its name: `SIGTERM`, `SIGINT`, `SIGQUIT`, `SIGHUP`, `SIGUSR1`, `SIGUSR2`, `SIGWINCH`, `SIGPWR`, `SIGKILL`,
   * `SIGRTMIN`, or `SIGRTMIN+1` to `SIGRTMIN+15`. Error: `StopSignal`.
   *
   * @default - that of the image, otherwise SIGTERM
   * @see https://docs.docker.com/reference/dockerfile/#stopsignal
   */
  readonly stopSignal?: string;

  /**
   * Seconds between the stop signal and the end, 1 to 3600. Then the engine kills the program. Error: `StopTimeout`.
   *
   * @default 10
   */
  readonly stopTimeoutSeconds?: number;
}

/** Where a publication is opened, and for which clients. */
export interface PublicationOptions {
  /**
   * Address of the host on which the port is opened: one of the daemon's addresses, or `0.0.0.0` for every one that the host has or gets, named in the program or not.
   *
   * @default - 127.0.0.1, reachable only from the host
   */
  readonly hostAddress?: string;

  /**
   * Addresses outside that may connect; required with a `hostAddress`. Containers need a flow instead. Engine 29 forwards from networks that Bulkhead
   * does not manage: their containers count as outside. On an `UnguardedDaemon` sources cannot be restricted (error: `NeedsGuard`).
   *
   * @default - only the host, on its loopback address
   */
  readonly sources?: IPeer[];

  /**
   * New connections that each source address may open; the excess is dropped. Error: `NeedsGuard` on an `UnguardedDaemon`.
   *
   * @default - not limited
   */
  readonly rate?: ConnectionRate;
}

/** How a port is opened on a host address. */
export interface PublishOptions extends PublicationOptions {
  /**
   * Port inside the container; as many ports as are published.
   *
   * @default - the published port
   */
  readonly targetPort?: Port;
}
