import type { Capability } from './capability';
import type { ContainerConfigOptions } from './container-config-options';
import type { ContainerImage } from './container-image';
import type { ContainerLimits } from './container-limits';
import type { ContainerNetwork } from './container-network';
import type { ContainerSecretsOptions } from './container-secrets-options';
import type { ContainerSysctl } from './container-sysctl';
import type { ContainerUser } from './container-user';
import type { Device } from './device';
import type { DnsSettings } from './dns-settings';
import type { HealthCheck } from './health-check';
import type { ImageProfile } from './image-profile';
import type { LogDriver } from './log-driver';
import type { RestartPolicy } from './restart-policy';
import type { TerminalOptions } from './terminal-options';
import type { VolumeMount } from './volume-mount';
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
   * The network of a container that is not in a segment: `ContainerNetwork.container(other, { reason })`, `ContainerNetwork.host({ reason })` or
   * `ContainerNetwork.none({ reason })`. Errors: `NetworkChoice`, `SharedNetworkRefused`, `HostNetworkRefused`, `NoNetworkRefused`.
   *
   * @default - the container is placed in a segment
   */
  readonly network?: ContainerNetwork;

  /**
   * Daemon that runs a container with a `network`.
   *
   * @default - that of the segment, or of the container whose network is shared
   */
  readonly daemon?: IDaemon;

  /** Image to run, by digest or by id. */
  readonly image: ContainerImage;

  /**
   * What the image needs, such as `ImageProfile.postgres({ major: 17, builtOn: ImageBase.DEBIAN })`: user, capabilities, port, files in memory, health check,
   * time to stop and memory. Properties of the container override the profile; variables and file systems in memory are added to those of the profile. Errors:
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
   * Command and arguments, one word each. A reference that the program has already created, such as an attribute of another resource, stays a
   * reference; all other text is literal.
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
   * Environment variables. Values that look like a secret are refused; mount a secret as a file and name its path in `NAME_FILE`.
   *
   * A reference that the program has already created, such as an attribute of another resource, stays a reference; all other text is literal. Bulkhead
   * cannot distinguish an external text with the mark of such a reference (`TfToken`) from a reference: refuse that word in text that your program
   * reads from outside.
   *
   * @default - those of the image
   */
  readonly environment?: { [name: string]: string };

  /**
   * Labels, which programs such as Traefik read from the engine. Names are printable ASCII without blanks and `=`; those of `bulkhead`, `com.docker`, `io.docker` and
   * `org.dockerproject` are reserved. Values that look like a secret are refused. `${…}` in a value is literal text. Errors: `LabelName`, `SecretInLabel`.
   *
   * @default - those of the image
   */
  readonly labels?: { [name: string]: string };

  /**
   * Variables and labels that look like a secret but are not, each with the reason.
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
   * File systems in memory by path, each with its size in MiB; without executables, devices and set-user-id.
   *
   * @default - { '/tmp': 64 }
   */
  readonly tmpfsMebibytes?: { [path: string]: number };

  /**
   * Why files of a file system in memory may be executed, at least 10 characters, by its path in `tmpfsMebibytes`. Supervisors such as s6-overlay
   * execute files that they write to `/run`. Error: `TmpfsReasonUnused`.
   *
   * @default - no file there can be executed
   */
  readonly executableTmpfsReasons?: { [path: string]: string };

  /**
   * Volumes of its own daemon, and directories of the host.
   *
   * @default - none
   */
  readonly volumes?: VolumeMount[];

  /**
   * Secrets of the host that the container reads as files. It does not start before all of them are on the host. Errors: `SecretValue`,
   * `VolumeElsewhere`, `MountTarget`.
   *
   * @default - none
   */
  readonly secrets?: ContainerSecretsOptions;

  /**
   * Text files that the container reads, with content that the program has. They are mounted read-only. Errors: `ConfigFileValue`, `MountTarget`.
   *
   * @default - none
   */
  readonly configFiles?: ContainerConfigOptions;

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
   * Further names on the segment that the container is placed in, such as `db` or `auth.example.com`: DNS names. Names that mean the container itself,
   * the host, a metadata service or another container are refused. Error: `AliasName`.
   *
   * @default - none
   */
  readonly aliases?: string[];

  /**
   * Name of the host inside the container: a DNS name of at most 63 characters. Engines from 25 on answer to it in the segments of the container as
   * well. Error: `HostName`.
   *
   * @default - `containerName`; on the host's network the name of the host
   */
  readonly hostname?: string;

  /**
   * Numbers of further groups of its user, for files of mounts and devices. Group 0 is refused. The group of the engine's socket has no use here,
   * because the socket is never mounted. An image that starts as root usually loses them when it drops root. Error: `UserNumber`.
   *
   * @default - none
   */
  readonly extraGroups?: number[];

  /**
   * Time zone by its name, such as `Europe/Berlin`, as the variable `TZ`. The image needs the time zone database (package `tzdata`), or a mount of the
   * host's `/etc/localtime`. Error: `TimeZone`.
   *
   * @default - that of the image, which usually is UTC
   */
  readonly timeZone?: string;

  /**
   * A terminal and an open input, for programs that need one.
   *
   * @default - neither
   */
  readonly terminal?: TerminalOptions;

  /**
   * Where the engine writes what the container prints. `limits.logMebibytes` applies to `LogDriver.jsonFile()` and `LogDriver.local()` only. Errors:
   * `LogLimit`, `LogOption`.
   *
   * @default LogDriver.jsonFile()
   */
  readonly logDriver?: LogDriver;

  /**
   * Devices of the host, each with a reason: `Device.of('/dev/net/tun', { reason })`. Error: `DeviceRefused`.
   *
   * @default - none
   */
  readonly devices?: Device[];

  /**
   * Runtime that the engine starts the container with, such as `runsc` of gVisor. A `HardenedDaemon` must list it in `runtimes`; the engine of an
   * `UnguardedDaemon` must know it. Error: `ContainerRuntime`.
   *
   * @default - the default runtime of the engine, which is `runc` unless its settings differ
   */
  readonly runtime?: string;

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
   * @default - that of the profile; otherwise true, and false with `ContainerUser.rootAtStart()`, since the init process would stay root
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
