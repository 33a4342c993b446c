import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const dataPartition = defineRule({
  ruleId: 'BH-H04',
  title: 'data of the engine on the file system of the host',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: ['1.1.1'],
  why: 'Images, logs and volumes that fill the file system also stop everything else on the host.',
  fix: "put /var/lib/docker on a separate file system, and declare it with 'dataPartition: true' of the HardenedDaemon",
  links: ['https://docs.docker.com/engine/daemon/#daemon-data-directory'],
  resourceTypes: ['host'],
  applies: (host) => host.isTrue('managed'),
  find: (host) =>
    host.isTrue('data_partition')
      ? []
      : [{ detail: '/var/lib/docker', message: 'the program does not declare that /var/lib/docker is on a separate file system' }],
});
