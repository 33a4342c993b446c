import { matching, wholeNumber } from '../../private/text';

/** File systems in memory that were asked for, in a fixed order. */
export function tmpfsTargets(
  path: string,
  sizes: Readonly<Record<string, number>> = { '/tmp': 64 },
): { readonly target: string; readonly mebibytes: number }[] {
  return Object.keys(sizes)
    .sort()
    .map((target) => ({
      target: matching(path, 'tmpfsMebibytes', target, /^\/[^:,\s]+$/, 'MountTarget', 'an absolute path without blanks'),
      mebibytes: wholeNumber(path, `tmpfsMebibytes of ${target}`, sizes[target], 1, 65_536, 'TmpfsSize'),
    }));
}
