import { controlsOf } from '../../../hardening/private/engine-settings';
import { type BuiltInRule, defineRule } from '../../private/define-rule';
import { isImageId, writtenImage } from '../../private/images';
import { fullName, isWithin } from '../../private/registry-names';
import { Severity } from '../../severity';

/**
 * The rule for a list of registries, or of places in them.
 * @param allowed as `registryEntry` gives them
 */
export function allowedRegistries(allowed: readonly string[]): BuiltInRule {
  return defineRule({
    ruleId: 'BH-I03',
    title: 'image from a registry that is not on the list',
    severity: Severity.ERROR,
    inDefaults: false,
    cisControls: ['4.2', ...controlsOf('insecure-registries')],
    why: 'The owner of the registry decides what runs on the host; a typing error in a name can select the registry of an attacker.',
    fix: 'use an image from a registry on the list, or add its registry to the list',
    resourceTypes: ['docker_container', 'docker_service', 'docker_image', 'docker_registry_image'],
    applies: (resource) => {
      const image = writtenImage(resource);
      return image !== undefined && !isImageId(image);
    },
    find: (resource) => {
      const image = writtenImage(resource)!;
      const name = fullName(image.masked);
      const verdicts = allowed.map((place) => (name === undefined ? undefined : isWithin(name, place)));
      if (verdicts.includes(true)) return [];
      if (name === undefined || verdicts.includes(undefined)) {
        image.giveUp();
        return [];
      }
      const list = allowed.length > 0 ? allowed.join(', ') : 'nothing';
      return [{ detail: image.raw, message: `the image '${image.raw}' is from '${name.split('/')[0]}'; the list contains ${list}` }];
    },
  });
}
