import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const swarmSetup = defineRule({
  ruleId: 'BH-H05',
  title: 'swarm with insecure settings',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['7.2', '7.5', '7.7', '7.9'],
  why: 'If a swarm listens on all addresses, stores its keys unencrypted, or has certificates that do not expire, an attacker who gets into one node gets more than that node.',
  fix: "create the swarm with SwarmCluster and without 'withoutAutolockReason': it sets all addresses, locks managers and lets certificates expire",
  links: ['https://docs.docker.com/engine/swarm/swarm_manager_locking/'],
  resourceTypes: ['host'],
  applies: (host) => host.has('swarm'),
  find: (host) =>
    host
      .blocks('swarm')
      .flatMap((swarm) => [
        ...['listen_address', 'advertise_address', 'data_path_address', 'certificate_expiry']
          .filter((key) => !swarm.has(key))
          .map((key) => ({ detail: key, message: `the swarm is created without ${key.replace(/_/g, ' ')}` })),
        ...(swarm.isTrue('autolock')
          ? []
          : [{ detail: 'autolock', message: 'the keys of managers are stored unencrypted on their disks' }]),
      ]),
});
