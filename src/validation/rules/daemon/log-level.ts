import { controlsOf, ENGINE_SETTINGS } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const USUAL = String(ENGINE_SETTINGS['log-level'].usual);

export const logLevel = defineRule({
  ruleId: 'BH-D02',
  title: 'log level of the engine is not info',
  severity: Severity.INFO,
  inDefaults: true,
  cisControls: controlsOf('log-level'),
  why: 'A level above info, such as warn, leaves out starts and failures of containers; debug writes requests with their contents into the log.',
  fix: "set 'log-level' to info in daemon.json, or remove it, and remove 'debug'",
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
