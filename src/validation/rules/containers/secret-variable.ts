import { defineRule } from '../../private/define-rule';
import { secretVariables } from '../../private/secret-variables';
import { Severity } from '../../severity';

export const secretVariable = defineRule({
  ruleId: 'BH-C26',
  title: 'secret in an environment variable',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['7.4', '4.10'],
  why: "It lies readable in Terraform's state, in 'docker inspect' and in the environment of every process of the container, and ends up in logs.",
  fix: 'mount the secret as a file, take the variable out, and set one of its name with _FILE at the end to the path; suppress it for a variable that is no secret',
  resourceTypes: ['docker_container'],
  find: (container) =>
    secretVariables(
      'env',
      container
        .rawTexts('env')
        .filter((line) => line.includes('='))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ),
});
