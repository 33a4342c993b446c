import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const authorizationPlugin = defineRule({
  ruleId: 'BH-D10',
  title: 'nobody decides who may ask the engine for what',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: controlsOf('authorization-plugins'),
  why: 'Without a plugin everybody who reaches the socket may do everything that root may.',
  fix: "name a plugin in 'authorization-plugins' of daemon.json; a HardenedDaemon has no property for that: where SSH alone leads to its engine, suppress this there with that reason",
  links: ['https://docs.docker.com/engine/extend/plugins_authorization/'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    engine.has('authorization-plugins') ? [] : [{ detail: 'authorization-plugins', message: "'authorization-plugins' is not set" }],
});
