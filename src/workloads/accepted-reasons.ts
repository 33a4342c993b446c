import type { Construct } from 'constructs';
import type { Capability } from './capability';
import type { HardenedContainerProps } from './hardened-container-props';
import type { TmpfsTarget } from './private/tmpfs';
import type { RestartPolicy } from './restart-policy';
import { VolumeMount } from './volume-mount';
import { HARDENED } from '../hardening/private/hardened-defaults';
import { ENGINE_SOCKET_PATH } from '../hardening/private/host-paths';
import { dangerousCapability } from '../validation/rules/containers/dangerous-capability';
import { engineSocket } from '../validation/rules/containers/engine-socket';
import { healthCheck as noHealthCheck } from '../validation/rules/containers/health-check';
import { hostDevices } from '../validation/rules/containers/host-devices';
import { hostNetwork } from '../validation/rules/containers/host-network';
import { inertCapability } from '../validation/rules/containers/inert-capability';
import { logBounds } from '../validation/rules/containers/log-bounds';
import { looseTmpfs } from '../validation/rules/containers/loose-tmpfs';
import { rawSockets } from '../validation/rules/containers/raw-sockets';
import { restartPolicy } from '../validation/rules/containers/restart-policy';
import { rootUser } from '../validation/rules/containers/root-user';
import { secretVariable } from '../validation/rules/containers/secret-variable';
import { sensitiveHostPath } from '../validation/rules/containers/sensitive-host-path';
import { writableRoot } from '../validation/rules/containers/writable-root';
import { sharedNamespace } from '../validation/rules/networks/shared-namespace';
import { Suppressions } from '../validation/suppressions';

/** Only a SocketProxy can give such a mount. */
export function holdsSocket({ volumes = [] }: HardenedContainerProps): boolean {
  return volumes.some((mount) => mount instanceof VolumeMount && mount.source === ENGINE_SOCKET_PATH);
}

/** What of a container's reasons is not in its properties, or is read there. */
export interface FurtherReasons {
  readonly tmpfs: readonly TmpfsTarget[];
  readonly restart: RestartPolicy;
  /** Capabilities that the profile of the image adds. */
  readonly marked: readonly Capability[];
  /** Why it is on the network of the host or of another container, where it is. */
  readonly network: { readonly mode?: string; readonly reason?: string };
}

/** A reason that the program gave to a property counts for the rule that asks for one. */
export function acceptReasons(
  container: Construct,
  props: HardenedContainerProps,
  { restart, marked, network, tmpfs }: FurtherReasons,
): void {
  const { user, capabilities = [], devices = [], logDriver, writableRootReason, notSecretReasons = {}, healthCheck } = props;
  const accepted = Suppressions.of(container);
  if (restart._isEndless) accepted._imply(restartPolicy, restart.text, HARDENED.restartReason);
  if (holdsSocket(props)) {
    accepted._imply(engineSocket, ENGINE_SOCKET_PATH, 'a SocketProxy, which passes only the calls that the program allows');
  }
  for (const { text, reason } of capabilities) {
    if (reason !== undefined) {
      const name = text.replace(/^CAP_/, '');
      accepted._imply(dangerousCapability, name, reason);
      accepted._imply(rawSockets, name, reason);
    }
  }
  for (const { text } of marked) {
    const reason = 'the program of the image is marked with it, and the kernel would not execute it';
    accepted._imply(inertCapability, text.replace(/^CAP_/, ''), reason);
  }
  for (const { source, _monitoringReason: why } of props.volumes ?? []) {
    if (why !== undefined) accepted._imply(sensitiveHostPath, source, why);
  }
  for (const device of devices) accepted._imply(hostDevices, device.path, device.reason);
  if (logDriver?.reason !== undefined) accepted._imply(logBounds, logDriver.driver, logDriver.reason);
  if (user?.reason !== undefined) accepted._imply(rootUser, 'root', user.reason);
  if (healthCheck?._noneReason !== undefined) accepted._imply(noHealthCheck, 'none', healthCheck._noneReason);
  if (writableRootReason !== undefined) accepted._imply(writableRoot, 'read_only', writableRootReason);
  for (const { target, executableReason: why } of tmpfs) {
    if (why !== undefined) accepted._imply(looseTmpfs, target, why);
  }
  for (const [name, reason] of Object.entries(notSecretReasons)) accepted._imply(secretVariable, name, reason);
  const networkRule = network.mode === 'host' ? hostNetwork : network.mode === 'container' ? sharedNamespace : undefined;
  if (networkRule !== undefined) accepted._imply(networkRule, 'network_mode', network.reason!);
}
