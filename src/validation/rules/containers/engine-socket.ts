import { holdsEngineSocket, isEngineSocket } from '../../../hardening/private/host-paths';
import { defineRule } from '../../private/define-rule';
import { canMount, hostMounts, MOUNTING } from '../../private/host-mounts';
import { Severity } from '../../severity';

export const engineSocket = defineRule({
  ruleId: 'BH-C06',
  title: 'socket of the engine mounted',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.32'],
  why: 'Whoever reaches the socket starts a container with the whole host in it. A read-only mount does not hinder that: connecting is no writing.',
  fix: 'take the mount out; where something must watch containers, let it ask a proxy that passes only reading calls, over a network, and suppress this at the proxy alone with that reason',
  links: ['https://docs.docker.com/engine/security/#docker-daemon-attack-surface'],
  resourceTypes: MOUNTING,
  applies: canMount,
  find: (resource) =>
    hostMounts(resource).flatMap(({ path, through }) => {
      const what = isEngineSocket(path)
        ? 'is the socket of an engine'
        : holdsEngineSocket(path)
          ? 'holds the socket of an engine'
          : undefined;
      const way = through === undefined ? 'is mounted' : `is mounted through ${through}`;
      return what === undefined ? [] : [{ detail: path, message: `'${path}', which ${what}, ${way}` }];
    }),
});
