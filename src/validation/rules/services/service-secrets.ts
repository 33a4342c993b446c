import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { labelsOf, mapOf, secretVariables } from '../../private/secret-variables';
import { containerSpecs } from '../../private/service-blocks';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const serviceSecrets = defineRule({
  ruleId: 'BH-S04',
  title: "secret in a service's environment or labels, or in Terraform's state",
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['7.4'],
  why: "Every user who can read the state, or run 'docker service inspect', can read the secret; Swarm stores its own secrets encrypted and sends them from a manager only to the tasks.",
  fix: "create the secret with 'docker secret create', pass its id with 'secrets', and set a variable with the same name and the suffix _FILE to the path; if the variable or label is not a secret, suppress this finding for it",
  links: ['https://docs.docker.com/engine/swarm/secrets/'],
  resourceTypes: ['docker_service', 'docker_secret'],
  find: (resource) => (resource.resourceType === 'docker_secret' ? inState(resource) : inEnvironment(resource)),
});

function inEnvironment(service: ICheckedResource): Violation[] {
  return [
    ...secretVariables('labels', labelsOf(service)),
    ...containerSpecs(service).flatMap((spec) => [
      ...secretVariables('env', mapOf(spec, 'env')),
      ...secretVariables('labels', labelsOf(spec)),
    ]),
  ];
}

/** A provider that reads it writes it there, whatever it comes from. */
function inState(secret: ICheckedResource): Violation[] {
  return secret.has('data') ? [{ detail: 'data', message: "'data' of the secret is readable in the Terraform state" }] : [];
}
