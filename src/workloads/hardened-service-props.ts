import type { Capability } from './capability';
import type { ContainerImage } from './container-image';
import type { WorkloadLimits } from './container-limits';
import type { ContainerUser } from './container-user';
import type { HealthCheck } from './health-check';
import type { SwarmConfig, SwarmSecret } from './service-files';
import type { EndpointMode, Placement, PublishMode, UpdatePolicy } from './service-policies';
import type { VolumeMount } from './volume-mount';
import type { IPeer } from '../connections/peer';
import type { ConnectionRate } from '../firewall/connection-rate';
import type { Port } from '../firewall/port';
import type { EncryptedOverlay } from '../segments/encrypted-overlay';

/** Properties of a hardened service. Only the overlay and the image are needed; every default is the safe one. */
export interface HardenedServiceProps {
  /** Overlay to place the service in. Flows make it a member of other segments. */
  readonly overlay: EncryptedOverlay;

  /** Image to run, by digest: each node pulls it. */
  readonly image: ContainerImage;

  /**
   * Port on which the service accepts connections; `allowTo(this)` uses it when no port is given.
   *
   * @default - flows to the service must give a port
   */
  readonly defaultPort?: Port;

  /**
   * Name of the service, which is also its DNS name: 2 to 58 letters, digits, `_`, `.` or `-`.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly serviceName?: string;

  /**
   * Further names of the service on the overlay that it is placed in: DNS names, such as `db` or `auth.example.com`. Error: `AliasName`.
   *
   * @default - none
   */
  readonly aliases?: string[];

  /**
   * Tasks that run at the same time, 0 to 1000.
   *
   * @default 1
   */
  readonly replicas?: number;

  /**
   * Whether one task runs on each node that `placements` admits; then numbers of tasks are not allowed. Terraform does not wait for such tasks.
   *
   * @default false
   */
  readonly onEveryNode?: boolean;

  /**
   * Tasks that one node runs at most.
   *
   * @default - as many as the swarm puts there
   */
  readonly replicasPerNode?: number;

  /**
   * Where tasks may run; a node must match all of them. It throws `ServicePlacement` if no node of the swarm matches.
   *
   * @default - on any node
   */
  readonly placements?: Placement[];

  /**
   * How its name resolves.
   *
   * @default EndpointMode.VIP
   */
  readonly endpointMode?: EndpointMode;

  /**
   * How tasks are replaced when the service changes, and when a change is rolled back.
   *
   * @default - one after the other, 10 seconds apart, with a rollback if a new task fails
   */
  readonly updatePolicy?: UpdatePolicy;

  /**
   * Command and arguments, one word each.
   *
   * @default - the command of the image
   */
  readonly command?: string[];

  /**
   * Environment variables. Values that look like a secret are refused; use `secrets`, and name the path in `NAME_FILE`.
   *
   * @default - those of the image
   */
  readonly environment?: { [name: string]: string };

  /**
   * Labels of the service, which programs such as Traefik read from a manager. Names are printable ASCII without blanks and `=`; those of `bulkhead`, `com.docker`, `io.docker` and
   * `org.dockerproject` are reserved. Values that look like a secret are refused. `${…}` in a value is literal text. Errors: `LabelName`, `SecretInLabel`.
   *
   * @default - none
   */
  readonly labels?: { [name: string]: string };

  /**
   * Variables and labels that look like a secret but are not, each with the reason.
   *
   * @default - everything that looks like a secret is refused
   */
  readonly notSecretReasons?: { [name: string]: string };

  /**
   * Secrets of the swarm, as files.
   *
   * @default - none
   */
  readonly secrets?: SwarmSecret[];

  /**
   * Further files.
   *
   * @default - none
   */
  readonly configs?: SwarmConfig[];

  /**
   * User and group that the processes run as: `ContainerUser.of()`, or with a reason root, at the start only (`ContainerUser.rootAtStart()`) or always
   * (`ContainerUser.root()`).
   *
   * @default ContainerUser.of(10001)
   */
  readonly user?: ContainerUser;

  /**
   * Capabilities added back after all were dropped. Only root holds them, so they throw with any other `user`. `NET_RAW` and `NET_ADMIN` throw.
   * Errors: `InertCapability`, `RootCannotDrop`, `RootAtStartCapability`.
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
   * Volumes and directories of hosts. A volume is on one node, and it throws `VolumeElsewhere` unless `placements` admits only that node. A directory
   * belongs to the node that runs the task, and must exist there.
   *
   * @default - none
   */
  readonly volumes?: VolumeMount[];

  /**
   * File systems in memory by path, each with its size in MiB; always without executables, devices and set-user-id.
   *
   * @default - { '/tmp': 64 }
   */
  readonly tmpfsMebibytes?: { [path: string]: number };

  /**
   * What a task may use at most.
   *
   * @default - 256 MiB of memory, one processor, 10 MiB of log
   */
  readonly limits?: WorkloadLimits;

  /**
   * Command that checks whether a task works. Swarm replaces a task that fails the check.
   *
   * @default - the health check of the image, if it has one
   */
  readonly healthCheck?: HealthCheck;

  /**
   * Seconds between the stop signal and the end.
   *
   * @default 10
   */
  readonly stopTimeoutSeconds?: number;

  /**
   * Seconds that Terraform waits until the tasks run, 1 to 86400; then the apply fails. Nodes pull the image in that time, and an update goes through
   * all tasks. With `onEveryNode` Terraform does not wait.
   *
   * @default - 180, plus the time of an update of all tasks by `updatePolicy` and `stopTimeoutSeconds`
   */
  readonly convergeTimeoutSeconds?: number;
}

/** How a port of a service is opened. */
export interface ServicePublishOptions {
  /** Addresses outside that may connect. Every address of a node answers: Swarm cannot bind a port to one address. */
  readonly sources: IPeer[];

  /**
   * Port inside the tasks; as many ports as are published.
   *
   * @default - the published port
   */
  readonly targetPort?: Port;

  /**
   * On which nodes the port answers. `INGRESS` needs IPVS in the kernel of each.
   *
   * @default PublishMode.INGRESS
   */
  readonly mode?: PublishMode;

  /**
   * New connections that each source address may open on a node; the excess is dropped.
   *
   * @default - not limited
   */
  readonly rate?: ConnectionRate;
}
