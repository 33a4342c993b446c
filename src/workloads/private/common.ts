import { checkUser, notAUser } from './check-user';
import { type TmpfsProps, type TmpfsTarget, tmpfsTargets } from './tmpfs';
import { HARDENED, LEAST_MEMORY_MEBIBYTES } from '../../hardening/private/hardened-defaults';
import { shownValue } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { literalText } from '../../private/late';
import { reasonText, startText, wholeNumber } from '../../private/text';
import type { Capability } from '../capability';
import { ContainerImage } from '../container-image';
import type { WorkloadLimits } from '../container-limits';
import { ContainerUser } from '../container-user';
import type { HealthCheck } from '../health-check';

/** What containers and services check and say alike. */

/** The path of the stamp inside the container; only its existence counts. */
export const STAMP_TARGET = '/.bulkhead-guard';

/** The mount without which a container does not start while the guard is not in force. */
export function stampMount(source: string): {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
} {
  return mountBlock({ mountType: 'bind', source, target: STAMP_TARGET, readOnly: true });
}

export const DEFAULT_USER = ContainerUser.of(HARDENED.uid);

export interface CommonProps extends TmpfsProps {
  readonly user?: ContainerUser;
  readonly capabilities?: readonly Capability[];
  readonly command?: string[];
  readonly writableRootReason?: string;
  readonly limits?: WorkloadLimits;
  readonly stopTimeoutSeconds?: number;
}

export interface CheckedCommon {
  readonly user: ContainerUser;
  readonly memory: number;
  readonly cpuMillis: number;
  readonly logMebibytes: number;
  readonly stopTimeout: number;
  readonly tmpfs: readonly TmpfsTarget[];
}

/**
 * Checks before anything enters the tree.
 * @param engine version of the engine that is to run it
 * @param targets mount points besides the stamp and file systems in memory
 */
export function checkCommon(path: string, props: CommonProps, engine: string, targets: readonly string[]): CheckedCommon {
  const { user = DEFAULT_USER, limits = {} } = props;
  if (!(user instanceof ContainerUser)) {
    throw new ValidationError('UserNumber', path, notAUser(user));
  }
  checkUser(path, user, props.capabilities ?? [], engine);
  if (props.writableRootReason !== undefined) {
    reasonText(path, 'writableRootReason', props.writableRootReason);
  }
  (props.command ?? []).forEach((word, index) => startText(path, `command[${index}]`, word));
  const tmpfs = tmpfsTargets(path, props);
  checkTargets(path, [STAMP_TARGET, ...tmpfs.map(({ target }) => target), ...targets]);
  return {
    user,
    tmpfs,
    memory: wholeNumber(
      path,
      'limits.memoryMebibytes',
      limits.memoryMebibytes ?? HARDENED.memoryMebibytes,
      LEAST_MEMORY_MEBIBYTES,
      1_048_576,
      'MemoryLimit',
    ),
    cpuMillis: wholeNumber(path, 'limits.cpuMillis', limits.cpuMillis ?? HARDENED.cpuMillis, 10, 1_024_000, 'CpuLimit'),
    logMebibytes: wholeNumber(path, 'limits.logMebibytes', limits.logMebibytes ?? HARDENED.logMebibytes, 1, 10_240, 'LogLimit'),
    stopTimeout: wholeNumber(path, 'stopTimeoutSeconds', props.stopTimeoutSeconds ?? 10, 1, 3600, 'StopTimeout'),
  };
}

export function checkImage(path: string, image: unknown, what = 'image'): void {
  if (!(image instanceof ContainerImage)) {
    throw new ValidationError(
      'NotAnImage',
      path,
      `'${what}' must be made by ContainerImage, got ${shownValue(image)}; write ${imageCall(image)}`,
    );
  }
}

/** The call for what a caller gave as a text; a tag needs a reason. */
function imageCall(given: unknown): string {
  const text = String(given);
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return `ContainerImage.fromId('${text}')`;
  if (typeof given !== 'string' || !/^[\w./:@-]+$/.test(text)) return "ContainerImage.fromRegistry('name@sha256:…')";
  if (text.includes('@')) return `ContainerImage.fromRegistry('${text}')`;
  return `ContainerImage.fromRegistry('${text.split(':')[0]}@sha256:…'), or ContainerImage.fromRegistry('${text}', { tagReason: 'why a tag is enough' })`;
}

/** Two mounts at one place: the second would hide the first. */
function checkTargets(path: string, targets: readonly string[]): void {
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) {
    throw new ValidationError('MountTarget', path, `two mounts have the target '${twice}'; give each mount a different path`);
  }
  const inStamp = targets.find((target) => target.startsWith(`${STAMP_TARGET}/`));
  if (inStamp !== undefined) {
    throw new ValidationError(
      'MountTarget',
      path,
      `a mount has the target '${inStamp}', and ${STAMP_TARGET} is a file; choose another path`,
    );
  }
}

/** The capabilities that are added again, each once and in a fixed order; undefined for none, because only undefined gives an empty plan. */
export function givenBack(capabilities: readonly Capability[] = []): string[] | undefined {
  const add = [...new Set(capabilities.map(({ text }) => text))].sort();
  return add.length > 0 ? add : undefined;
}

/** What a block needs of a mount. */
interface MountedThere {
  readonly mountType: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export function mountBlock({ mountType, source, target, readOnly }: MountedThere): {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
} {
  return { type: mountType, source, target, readOnly };
}

export interface HealthCheckBlock {
  readonly test: string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly startPeriod?: string;
  readonly retries?: number;
}

/** @param spelled how the provider reads durations back */
export function healthCheckBlock(check: HealthCheck | undefined, spelled = duration): HealthCheckBlock | undefined {
  // The engine keeps no times of a check that is turned off.
  if (check?._noneReason !== undefined) return { test: [...check.test] };
  return (
    check && {
      test: check.test.map(literalText),
      interval: spelled(check.intervalSeconds),
      timeout: spelled(check.timeoutSeconds),
      startPeriod: spelled(check.startPeriodSeconds),
      retries: check.retries,
    }
  );
}

/** The form that the engine reads back: '1m0s', not '60s'. */
export function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`;
}
