import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const dataPartition = defineRule({
  ruleId: 'BH-H04',
  title: 'data of the engine on the file system of the host',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: ['1.1.1'],
  why: 'Images, logs and volumes that fill the file system stop everything else on the host, too.',
  fix: "give /var/lib/docker a file system of its own, and say so by 'dataPartition: true' of the HardenedDaemon",
  links: ['https://docs.docker.com/engine/daemon/#daemon-data-directory'],
  resourceTypes: ['host'],
  applies: (host) => host.isTrue('managed'),
  find: (host) =>
    host.isTrue('data_partition')
      ? []
      : [{ detail: '/var/lib/docker', message: 'nothing says that /var/lib/docker is a file system of its own' }],
});
