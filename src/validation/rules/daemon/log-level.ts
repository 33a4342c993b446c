import { controlsOf, ENGINE_SETTINGS } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const USUAL = String(ENGINE_SETTINGS['log-level'].usual);

export const logLevel = defineRule({
  ruleId: 'BH-D02',
  title: 'engine logs more or less than what happens',
  severity: Severity.INFO,
  inDefaults: true,
  cisControls: controlsOf('log-level'),
  why: 'Below info, starts and failures of containers are missing when somebody looks for them; debug writes requests with their contents into the log.',
  fix: "set 'log-level' to info in daemon.json, or leave it out, and leave 'debug' out",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const level = engine.text('log-level') ?? USUAL;
    return [
      ...(level.toLowerCase() === ENGINE_SETTINGS['log-level'].ours ? [] : [{ detail: 'log-level', message: `'log-level' is ${level}` }]),
      ...(engine.isTrue('debug') ? [{ detail: 'debug', message: "'debug' is true" }] : []),
    ];
  },
});
