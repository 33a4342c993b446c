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
   * Mirrors of the public registry; `https://` only.
   *
   * @default - images come from the registries that their names say
   */
  readonly registryMirrors?: string[];

  /**
   * Whether the host records who touches the programs, settings, sockets and data of the engine: rules of auditd, which user data then installs. An
   * existing host needs it installed. They are about 700 bytes of user data.
   *
   * @default false
   * @see https://github.com/linux-audit/audit-documentation
   */
  readonly auditRules?: boolean;

  /**
   * Whether /var/lib/docker is a file system of its own on this host. Nothing here makes it one: this is for the rules that ask for it, and `verify.sh`
   * looks.
   *
   * @default false
   */
  readonly dataPartition?: boolean;

  /**
   * Debian packages that user data installs the engine from; an empty list when the image has it.
   *
   * @default ['docker.io']
   */
  readonly enginePackages?: string[];

  /**
   * Why containers may start on a host whose guard is not in force, at least 10 characters. Publications and egress then stand open.
   *
   * @default - without the guard no container starts
   */
  readonly startWithoutGuardReason?: string;

  /**
   * Why the synth does not prove who reaches whom, at least 10 characters. Requirements are then not looked at.
   *
   * @default - the synth fails when something is open that nobody declared, when something declared is not open, and when a requirement is broken
   */
  readonly withoutProofReason?: string;
}
