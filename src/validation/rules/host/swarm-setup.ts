import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const swarmSetup = defineRule({
  ruleId: 'BH-H05',
  title: 'swarm with a loose end',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['7.2', '7.5', '7.7', '7.9'],
  why: 'A swarm that listens everywhere, keeps its keys readable, or has certificates without an end gives more away than the one node that was broken into.',
  fix: "make the swarm with SwarmCluster and leave 'withoutAutolockReason' out: it names all addresses, locks managers and lets certificates expire",
  links: ['https://docs.docker.com/engine/swarm/swarm_manager_locking/'],
  resourceTypes: ['host'],
  applies: (host) => host.has('swarm'),
  find: (host) =>
    host
      .blocks('swarm')
      .flatMap((swarm) => [
        ...['listen_address', 'advertise_address', 'data_path_address', 'certificate_expiry']
          .filter((key) => !swarm.has(key))
          .map((key) => ({ detail: key, message: `the swarm is made without ${key.replace(/_/g, ' ')}` })),
        ...(swarm.isTrue('autolock') ? [] : [{ detail: 'autolock', message: 'the keys of managers lie readable on their disks' }]),
      ]),
});
