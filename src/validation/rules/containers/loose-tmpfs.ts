import type { ICheckedBlock } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { isUnknown } from '../../private/literals';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

/** What the engine sets for every one of them; a later word takes it back. */
const SAFE = ['noexec', 'nosuid', 'nodev'];

function loose(path: string, options: readonly string[]): Violation[] {
  const taken = SAFE.map((safe) => safe.slice(2)).filter((word) => options.lastIndexOf(word) > options.lastIndexOf(`no${word}`));
  const sizes = options.filter((option) => /^(size|nr_blocks)=/.test(option));
  const isLimited = sizes.length > 0 && sizes.every((size) => !/=0+[a-z%]?$/i.test(size));
  const problems = [...taken, ...(isLimited ? [] : ['no size'])];
  return problems.length === 0 ? [] : [looseAt(path, problems)];
}

function looseAt(path: string, problems: readonly string[]): Violation {
  return { detail: path, message: `the tmpfs at '${path}' has ${problems.join(', ')}` };
}

function isTmpfs(block: ICheckedBlock): boolean {
  return block.text('type') === 'tmpfs';
}

export const looseTmpfs = defineRule({
  ruleId: 'BH-C16',
  title: 'tmpfs without limits',
  severity: Severity.INFO,
  inDefaults: false,
  why: "Without a size a tmpfs can use half of the host's memory; with 'exec' or 'suid' a process can execute files that were written there.",
  fix: "write 'rw,noexec,nosuid,nodev,size=64m' as options of the path in 'tmpfs', or set 'size_bytes' in 'tmpfs_options' of the mount",
  links: ['https://docs.docker.com/engine/storage/tmpfs/'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.has('tmpfs') || container.blocks('mounts').some(isTmpfs),
  find: (container) => [
    ...Object.entries(container.entries('tmpfs')).flatMap(([path, options]) => loose(path, options.split(','))),
    ...container
      .blocks('mounts')
      .filter((block) => isTmpfs(block) && !isUnknown(block, 'tmpfs_options.size_bytes') && !block.num('tmpfs_options.size_bytes'))
      .map((block) => looseAt(block.rawText('target') ?? '', ['no size'])),
  ],
});
