import { ValidationError } from '../../private/errors';
import type { ContainerUser } from '../container-user';
import type { VolumeMount } from '../volume-mount';

/** Below this number, hosts have their users and groups, including the group of the engine's socket. */
const FIRST_NUMBER = 10_000;
/** Many programs of hosts and of images run as it. */
const NOBODY = 65_534;

/**
 * Whether the user of a container can see the host but not change it. A read-only mount does not prevent a connection to a socket, nor access through
 * /proc/PID/root; the numbers of a process prevent both.
 */
export function checkMonitoring(path: string, volumes: readonly VolumeMount[], user: ContainerUser, groups: readonly number[]): void {
  const mount = volumes.find(({ _monitoringReason }) => _monitoringReason !== undefined);
  if (mount === undefined) return;
  const refuse = (why: string): never => {
    throw new ValidationError('SensitiveHostPath', path, `'${mount.source}' of the host is mounted, and ${why}`);
  };
  const { mode } = user._fact;
  if (mode !== 'fixed') {
    refuse(
      `the container starts as root, which reads all of it and opens the sockets of root; set 'user' to a number of its own, such as ContainerUser.of(10900)`,
    );
  }
  const odd = [user.uid, user.gid].find((number) => number < FIRST_NUMBER || number === NOBODY);
  if (odd !== undefined) {
    refuse(
      `user or group ${odd} of the container may be one of the host, whose processes, files and sockets it could use; set 'user' to a number from ${FIRST_NUMBER} on, such as ContainerUser.of(10900)`,
    );
  }
  const group = groups.find((number) => number < FIRST_NUMBER);
  if (group !== undefined) {
    refuse(`group ${group} of 'extraGroups' may be one of the host, such as that of the engine's socket; remove it`);
  }
}
