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
  why: 'A client of the socket can start a container that mounts the whole host. A read-only mount does not prevent this, because connecting to a socket is not a write.',
  fix: 'remove the mount; if a program must watch containers, give it network access to a SocketProxy, or to another proxy that passes only read requests, and suppress this finding only at that other proxy with that reason',
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
