import { fileUrlPath, secretLooking, valueOfFile } from '../../../private/secret-looking';
import type { ICheckedBlock, ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { mountBlocks } from '../../private/host-mounts';
import { holdsExpression } from '../../private/json';
import { variablesOf } from '../../private/secret-variables';
import { Severity } from '../../severity';

/** The usual folders for mounted secrets. */
const CUSTOM = '/run/secrets/';

/** Paths of the container with content from outside its image; undefined if only Terraform knows one. */
function targetsOf(container: ICheckedResource): string[] | undefined {
  const of = (blocks: readonly ICheckedBlock[], attributes: readonly string[]) =>
    blocks.flatMap((block) => attributes.flatMap((attribute) => block.rawText(attribute) ?? []));
  const targets = [
    ...of(mountBlocks(container), ['container_path', 'target']),
    ...of(container.blocks('upload'), ['file']),
    ...container.names('tmpfs'),
  ];
  const isTaken = container.blocks('volumes').some((block) => block.has('from_container'));
  return isTaken || targets.some(holdsExpression) ? undefined : targets;
}

const isWithin = (path: string, target: string) => path === target || path.startsWith(target.endsWith('/') ? target : `${target}/`);

export const unmountedSecret = defineRule({
  ruleId: 'BH-C36',
  title: 'variable that names a secret file which nothing mounts',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'The program in the container finds no file at the path and does not start, or the image contains the secret, where every user who can pull it can read it.',
  fix: "mount the file at the path of the variable, a HardenedContainer with 'secrets'; or correct the path; if the file is a part of the image and holds nothing secret, suppress this finding for the variable",
  resourceTypes: ['docker_container'],
  find: (container) => {
    const targets = targetsOf(container);
    if (targets === undefined) return [];
    return variablesOf(container).flatMap(([name, value]) => {
      const path = fileUrlPath(value) ?? value;
      // A path may also be one of the image, or of a folder.
      const bare = (/FILE$/i.test(name) ? valueOfFile(name) : undefined) ?? (path === value ? undefined : name);
      if (bare === undefined || !/^\/\S+$/.test(path) || holdsExpression(path)) return [];
      if (secretLooking(bare, 'x') === undefined && !path.startsWith(CUSTOM)) return [];
      return targets.some((target) => isWithin(path, target))
        ? []
        : [{ detail: name, message: `'${name}' names '${path}', and nothing is mounted there` }];
    });
  },
});
