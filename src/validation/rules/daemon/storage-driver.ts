import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const storageDriver = defineRule({
  ruleId: 'BH-D05',
  title: 'storage driver that nobody maintains',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('storage-driver'),
  why: 'aufs and devicemapper get no fixes any more, and engines from 25 on do not start with them.',
  fix: "take 'storage-driver' out of daemon.json, so that the engine takes overlay2",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    const driver = engine.text('storage-driver')?.trim().toLowerCase() ?? '';
    return ['aufs', 'devicemapper'].includes(driver) ? [{ detail: driver, message: `'storage-driver' is ${driver}` }] : [];
  },
});
