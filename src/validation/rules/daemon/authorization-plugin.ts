import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const authorizationPlugin = defineRule({
  ruleId: 'BH-D10',
  title: 'no authorization plugin',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: controlsOf('authorization-plugins'),
  why: 'Without a plugin every client of the socket can do everything that root can.',
  fix: "name a plugin in 'authorization-plugins' of daemon.json; a HardenedDaemon has no property for this: if SSH is the only access to its engine, suppress this finding there with that reason",
  links: ['https://docs.docker.com/engine/extend/plugins_authorization/'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    engine.has('authorization-plugins') ? [] : [{ detail: 'authorization-plugins', message: "'authorization-plugins' is not set" }],
});
