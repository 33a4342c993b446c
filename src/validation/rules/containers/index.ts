import { capabilitiesNotDropped } from './capabilities-not-dropped';
import { dangerousCapability } from './dangerous-capability';
import { engineSocket } from './engine-socket';
import { hostIpcNamespace } from './host-ipc-namespace';
import { hostNetwork } from './host-network';
import { hostPidNamespace } from './host-pid-namespace';
import { hostUserNamespace } from './host-user-namespace';
import { looseTmpfs } from './loose-tmpfs';
import { noNewPrivileges } from './no-new-privileges';
import { privilegedContainer } from './privileged-container';
import { rawSockets } from './raw-sockets';
import { rootUser } from './root-user';
import { sensitiveHostPath } from './sensitive-host-path';
import { sharedMountPropagation } from './shared-mount-propagation';
import { unconfinedByPolicy } from './unconfined-by-policy';
import { unconfinedSystemCalls } from './unconfined-system-calls';
import { writableRoot } from './writable-root';

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
];
