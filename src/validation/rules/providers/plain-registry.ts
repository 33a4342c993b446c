import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** No machine in between can read what stays on the machine that runs Terraform. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i;

// Read in the provider's 3.6.2 and 4.5.0: whatever else an address begins with, the provider asks by HTTPS.
export const plainRegistry = defineRule({
  ruleId: 'BH-V04',
  title: 'connection to a registry without TLS',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('insecure-registries'),
  why: 'The provider sends the password of the registry unencrypted and trusts the digest that it receives: an attacker on the network path can read the password and change the digest.',
  fix: "remove 'http://' from 'address', so that the provider uses HTTPS, and give the registry a certificate",
  links: ['https://registry.terraform.io/providers/kreuzwerker/docker/latest/docs#registry-credentials'],
  resourceTypes: ['provider.docker', 'docker_registry_image'],
  applies: (resource) => resource.has(placeOf(resource.resourceType)) || resource.blocks(placeOf(resource.resourceType)).length > 0,
  find: (resource) =>
    resource.blocks(placeOf(resource.resourceType)).flatMap((auth) => {
      const [, host] = /^\s*http:\/\/(.*)$/is.exec(auth.rawText('address') ?? '') ?? [];
      if (host !== undefined && !LOOPBACK.test(host)) {
        return [{ detail: host, message: `the provider connects to the registry '${host}' without TLS` }];
      }
      // Records values that only Terraform knows.
      auth.text('address');
      return [];
    }),
});

function placeOf(resourceType: string): string {
  return resourceType === 'provider.docker' ? 'registry_auth' : 'auth_config';
}
