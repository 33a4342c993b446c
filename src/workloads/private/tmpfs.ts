import { checkFolderTarget } from './mount-target';
import { HARDENED } from '../../hardening/private/hardened-defaults';
import { ValidationError } from '../../private/errors';
import { matching, reasonText, wholeNumber } from '../../private/text';

/** What a workload has in memory that says nothing about it; sizes in MiB by path. */
export const DEFAULT_TMPFS: Readonly<Record<string, number>> = { '/tmp': HARDENED.tmpMebibytes };

export interface TmpfsTarget {
  readonly target: string;
  readonly mebibytes: number;
  /** Why files there may be executed; undefined if they may not. */
  readonly executableReason?: string;
}

/** What a workload says about its file systems in memory. */
export interface TmpfsProps {
  readonly tmpfsMebibytes?: Readonly<Record<string, number>>;
  readonly executableTmpfsReasons?: Readonly<Record<string, string>>;
}

/** Requested file systems in memory, in a fixed order. */
export function tmpfsTargets(
  path: string,
  { tmpfsMebibytes: sizes = DEFAULT_TMPFS, executableTmpfsReasons: reasons = {} }: TmpfsProps,
): TmpfsTarget[] {
  const folder = (target: string, property: string) =>
    checkFolderTarget(matching(path, property, target, /^\S*$/, 'MountTarget', 'an absolute path without blanks'), property, path);
  const executable = new Map(
    Object.entries(reasons).map(([target, reason]) => [
      folder(target, 'executableTmpfsReasons'),
      reasonText(path, `executableTmpfsReasons.${target}`, reason),
    ]),
  );
  const targets = Object.keys(sizes)
    .sort()
    .map((given): TmpfsTarget => {
      const target = folder(given, 'tmpfsMebibytes');
      const executableReason = executable.get(target);
      return {
        target,
        mebibytes: wholeNumber(path, `tmpfsMebibytes of ${given}`, sizes[given], 1, 65_536, 'TmpfsSize'),
        ...(executableReason !== undefined && { executableReason }),
      };
    });
  const unused = [...executable.keys()].find((target) => !targets.some((each) => each.target === target));
  if (unused !== undefined) {
    throw new ValidationError(
      'TmpfsReasonUnused',
      path,
      `'executableTmpfsReasons' contains '${unused}', which is not a path of 'tmpfsMebibytes'; add it there with its size in MiB, or remove it here`,
    );
  }
  return targets;
}
