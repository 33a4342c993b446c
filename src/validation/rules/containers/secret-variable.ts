import { defineRule } from '../../private/define-rule';
import { labelsOf, secretVariables, variablesOf } from '../../private/secret-variables';
import { Severity } from '../../severity';

export const secretVariable = defineRule({
  ruleId: 'BH-C26',
  title: 'secret in an environment variable or a label',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['7.4', '4.10'],
  why: "The secret is readable in the Terraform state and in 'docker inspect'; a variable is also in the environment of every process of the container, and often appears in logs.",
  fix: 'mount the secret as a file, remove the variable, and set a variable with the same name and the suffix _FILE to the path; if the variable or label is not a secret, suppress this finding for it',
  resourceTypes: ['docker_container'],
  find: (container) => [...secretVariables('env', variablesOf(container)), ...secretVariables('labels', labelsOf(container))],
});
