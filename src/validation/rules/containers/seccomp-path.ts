import { defineRule } from '../../private/define-rule';
import { masked, UNKNOWN } from '../../private/json';
import { Severity } from '../../severity';

const SECCOMP = /^\s*seccomp\s*[=:]\s*/i;
/** What the engine knows by name. */
const NAMED = ['unconfined', 'builtin', ''];

export const seccompPath = defineRule({
  ruleId: 'BH-C27',
  title: 'seccomp profile as a path',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.22'],
  why: 'The docker command reads such a file and sends its content; the Terraform provider sends the path, and the container does not start.',
  fix: "set the profile itself: 'seccomp=' followed by its JSON, such as \"seccomp=${file('profile.json')}\"",
  resourceTypes: ['docker_container'],
  find: (container) =>
    container
      .rawTexts('security_opts')
      .filter((option) => SECCOMP.test(option))
      .map((option) => option.replace(SECCOMP, '').trim())
      .filter((profile) => !NAMED.includes(profile.toLowerCase()) && !isContent(profile))
      .map((profile) => ({ detail: profile, message: `the seccomp profile is '${profile}', which is not JSON` })),
});

/** JSON, or what Terraform fills in, which is how the content of a file gets there. */
function isContent(profile: string): boolean {
  return [UNKNOWN, '{'].includes(masked(profile)[0]);
}
