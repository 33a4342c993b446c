import { isConfigOf, isEngineSocket, mayBeRead, secretFolderOf, sensitivePlace } from '../../../hardening/private/host-paths';
import { defineRule } from '../../private/define-rule';
import { canMount, hostMounts, MOUNTING } from '../../private/host-mounts';
import { Severity } from '../../severity';

export const sensitiveHostPath = defineRule({
  ruleId: 'BH-C07',
  title: 'sensitive path of the host mounted',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.6'],
  why: 'With write access a container can change what the host runs as root; with read access it can read keys, passwords and the data of other containers.',
  fix: "mount a separate directory instead, such as '/srv/data', or put the file into the image; a service takes it as a config or secret; 'upload' works only where the root file system is writable",
  links: ['https://docs.docker.com/engine/storage/bind-mounts/'],
  resourceTypes: MOUNTING,
  applies: canMount,
  find: (resource) =>
    hostMounts(resource).flatMap(({ path, through, isReadOnly }) => {
      // Sockets are the matter of BH-C06.
      const place = isEngineSocket(path) ? undefined : sensitivePlace(path);
      if (place === undefined) return [];
      const readOnly = isReadOnly();
      const name = resource.text('name') ?? '';
      if (readOnly && (mayBeRead(path) || path === secretFolderOf(name) || isConfigOf(name, path))) return [];
      const how = `${readOnly ? 'read-only' : 'for writing'}${through === undefined ? '' : ` through ${through}`}`;
      const message = `'${path}' of the host is mounted ${how}`;
      return [{ detail: path, message, ...(readOnly && { severity: Severity.WARNING }) }];
    }),
});
