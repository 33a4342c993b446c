import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const unverifiedRegistry = defineRule({
  ruleId: 'BH-I05',
  title: 'registry whose certificate nobody checks',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('insecure-registries'),
  why: "Whoever answers at the registry's address gets the password of the registry, and says which digest is the right one.",
  fix: "take 'insecure_skip_verify' out, and give the registry a certificate that the machine which runs Terraform trusts",
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
