import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isAsOurs } from './private/setting';
import { isSwarmNode } from './private/swarm-node';

export const liveRestore = defineRule({
  ruleId: 'BH-D13',
  title: 'containers stop with the engine',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: controlsOf('live-restore'),
  why: 'An update or a failure of the engine stops every container, so operators postpone updates.',
  fix: "set 'live-restore' to true in daemon.json",
  links: ['https://docs.docker.com/engine/daemon/live-restore/'],
  resourceTypes: ['daemon.json'],
  applies: (engine) => !isSwarmNode(engine),
  find: (engine) => (isAsOurs(engine, 'live-restore') ? [] : [{ detail: 'live-restore', message: "'live-restore' is not true" }]),
});
