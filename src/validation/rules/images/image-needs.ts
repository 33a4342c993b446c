import { type ImageNeeds, needsOf } from '../../../hardening/private/images/image-needs';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { mountBlocks } from '../../private/host-mounts';
import { imageName } from '../../private/images';
import { holdsExpression, masked } from '../../private/json';
import { bareName, capabilityChanges, keeps } from '../../private/linux-capabilities';
import { fullName } from '../../private/registry-names';
import { isNumbered } from '../../private/users';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

/** Variants for another user, by a word of their tags. */
const ROOTLESS = /[:-][^/:]*rootless/;

export const imageNeeds = defineRule({
  ruleId: 'BH-I06',
  title: 'container that lacks what its image needs',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'The program ends when it starts, or a part of it never works. Bulkhead knows this of a few popular images, from their sources; of all other images it knows nothing.',
  fix: 'set the property that the finding names, or do what it says instead; if your variant of the image does not need it, suppress this finding with that reason',
  resourceTypes: ['docker_container'],
  find: (container) => {
    const image = imageName(container);
    const name = image === undefined ? undefined : fullName(masked(image));
    if (image === undefined || name === undefined || ROOTLESS.test(image) || isHelper(container)) return [];
    return needsOf(name, image.slice(image.lastIndexOf('/') + 1))
      .flatMap((needs) => lacking(container, needs))
      .map((each) => ({ ...each, message: `'${image}' ${each.message}` }));
  },
});

/** It runs a program of a shell, and not that of the image: what sets owners, or writes files. */
const isHelper = (container: ICheckedResource) => container.isFalse('must_run') && container.rawText('network_mode') === 'none';

function lacking(container: ICheckedResource, needs: ImageNeeds): Violation[] {
  const user = container.text('user');
  const isOther = isNumbered(user) && !/^0+(:|$)/.test(user!);
  const changes = capabilityChanges(container.blocks('capabilities'), 'add', 'drop');
  const without = (wanted: readonly string[]) => wanted.filter((each) => !keeps(changes, bareName(each)));
  const isReadOnly = container.isTrue('read_only');
  const memory = container.num('memory');
  const found: Violation[] = [];
  const say = (detail: string, message: string) => found.push({ detail, message });
  if (needs.refused !== undefined) say('image', `cannot work here: ${needs.refused}`);
  if (needs.isFirst && container.isTrue('init')) say('init', "must have its own first process, and 'init' is on: set 'init' to false");
  if (needs.root !== undefined && isOther) {
    const uses = needs.capabilities === undefined ? '' : `, and 'capabilities' to ${needs.capabilities.join(', ')}`;
    say('user', `starts only as root, because ${needs.root}: set 'user' to ContainerUser.root({ reason })${uses}`);
  }
  if (needs.capabilities !== undefined && !isOther) {
    const missing = without(needs.capabilities);
    if (missing.length > 0) {
      say('capabilities', `uses ${missing.join(', ')} as root: add ${missing.length === 1 ? 'it' : 'them'} to 'capabilities'`);
    }
  }
  if (needs.fileCapabilities !== undefined) {
    const missing = without(needs.fileCapabilities);
    if (missing.length > 0) say('fileCapabilities', `has a program file with ${missing.join(', ')}, and the kernel does not execute it in a container without: name it in 'fileCapabilities' of an ImageProfile.of(), and pass that as 'profile'`); // prettier-ignore
  }
  if (needs.writableRoot !== undefined && isReadOnly) say('read_only', `cannot have a read-only root file system, because ${needs.writableRoot}: set 'writableRootReason'`); // prettier-ignore
  if (needs.writes !== undefined && isReadOnly) {
    const places = writableIn(container);
    const missing = needs.writes.filter((folder) => !places.some((place) => holdsExpression(place) || isIn(folder, place)));
    if (missing.length > 0) say('writes', `writes to ${missing.join(' and ')}, which ${missing.length === 1 ? 'is' : 'are'} read-only: mount a volume there, or list it in 'tmpfsMebibytes'`); // prettier-ignore
  }
  if (needs.memory !== undefined && memory !== undefined && memory < needs.memory) say('memory', `uses about ${needs.memory} MiB with its own settings, and the limit is ${memory}: set 'memoryMebibytes' of 'limits'`); // prettier-ignore
  return found;
}

/** Paths of the container that are not of its root file system, and that it may write. */
function writableIn(container: ICheckedResource): string[] {
  const mounts = mountBlocks(container).filter((block) => !block.isTrue('read_only'));
  return [
    ...container.names('tmpfs'),
    ...mounts.flatMap((block) => ['container_path', 'target'].flatMap((attribute) => block.rawText(attribute) ?? [])),
  ];
}

/** In images, `/var/run` is `/run`. */
const plain = (path: string) => path.replace(/^\/var\/run(?=\/|$)/, '/run');
const isIn = (folder: string, place: string) => `${plain(folder)}/`.startsWith(`${plain(place).replace(/\/$/, '')}/`);
