import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isSwarmNode } from '../daemon/private/swarm-node';

export const liveRestoreInSwarm = defineRule({
  ruleId: 'BH-X02',
  title: 'live restore on a node of a swarm',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('live-restore'),
  why: 'An engine with live restore refuses to join a swarm, or no longer starts in it.',
  fix: "set 'live-restore' to false in daemon.json; a HardenedDaemon does it with 'liveRestore: false'",
  links: ['https://docs.docker.com/engine/daemon/live-restore/'],
  resourceTypes: ['daemon.json'],
  applies: isSwarmNode,
  find: (engine) =>
    engine.isTrue('live-restore') ? [{ detail: 'live-restore', message: "'live-restore' is true, and the engine is in a swarm" }] : [],
});
