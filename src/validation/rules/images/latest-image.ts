import { defineRule } from '../../private/define-rule';
import { couldBe, hasDigest, isImageId, tagOf, writtenImage } from '../../private/images';
import { UNKNOWN } from '../../private/json';
import { Severity } from '../../severity';

export const latestImage = defineRule({
  ruleId: 'BH-I01',
  title: "image 'latest', or without a tag",
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.28'],
  why: 'It is unknown which image runs: a host runs the image that was pushed last when it pulled, and this differs between hosts.',
  fix: "name a version and its digest, such as 'nginx:1.29@sha256:…'",
  links: ['https://docs.docker.com/dhi/core-concepts/digests/'],
  resourceTypes: ['docker_container', 'docker_service', 'docker_image', 'docker_registry_image'],
  applies: (resource) => writtenImage(resource) !== undefined,
  find: (resource) => {
    const image = writtenImage(resource)!;
    if (isImageId(image) || hasDigest(image)) return [];
    const tag = tagOf(image);
    if (tag?.toLowerCase() === 'latest') return [{ detail: image.raw, message: `the image is '${image.raw}'` }];
    const tail = image.masked.split('/').pop()!;
    if (tag === undefined && !tail.includes(UNKNOWN)) {
      return [{ detail: image.raw, message: `the image '${image.raw}' has no tag, which means 'latest'` }];
    }
    if (couldBe(tag ?? UNKNOWN, 'latest')) image.giveUp();
    return [];
  },
});
