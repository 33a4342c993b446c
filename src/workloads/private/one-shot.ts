import { confined } from './confined';
import { endedWell } from './ended-well';
import { OWNER_CAPABILITIES } from '../../hardening/private/capabilities';
import { HARDENED, logOptions } from '../../hardening/private/hardened-defaults';
import type { ContainerConfig } from '../../private/bindings';

/**
 * A container that prepares a volume as root and ends. The provider waits for its end and does not check the result, so a postcondition checks its
 * exit code. It has no health check, no restarts and no network.
 * @param failure the message if it fails
 */
export function oneShot(name: string, failure: string): Omit<ContainerConfig, 'image'> {
  return {
    name,
    user: '0:0',
    networkMode: 'none',
    mustRun: false,
    attach: true,
    restart: 'no',
    lifecycle: endedWell(name, failure),
    ...confined({ add: [...OWNER_CAPABILITIES], memory: HARDENED.memoryMebibytes, cpuMillis: HARDENED.cpuMillis }),
    readOnly: true,
    ulimit: [HARDENED.ulimit],
    logDriver: HARDENED.logDriver,
    logOpts: logOptions(HARDENED.logMebibytes),
  };
}
