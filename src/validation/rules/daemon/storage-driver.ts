import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const storageDriver = defineRule({
  ruleId: 'BH-D05',
  title: 'unmaintained storage driver',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('storage-driver'),
  why: 'aufs and devicemapper no longer receive fixes, and engines from 25 on do not start with them.',
  fix: "remove 'storage-driver' from daemon.json, so that the engine uses overlay2",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const driver = engine.text('storage-driver')?.trim().toLowerCase() ?? '';
    return ['aufs', 'devicemapper'].includes(driver) ? [{ detail: driver, message: `'storage-driver' is ${driver}` }] : [];
  },
});
