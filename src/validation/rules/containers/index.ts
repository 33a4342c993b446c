import { capabilitiesNotDropped } from './capabilities-not-dropped';
import { cgroupNamespace } from './cgroup-namespace';
import { cgroupParent } from './cgroup-parent';
import { cpuLimit } from './cpu-limit';
import { cpusCrash } from './cpus-crash';
import { dangerousCapability } from './dangerous-capability';
import { engineSocket } from './engine-socket';
import { forgerAmongOthers } from './forger-among-others';
import { healthCheck } from './health-check';
import { hostDevices } from './host-devices';
import { hostIpcNamespace } from './host-ipc-namespace';
import { hostNetwork } from './host-network';
import { hostPidNamespace } from './host-pid-namespace';
import { hostUserNamespace } from './host-user-namespace';
import { inertCapability } from './inert-capability';
import { logBounds } from './log-bounds';
import { looseTmpfs } from './loose-tmpfs';
import { memoryLimit } from './memory-limit';
import { noNewPrivileges } from './no-new-privileges';
import { pidsLimit } from './pids-limit';
import { privilegedContainer } from './privileged-container';
import { rawSockets } from './raw-sockets';
import { restartPolicy } from './restart-policy';
import { rootUser } from './root-user';
import { seccompPath } from './seccomp-path';
import { secretConfigFile } from './secret-config-file';
import { secretLiteral } from './secret-literal';
import { secretVariable } from './secret-variable';
import { sensitiveHostPath } from './sensitive-host-path';
import { sharedMountPropagation } from './shared-mount-propagation';
import { sharedVolume } from './shared-volume';
import { sshServer } from './ssh-server';
import { ulimits } from './ulimits';
import { unconfinedByPolicy } from './unconfined-by-policy';
import { unconfinedSystemCalls } from './unconfined-system-calls';
import { unmountedSecret } from './unmounted-secret';
import { unwritableVolume } from './unwritable-volume';
import { writableRoot } from './writable-root';

/** What a container may use up, and what is in it. */
const LIMITS_AND_CONTENT = [
  ...[memoryLimit, cpuLimit, cpusCrash, restartPolicy, healthCheck, hostDevices, cgroupParent, cgroupNamespace],
  ...[secretVariable, seccompPath, pidsLimit, sharedVolume, logBounds, ulimits, sshServer, unwritableVolume],
  ...[unmountedSecret, secretLiteral, secretConfigFile],
];

export const CONTAINER_RULES = [
  privilegedContainer,
  hostNetwork,
  hostPidNamespace,
  hostIpcNamespace,
  hostUserNamespace,
  engineSocket,
  sensitiveHostPath,
  sharedMountPropagation,
  noNewPrivileges,
  unconfinedSystemCalls,
  unconfinedByPolicy,
  capabilitiesNotDropped,
  dangerousCapability,
  rawSockets,
  writableRoot,
  looseTmpfs,
  rootUser,
  inertCapability,
  forgerAmongOthers,
  ...LIMITS_AND_CONTENT,
];
