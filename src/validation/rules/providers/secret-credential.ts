import type { ICheckedBlock } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { holdsExpression } from '../../private/json';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

/** Where credentials stand, by the type of what has them: nested blocks, or the resource itself. */
const PLACES: Readonly<Record<string, readonly (readonly [block: string | undefined, attribute: string])[]>> = {
  'provider.docker': [
    ['registry_auth', 'password'],
    ['registry_auth', 'config_file_content'],
    [undefined, 'key_material'],
  ],
  docker_registry_image: [['auth_config', 'password']],
  docker_service: [['auth', 'password']],
};

function written(block: ICheckedBlock, attribute: string, place: string): Violation[] {
  const text = block.rawText(attribute) ?? '';
  return text === '' || holdsExpression(text) ? [] : [{ detail: place, message: `'${place}' is written into the program` }];
}

export const secretCredential = defineRule({
  ruleId: 'BH-V05',
  title: 'password or key of a connection written into the program',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'A person who can read the program, the synthesized JSON or the plan can use the password or the key.',
  fix: "remove it, and let the provider read it: 'config_file' of 'registry_auth'; 'cert_path'; or a sensitive Terraform variable",
  links: ['https://registry.terraform.io/providers/kreuzwerker/docker/latest/docs#registry-credentials'],
  resourceTypes: Object.keys(PLACES),
  find: (resource) =>
    PLACES[resource.resourceType].flatMap(([block, attribute]) =>
      block === undefined
        ? written(resource, attribute, attribute)
        : resource.blocks(block).flatMap((each) => written(each, attribute, `${block}.${attribute}`)),
    ),
});
