import type { DaemonProps } from './daemon-props';

/** Properties of a hardened daemon. */
export interface HardenedDaemonProps extends DaemonProps {
  /**
   * Whether containers outlive a restart of the engine. A node of a swarm needs false: Swarm refuses it, and moves tasks to other nodes instead.
   *
   * @default true
   */
  readonly liveRestore?: boolean;

  /**
   * Largest log file of a container that sets none, in MiB; three are kept.
   *
   * @default 10
   */
  readonly logMebibytes?: number;

  /**
   * Mirrors of the public registry; only `https://` URLs.
   *
   * @default - images come from the registries that their names say
   */
  readonly registryMirrors?: string[];

  /**
   * Runtimes of containers besides `runc`: the path of the program on the host by the name that `runtime` of a container uses, such as
   * `{ runsc: '/usr/local/bin/runsc' }`. Bulkhead does not install the program. Error: `ContainerRuntime`.
   *
   * @default - `runc` only
   * @see https://docs.docker.com/engine/daemon/alternative-runtimes/
   */
  readonly runtimes?: { [name: string]: string };

  /**
   * Whether the host records access to the programs, settings, sockets and data of the engine with rules of auditd, which user data then installs. An
   * existing host must have auditd installed. The rules add about 700 bytes to the user data.
   *
   * @default false
   * @see https://github.com/linux-audit/audit-documentation
   */
  readonly auditRules?: boolean;

  /**
   * Whether /var/lib/docker is a separate file system on this host. Bulkhead does not create it: rules use this value, and `verify.sh` checks it.
   *
   * @default false
   */
  readonly dataPartition?: boolean;

  /**
   * Debian packages that user data installs the engine from; an empty list if the image contains the engine.
   *
   * @default ['docker.io']
   */
  readonly enginePackages?: string[];

  /**
   * Why containers may start on a host whose guard is not in force, at least 10 characters. Publications and egress are then open.
   *
   * @default - no container starts without the guard
   */
  readonly startWithoutGuardReason?: string;

  /**
   * Why the proof of reachability is switched off, at least 10 characters. The synth then does not check requirements.
   *
   * @default - the synth fails if an undeclared connection is reachable, if a declared one is not, and if a requirement is broken
   */
  readonly withoutProofReason?: string;
}
