import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const unverifiedRegistry = defineRule({
  ruleId: 'BH-I05',
  title: 'registry without certificate check',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('insecure-registries'),
  why: 'A server that answers at the address of the registry gets the password of the registry, and decides the digest.',
  fix: "remove 'insecure_skip_verify', and give the registry a certificate that the machine that runs Terraform trusts",
  links: ['https://registry.terraform.io/providers/kreuzwerker/docker/latest/docs/resources/registry_image'],
  resourceTypes: [
    'docker_registry_image',
    'data.docker_registry_image',
    'data.docker_registry_image_manifests',
    'data.docker_registry_image_tags',
  ],
  find: (image) =>
    image.isTrue('insecure_skip_verify') ? [{ detail: 'insecure_skip_verify', message: "'insecure_skip_verify' is true" }] : [],
});
