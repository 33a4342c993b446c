import { Rules, Severity } from '../../../src';
import { DAEMON_RULES } from '../../../src/validation/rules/daemon';
import { ENGINE } from '../../support/fixes/pair';
import { verdict } from '../../support/verdict';

function ofEngine(ruleId: string, change: object, rest: object = {}) {
  const attributes = JSON.parse(JSON.stringify({ ...ENGINE, ...change }));
  return verdict(Rules.byId(ruleId)[0], rest, {}, [{ resourceType: 'daemon.json', path: 'app/Edge', attributes }]);
}

test.each(DAEMON_RULES.map(({ ruleId }) => [ruleId]))('%s has nothing against good settings', (ruleId) => {
  expect(ofEngine(ruleId, {})).toMatchObject({ state: 'compliant', details: [] });
});

/** What is set, what is found, and what the fix makes of it; undefined takes a key out. */
test.each<[string, object, string[], object]>([
  ['BH-D01', { icc: true }, ['icc'], { icc: false }],
  ['BH-D01', { icc: undefined }, ['icc'], { icc: false }],
  ['BH-D01', { icc: null }, ['icc'], { icc: false }],
  ['BH-D02', { 'log-level': 'debug' }, ['log-level'], { 'log-level': 'info' }],
  ['BH-D02', { 'log-level': 'fatal', debug: true }, ['debug', 'log-level'], { 'log-level': undefined, debug: undefined }],
  ['BH-D03', { iptables: false }, ['iptables'], { iptables: undefined }],
  ['BH-D03', { iptables: false, ip6tables: false }, ['ip6tables', 'iptables'], { iptables: true, ip6tables: true }],
  ['BH-D04', { 'insecure-registries': ['10.0.0.5:5000', 'r.test'] }, ['10.0.0.5:5000', 'r.test'], { 'insecure-registries': undefined }],
  [
    'BH-D04',
    { 'registry-mirrors': ['http://m.test', 'HTTPS://n.test'] },
    ['mirror http://m.test'],
    { 'registry-mirrors': ['https://m.test'] },
  ],
  ['BH-D05', { 'storage-driver': 'devicemapper' }, ['devicemapper'], { 'storage-driver': undefined }],
  ['BH-D05', { 'storage-driver': ' AUFS' }, ['aufs'], { 'storage-driver': 'overlay2' }],
  ['BH-D06', { hosts: ['unix:///run/docker.sock', 'tcp://0.0.0.0:2375'] }, ['tcp://0.0.0.0:2375'], { hosts: ['unix:///run/docker.sock'] }],
  // An address alone is TCP to the engine; TLS alone asks nobody for a certificate.
  ['BH-D06', { hosts: ['0.0.0.0:2375', 'fd://'], tls: true }, ['0.0.0.0:2375'], { tlsverify: true }],
  ['BH-D06', { hosts: ['tcp://127.0.0.1:2375'], tlsverify: false }, ['tcp://127.0.0.1:2375'], { tlsverify: true }],
  ['BH-D07', { 'default-ulimits': {} }, ['default-ulimits'], { 'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 4096 } } }],
  ['BH-D08', { 'userns-remap': undefined }, ['userns-remap'], { 'userns-remap': 'default' }],
  ['BH-D08', { 'userns-remap': '' }, ['userns-remap'], { 'userns-remap': 'default' }],
  ['BH-D09', { 'cgroup-parent': '/mine' }, ['cgroup-parent'], { 'cgroup-parent': undefined }],
  ['BH-D09', { 'storage-opts': ['dm.basesize=20G', 'size=1G'] }, ['dm.basesize'], { 'storage-opts': ['size=1G'] }],
  ['BH-D10', { 'authorization-plugins': [] }, ['authorization-plugins'], { 'authorization-plugins': ['opa'] }],
  ['BH-D11', { 'log-driver': undefined }, ['json-file'], { 'log-driver': 'gelf' }],
  ['BH-D11', { 'log-driver': 'journald' }, ['journald'], { 'log-driver': 'awslogs' }],
  ['BH-D11', { 'log-driver': 'syslog' }, ['syslog'], { 'log-opts': { 'syslog-address': 'tcp+tls://logs.test:6514' } }],
  [
    'BH-D11',
    { 'log-driver': 'syslog', 'log-opts': { 'syslog-address': 'udp://127.0.0.1:514' } },
    ['syslog'],
    { 'log-opts': { 'syslog-address': 'udp://192.0.2.5:514' } },
  ],
  ['BH-D12', { 'no-new-privileges': false }, ['no-new-privileges'], { 'no-new-privileges': true }],
  ['BH-D13', { 'live-restore': undefined }, ['live-restore'], { 'live-restore': true }],
  ['BH-D14', { 'userland-proxy': undefined }, ['userland-proxy'], { 'userland-proxy': false }],
  ['BH-D15', { 'seccomp-profile': 'unconfined' }, ['unconfined'], { 'seccomp-profile': undefined }],
  ['BH-D15', { 'seccomp-profile': 'Unconfined ' }, ['unconfined'], { 'seccomp-profile': '/etc/docker/seccomp.json' }],
  ['BH-D16', { experimental: true }, ['experimental'], { experimental: false }],
])('%s: %j', (ruleId, bad, details, fix) => {
  expect(ofEngine(ruleId, bad)).toMatchObject({ state: 'violated', details });
  expect(ofEngine(ruleId, { ...bad, ...fix })).toMatchObject({ state: 'compliant', details: [] });
});

test.each(DAEMON_RULES.filter(({ severity }) => severity === Severity.ERROR).map(({ ruleId }) => [ruleId]))(
  '%s: settings that Terraform makes',
  (ruleId) => {
    const { state, details, messages } = verdict(Rules.byId(ruleId)[0], {}, {}, [
      { resourceType: 'daemon.json', path: 'app/Edge', attributes: '${jsonencode(var.settings)}' },
    ]);
    expect({ state, details }).toEqual({ state: 'unknown', details: [] });
    expect(messages.join()).toMatch(/BH-X03 .* is known only to Terraform/);
  },
);

test('a listener that Terraform makes, beside one that is known', () => {
  expect(ofEngine('BH-D06', { hosts: ['${var.x}'] }).state).toBe('unknown');
  expect(ofEngine('BH-D06', { hosts: ['${var.x}', '0.0.0.0:1'] })).toMatchObject({ state: 'violated', details: ['0.0.0.0:1'] });
});

describe('a node of a swarm', () => {
  const service = { docker_service: { web: { name: 'web' } } };

  test.each<[string, object, object]>([
    ['a label', { labels: ['bulkhead.daemon=0123456789ab'] }, {}],
    ['services in the stack', {}, service],
  ])('is known by %s, and needs no live restore', (_what, change, rest) => {
    expect(ofEngine('BH-D13', { ...change, 'live-restore': false }, rest).state).toBe('notApplicable');
  });

  test('services may be for another engine where there are two', () => {
    const engine = { resourceType: 'daemon.json', attributes: { 'live-restore': false } };
    const { details } = verdict(Rules.byId('BH-D13')[0], service, {}, [
      { ...engine, path: 'app/One' },
      { ...engine, path: 'app/Two' },
    ]);
    expect(details).toHaveLength(2);
  });
});
