import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const insecureRegistries = defineRule({
  ruleId: 'BH-D04',
  title: 'registry without TLS',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('insecure-registries'),
  why: 'Whoever is on the way to the registry decides what the host runs: nothing says that an image comes from where it was asked for.',
  fix: "take 'insecure-registries' out of daemon.json, give the registry a certificate (/etc/docker/certs.d/HOST/ca.crt holds a CA of your own), and name mirrors by https://",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => [
    ...engine.texts('insecure-registries').map((name) => ({ detail: name, message: `'insecure-registries' has '${name}'` })),
    ...engine
      .texts('registry-mirrors')
      .filter((url) => !/^https:\/\//i.test(url))
      .map((url) => ({ detail: `mirror ${url}`, message: `the mirror '${url}' is asked without TLS` })),
  ],
});
