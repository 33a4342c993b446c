import { defineRule } from '../../private/define-rule';
import { mapOf, secretVariables } from '../../private/secret-variables';
import { Severity } from '../../severity';

export const secretBuildArgument = defineRule({
  ruleId: 'BH-I04',
  title: 'secret in a build argument',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['4.10'],
  why: 'Build arguments stay in the history of the image, where every user who can pull it can read them, and in the Terraform state.',
  fix: "remove the argument, and pass the secret with 'secrets' of the build and a RUN --mount=type=secret; if the argument is not a secret, suppress this finding for it",
  links: ['https://docs.docker.com/build/building/secrets/'],
  resourceTypes: ['docker_image'],
  applies: (image) => image.has('build'),
  find: (image) => image.blocks('build').flatMap((build) => secretVariables('build_args', mapOf(build, 'build_args'))),
});
