import { AUDITED } from '../../hardening/private/engine-files';

/** Containers also write there, and the engine does not use those files. */
const CONTAINERS = ['/var/lib/docker/overlay2', '/var/lib/docker/volumes'];

/** Rules of auditd. It skips paths that the host does not have (`-i`), and keeps rules that are loaded already. */
export const AUDIT_RULES = [
  '-i',
  ...CONTAINERS.map((path) => `-a never,exit -F dir=${path}`),
  ...[...new Set(Object.values(AUDITED).flat())].map((path) => `-w ${path} -p wa -k docker`),
]
  .map((line) => `${line}\n`)
  .join('');
