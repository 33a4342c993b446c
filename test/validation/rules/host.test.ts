import { Rules } from '../../../src';
import { AUDITED } from '../../../src/hardening/private/engine-files';
import type { JsonObject } from '../../../src/validation/private/json';
import { HOST_RULES } from '../../../src/validation/rules/host';
import { verdict } from '../../support/verdict';

const SWARM = {
  listen_address: '192.0.2.10',
  advertise_address: '192.0.2.10',
  data_path_address: '192.0.2.10',
  autolock: true,
  certificate_expiry: '2160h',
};
/** A host with nothing to say against. */
const GOOD: JsonObject = {
  managed: true,
  files: [
    { path: '/etc/docker/daemon.json', owner: 'root:root', mode: '0644' },
    { path: '/usr/local/sbin/x', owner: 'root:root', mode: '0755' },
  ],
  docker_group_members: [],
  audit_rules: Object.values(AUDITED).flat(),
  data_partition: true,
  swarm: SWARM,
};

function ofHost(ruleId: string, attributes: object) {
  return verdict(Rules.byId(ruleId)[0], {}, {}, [{ resourceType: 'host', path: 'app/Edge', attributes: attributes as JsonObject }]);
}

function withFile(path: string, owner: string, mode: string) {
  return { files: [{ path, owner, mode }] };
}

test.each(HOST_RULES.map(({ ruleId }) => [ruleId]))('%s has nothing against a good host', (ruleId) => {
  expect(ofHost(ruleId, GOOD)).toMatchObject({ state: 'compliant', details: [] });
});

test.each<[string, object, string[], object]>([
  ['BH-H01', { audit_rules: [] }, ['audit rules'], { audit_rules: GOOD.audit_rules }],
  ['BH-H01', { audit_rules: Object.values(AUDITED).flat().slice(1) }, ['audit rules'], { audit_rules: GOOD.audit_rules }],
  [
    'BH-H02',
    withFile('/etc/docker/daemon.json', 'root:root', '0664'),
    ['/etc/docker/daemon.json mode'],
    withFile('/etc/docker/daemon.json', 'root:root', '0644'),
  ],
  // 577 is less than 644 as a number.
  [
    'BH-H02',
    withFile('/etc/docker/daemon.json', 'root:root', '577'),
    ['/etc/docker/daemon.json mode'],
    withFile('/etc/docker/daemon.json', 'root:root', '0640'),
  ],
  [
    'BH-H02',
    withFile('/etc//docker/../docker/daemon.json', 'ubuntu:root', '0644'),
    ['/etc//docker/../docker/daemon.json owner'],
    withFile('/etc/docker/daemon.json', 'root:root', '0644'),
  ],
  [
    'BH-H02',
    withFile('/etc/docker/certs.d/r.test/ca.crt', 'root:root', '0644'),
    ['/etc/docker/certs.d/r.test/ca.crt mode'],
    withFile('/etc/docker/certs.d/r.test/ca.crt', 'root:root', '0444'),
  ],
  [
    'BH-H02',
    withFile('/usr/local/sbin/x', 'root:root', '0777'),
    ['/usr/local/sbin/x mode'],
    withFile('/usr/local/sbin/x', 'root:root', '0755'),
  ],
  ['BH-H03', { docker_group_members: ['ada', 'bob'] }, ['ada', 'bob'], { docker_group_members: [] }],
  ['BH-H04', { data_partition: false }, ['/var/lib/docker'], { data_partition: true }],
  ['BH-H05', { swarm: { ...SWARM, autolock: false } }, ['autolock'], { swarm: SWARM }],
  ['BH-H05', { swarm: { autolock: true, listen_address: '192.0.2.10', advertise_address: '192.0.2.10' } }, ['certificate_expiry', 'data_path_address'], { swarm: SWARM }], // prettier-ignore
])('%s: %j', (ruleId, bad, details, fix) => {
  expect(ofHost(ruleId, { ...GOOD, ...bad })).toMatchObject({ state: 'violated', details });
  expect(ofHost(ruleId, { ...GOOD, ...bad, ...fix })).toMatchObject({ state: 'compliant', details: [] });
});

test.each(['BH-H01', 'BH-H04', 'BH-H05'])('%s asks nothing of a host of which little is known', (ruleId) => {
  expect(ofHost(ruleId, { files: [], docker_group_members: ['ada'] }).state).toBe('notApplicable');
});

test('of hosts that somebody else keeps, files that are not of the engine are not looked at', () => {
  expect(ofHost('BH-H02', withFile('/usr/local/sbin/x', 'ada:ada', '0777')).state).toBe('compliant');
});
