import { checkFolderTarget } from './mount-target';
import { HARDENED } from '../../hardening/private/hardened-defaults';
import { matching, wholeNumber } from '../../private/text';

/** What a workload has in memory that says nothing about it; sizes in MiB by path. */
export const DEFAULT_TMPFS: Readonly<Record<string, number>> = { '/tmp': HARDENED.tmpMebibytes };

/** Requested file systems in memory, in a fixed order. */
export function tmpfsTargets(
  path: string,
  sizes: Readonly<Record<string, number>> = DEFAULT_TMPFS,
): { readonly target: string; readonly mebibytes: number }[] {
  return Object.keys(sizes)
    .sort()
    .map((target) => ({
      target: checkFolderTarget(
        matching(path, 'tmpfsMebibytes', target, /^\S*$/, 'MountTarget', 'an absolute path without blanks'),
        'tmpfsMebibytes',
        path,
      ),
      mebibytes: wholeNumber(path, `tmpfsMebibytes of ${target}`, sizes[target], 1, 65_536, 'TmpfsSize'),
    }));
}
