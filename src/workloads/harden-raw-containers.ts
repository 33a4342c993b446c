import type { IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';
import { checkProps } from '../private/check-props';
import { DEFAULT_USER } from './private/common';
import { HARDENED, LEAST_MEMORY_MEBIBYTES, logOptions, tmpfsOptions } from '../hardening/private/hardened-defaults';
import { Container, LateContainer } from '../private/bindings';
import { wholeNumber } from '../private/text';
import { restartPolicy } from '../validation/rules/containers/restart-policy';
import { Suppressions } from '../validation/suppressions';

/** Defaults for raw containers. */
export interface HardenRawContainersProps {
  /**
   * Memory of a container that has no limit, in MiB, at least 16; swap is off. Error: `MemoryLimit`.
   *
   * @default 256
   */
  readonly memoryMebibytes?: number;

  /**
   * Processor time of a container that has no limit, in thousandths of a core, at least 10. Error: `CpuLimit`.
   *
   * @default 1000
   */
  readonly cpuMillis?: number;
}

/**
 * Gives raw containers of the Docker provider the defaults of a `HardenedContainer`, in a stack or below a construct:
 *
 *     Aspects.of(stack).add(new HardenRawContainers());
 *
 * It drops all capabilities, sets no-new-privileges, makes the root file system read-only with a /tmp in memory, sets a user other than root (not
 * if the container adds capabilities, which only root holds), a private IPC namespace, limits of memory, processor, open files and logs, and the restart
 * policy `unless-stopped`, for which it accepts BH-C21. Attributes that the program sets stay unchanged; to leave a default, set the attribute on the container, and the rule packs ask for a reason there. Containers of Bulkhead stay
 * unchanged.
 *
 * It does not change networks, publications, mounts and images; `SecureDefaults` reports problems with them.
 */
export class HardenRawContainers implements IAspect {
  private readonly memory: number;
  private readonly cpuQuota: number;

  constructor(props: HardenRawContainersProps = {}) {
    checkProps(undefined, 'HardenRawContainersProps', props);
    const { memoryMebibytes = HARDENED.memoryMebibytes, cpuMillis = HARDENED.cpuMillis } = props;
    this.memory = wholeNumber(undefined, 'memoryMebibytes', memoryMebibytes, LEAST_MEMORY_MEBIBYTES, 1_048_576, 'MemoryLimit');
    this.cpuQuota = wholeNumber(undefined, 'cpuMillis', cpuMillis, 10, 1_024_000, 'CpuLimit') * 100;
  }

  /** Called by cdktf for every construct. */
  public visit(node: IConstruct): void {
    if (!isRawContainer(node)) return;
    const sets = (...attributes: string[]) => attributes.some((attribute) => isSet(node, attribute));

    if (!sets('capabilities')) {
      node.putCapabilities({ drop: ['ALL'] });
    } else if (node.capabilitiesInput !== undefined && !node.capabilitiesInput.drop?.length) {
      node.putCapabilities({ ...node.capabilitiesInput, drop: ['ALL'] });
    }
    const options = node.securityOptsInput ?? [];
    if (!options.some((option) => option.startsWith('no-new-privileges'))) {
      node.securityOpts = [...options, HARDENED.noNewPrivileges];
    }
    if (!sets('readOnly')) {
      node.readOnly = true;
      if (!sets('tmpfs')) node.tmpfs = { '/tmp': tmpfsOptions(HARDENED.tmpMebibytes) };
    }
    // An added capability is for root, according to the image: any other user would hold none of them.
    if (!sets('user') && !node.capabilitiesInput?.add?.length) node.user = DEFAULT_USER.text;
    if (!sets('ipcMode')) node.ipcMode = 'private';
    if (!sets('memory')) node.memory = this.memory;
    // Without it the provider updates the container on every apply.
    if (!sets('memorySwap') && node.memoryInput !== undefined) node.memorySwap = node.memoryInput;
    if (!sets('cpuShares', 'cpuQuota', 'cpus')) {
      node.cpuPeriod = HARDENED.cpuPeriod;
      node.cpuQuota = this.cpuQuota;
    }
    if (!sets('ulimit')) node.putUlimit([HARDENED.ulimit]);
    if (!sets('logDriver', 'logOpts')) {
      node.logDriver = HARDENED.logDriver;
      node.logOpts = logOptions(HARDENED.logMebibytes);
    }
    // A number of retries means those after a failure.
    if (sets('maxRetryCount') && !sets('restart')) node.restart = 'on-failure';
    if (!sets('restart')) {
      node.restart = HARDENED.restart;
      Suppressions.of(node)._imply(restartPolicy, HARDENED.restart, HARDENED.restartReason);
    }
  }
}

/** By its type: a program may hold a second copy of the bindings. */
function isRawContainer(node: IConstruct): node is Container {
  return (node as { terraformResourceType?: string }).terraformResourceType === 'docker_container' && !(node instanceof LateContainer);
}

/** Whether the program sets an attribute, as a property or past it. */
function isSet(container: Container, attribute: string): boolean {
  const input = (container as unknown as Record<string, unknown>)[`${attribute}Input`];
  const overrides = (container as unknown as { rawOverrides: Record<string, unknown> }).rawOverrides;
  const snake = attribute.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return input !== undefined || snake in overrides;
}
