import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { mapOf, secretVariables } from '../../private/secret-variables';
import { containerSpecs } from '../../private/service-blocks';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const serviceSecrets = defineRule({
  ruleId: 'BH-S04',
  title: "secret in a service's environment, or in Terraform's state",
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['7.4'],
  why: "Everybody who reads the state, or 'docker service inspect', has the secret; Swarm's own secrets are kept encrypted and leave a manager only for the tasks.",
  fix: "make the secret with 'docker secret create', hand its id in with 'secrets', and set the variable with _FILE behind its name to the path; suppress it for a variable that is no secret",
  links: ['https://docs.docker.com/engine/swarm/secrets/'],
  resourceTypes: ['docker_service', 'docker_secret'],
  find: (resource) => (resource.resourceType === 'docker_secret' ? inState(resource) : inEnvironment(resource)),
});

function inEnvironment(service: ICheckedResource): Violation[] {
  return containerSpecs(service).flatMap((spec) => secretVariables('env', mapOf(spec, 'env')));
}

/** A provider that reads it writes it there, whatever it comes from. */
function inState(secret: ICheckedResource): Violation[] {
  return secret.has('data') ? [{ detail: 'data', message: "'data' of the secret lies readable in Terraform's state" }] : [];
}
