import { HARDENED } from '../../hardening/private/hardened-defaults';
import type { ContainerConfig } from '../../private/bindings';

type Confined = 'capabilities' | 'securityOpts' | 'privileged' | 'ipcMode' | 'memory' | 'memorySwap' | 'cpuPeriod' | 'cpuQuota';

/**
 * Privileges that no Bulkhead container may exceed, and how much of the host it may use; memory in MiB, processor time in thousandths of a processor.
 */
export function confined({
  add,
  memory,
  cpuMillis,
}: {
  readonly add?: string[];
  readonly memory: number;
  readonly cpuMillis: number;
}): Pick<ContainerConfig, Confined> {
  return {
    // Only this spelling replans empty: the engine reads capabilities back with their prefix, and 'ALL' without.
    capabilities: { drop: ['ALL'], ...(add && { add }) },
    securityOpts: [HARDENED.noNewPrivileges],
    privileged: false,
    ipcMode: 'private',
    // Without memory_swap the provider updates the container on every apply; with 'cpus' its 3.6 line crashes.
    memory,
    memorySwap: memory,
    cpuPeriod: HARDENED.cpuPeriod,
    // Of a period of 100 ms.
    cpuQuota: cpuMillis * 100,
  };
}
