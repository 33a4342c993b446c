import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const insecureRegistries = defineRule({
  ruleId: 'BH-D04',
  title: 'registry without TLS',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('insecure-registries'),
  why: 'An attacker on the network path to the registry can decide what the host runs: nothing verifies that an image comes from the registry.',
  fix: "remove 'insecure-registries' from daemon.json, give the registry a certificate (put a private CA into /etc/docker/certs.d/HOST/ca.crt), and use https:// URLs for mirrors",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => [
    ...engine.texts('insecure-registries').map((name) => ({ detail: name, message: `'insecure-registries' has '${name}'` })),
    ...engine
      .texts('registry-mirrors')
      .filter((url) => !/^https:\/\//i.test(url))
      .map((url) => ({ detail: `mirror ${url}`, message: `the engine connects to the mirror '${url}' without TLS` })),
  ],
});
