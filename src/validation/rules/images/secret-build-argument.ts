import { defineRule } from '../../private/define-rule';
import { mapOf, secretVariables } from '../../private/secret-variables';
import { Severity } from '../../severity';

export const secretBuildArgument = defineRule({
  ruleId: 'BH-I04',
  title: 'secret in a build argument',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['4.10'],
  why: "Build arguments stay in the history of the image, where everybody who can pull it reads them, and in Terraform's state.",
  fix: "take the argument out, and hand the secret in by 'secrets' of the build and a RUN --mount=type=secret; suppress it for an argument that is no secret",
  links: ['https://docs.docker.com/build/building/secrets/'],
  resourceTypes: ['docker_image'],
  applies: (image) => image.has('build'),
  find: (image) => image.blocks('build').flatMap((build) => secretVariables('build_args', mapOf(build, 'build_args'))),
});
