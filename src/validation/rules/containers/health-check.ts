import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** Commands that answer yes whatever the container does. */
const ALWAYS_WELL = /^(\S*\/)?true$|^exit( 0)?$|^:$/;

export const healthCheck = defineRule({
  ruleId: 'BH-C22',
  title: 'no health check',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.27'],
  why: 'The engine counts a container that hangs as running, so nothing replaces it and no alert is raised.',
  fix: "add a 'healthcheck' ('healthCheck' of a HardenedContainer) with a command that queries the program; if the image has one, suppress this finding with that reason",
  links: ['https://docs.docker.com/reference/dockerfile/#healthcheck'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const checks = container.blocks('healthcheck').filter((check) => check.has('test'));
    if (checks.length === 0) return [{ detail: 'none', message: "no 'healthcheck' is set" }];
    const words = checks[0].rawTexts('test');
    const kind = words[0]?.toUpperCase();
    const command = (kind === 'CMD' || kind === 'CMD-SHELL' ? words.slice(1) : words).join(' ').trim();
    if (kind === 'NONE') return [{ detail: 'none', message: "'healthcheck' turns off the health check of the image" }];
    return ALWAYS_WELL.test(command) ? [{ detail: command, message: `'healthcheck' runs '${command}', which always succeeds` }] : [];
  },
});
