import { defineRule } from '../../private/define-rule';
import { hasDigest, isImageId, writtenImage } from '../../private/images';
import { UNKNOWN } from '../../private/json';
import { Severity } from '../../severity';

/** The digest that a tag has while Terraform runs. */
const LOOKED_UP = /@\$\{\s*data\.docker_registry_image\./;

export const unpinnedImage = defineRule({
  ruleId: 'BH-I02',
  title: 'image without a digest',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.28'],
  why: 'Every user who can push to the registry can move a tag, so a later pull may run another image than the reviewed one.',
  fix: "append the digest of the reviewed image to the name, as text: 'nginx:1.29@sha256:…'",
  links: ['https://docs.docker.com/dhi/core-concepts/digests/'],
  resourceTypes: ['docker_container', 'docker_service', 'docker_image'],
  applies: (resource) => writtenImage(resource) !== undefined,
  find: (resource) => {
    const image = writtenImage(resource)!;
    if (LOOKED_UP.test(image.raw)) {
      return [{ detail: image.raw, message: `the digest in '${image.raw}' is the digest of the tag at the time when Terraform runs` }];
    }
    if (isImageId(image) || hasDigest(image)) return [];
    if (image.masked.endsWith(UNKNOWN)) {
      image.giveUp();
      return [];
    }
    return [{ detail: image.raw, message: `the image '${image.raw}' has no digest` }];
  },
});
