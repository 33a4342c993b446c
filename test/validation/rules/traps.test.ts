import { Container } from '@cdktf/provider-docker/lib/container';
import { ContainerImage, EncryptedOverlay, EngineVersion, HardenedService, HealthCheck, Peer, Port, type Rule, Rules } from '../../../src';
import { readBack, readBackOfService } from '../../../src/validation/rules/traps/private/go-duration';
import { HOST_ADDRESS, IMAGE, Program } from '../../support/programs';
import { findingsOf } from '../../support/raw-stack';
import { SwarmProgram } from '../../support/swarms';
import { ofContainer, verdict } from '../../support/verdict';

const rule = (number: number): Rule => Rules.byId(`BH-T${String(number).padStart(2, '0')}`)[0];
const TRAPS = Rules.all().filter(({ ruleId }) => ruleId.startsWith('BH-T'));
const networks = (of: number, attributes: object) => verdict(rule(of), { docker_network: { front: { name: 'front', ...attributes } } });
const ignoring = (name: string | string[]) => ({ lifecycle: { ignore_changes: name } });

/** Of each rule: what it finds, and what its own words make of it. */
const CONTAINERS: [number, object, string[], object][] = [
  [
    1,
    { capabilities: { add: ['NET_ADMIN'], drop: ['all', 'cap_chown'] } },
    ['add NET_ADMIN', 'drop all', 'drop cap_chown'],
    { capabilities: { add: ['CAP_NET_ADMIN'], drop: ['ALL', 'CAP_CHOWN'] } },
  ],
  [1, { capabilities: [{ add: ['ALL', 'SYS_TIME'] }] }, ['add SYS_TIME'], { capabilities: [{ add: ['ALL', 'CAP_SYS_TIME'] }] }],
  [2, { memory: 256 }, ['memory_swap'], { memory: 256, memory_swap: 256 }],
  [2, { memory: '${var.m}', memory_swap: null }, ['memory_swap'], { memory: '${var.m}', memory_swap: '${var.m}' }],
  [
    9,
    { healthcheck: { test: ['CMD', 'true'] } },
    ['healthcheck'],
    { healthcheck: { test: ['CMD', 'true'] }, labels: [{ label: 'shop.healthcheck', value: 'a1' }] },
  ],
  [
    10,
    { healthcheck: { test: ['CMD', 'true'], interval: '60s', timeout: '5s' } },
    ['healthcheck.interval'],
    { healthcheck: { test: ['CMD', 'true'], interval: '1m0s' } },
  ],
  [
    12,
    {
      host: [
        { host: 'db', ip: 'fd00::5' },
        { host: 'api', ip: '10.0.0.5' },
      ],
    },
    ['db'],
    { host: [{ host: 'db', ip: '10.0.0.6' }] },
  ],
  [
    13,
    { devices: [{ host_path: '/dev/fuse' }] },
    ['/dev/fuse'],
    { devices: [{ host_path: '/dev/fuse', container_path: '/dev/fuse', permissions: 'rwm' }] },
  ],
];

test.each(CONTAINERS)('BH-T%d finds %j, and its fix clears it', (number, attributes, details, mended) => {
  expect(ofContainer(rule(number), attributes)).toMatchObject({ state: 'violated', details });
  expect(ofContainer(rule(number), mended).state).toBe('compliant');
  expect(ofContainer(rule(number), {}).state).toBe('notApplicable');
});

test.each([
  [1, { capabilities: { add: ['NET_ADMIN'] } }, 'capabilities'],
  [2, { memory: 256 }, 'memory_swap'],
  [12, { host: { host: 'db', ip: '::5' } }, 'host'],
])('BH-T%d: who has Terraform ignore the change is not trapped', (number, attributes, name) => {
  expect(ofContainer(rule(number), { ...attributes, ...ignoring([name]) }).state).toBe('compliant');
  expect(ofContainer(rule(number), { ...attributes, ...ignoring('all') }).state).toBe('compliant');
  expect(ofContainer(rule(number), { ...attributes, ...ignoring(['image']) }).state).toBe('violated');
});

describe('networks', () => {
  const VXLAN = 'com.docker.network.driver.overlay.vxlanid_list';

  test('BH-T03 block without its gateway', () => {
    const blocks = [{ subnet: '10.1.0.0/24' }, { subnet: 'fd00::/64', gateway: 'fd00::1' }];
    expect(networks(3, { ipam_config: blocks })).toMatchObject({ state: 'violated', details: ['10.1.0.0/24'] });
    expect(networks(3, { ipam_config: { subnet: '10.1.0.0/24', gateway: '${var.g}' } }).state).toBe('compliant');
    expect(networks(3, {}).state).toBe('notApplicable');
    expect(networks(3, { ipam_config: blocks, ...ignoring(['ipam_config']) }).state).toBe('compliant');
  });

  test('BH-T04 overlay with options and without its VXLAN id', () => {
    expect(networks(4, { driver: 'overlay', options: { encrypted: 'true' } })).toMatchObject({ state: 'violated', details: ['options'] });
    expect(networks(4, { driver: 'overlay', options: { encrypted: 'true', [VXLAN]: '4097' } }).state).toBe('compliant');
    expect(networks(4, { driver: 'overlay', options: { encrypted: 'true' }, ...ignoring(['options']) }).state).toBe('compliant');
    expect(networks(4, { driver: 'overlay' }).state).toBe('notApplicable');
    expect(networks(4, { driver: 'bridge', options: { x: 'y' } }).state).toBe('notApplicable');
  });

  test('BH-T14 check_duplicate', () => {
    expect(networks(14, { check_duplicate: false })).toMatchObject({ state: 'violated', details: ['check_duplicate'] });
    expect(networks(14, {}).state).toBe('compliant');
  });
});

describe('containers and their networks', () => {
  const made = { inner: { name: 'inner', internal: true }, deep: { name: 'deep', internal: 'true' }, outer: { name: 'outer' } };
  const ask = (number: number, attributes: object) =>
    verdict(rule(number), { docker_container: { web: { name: 'web', ...attributes } }, docker_network: made });
  const on = (...names: string[]) => ({ networks_advanced: names.map((name) => ({ name, ipv4_address: '10.0.0.2' })) });
  const INNER = '${docker_network.inner.id}';

  test('BH-T05 static address beside network_mode', () => {
    expect(ask(5, { network_mode: '${docker_network.inner.name}', ...on(INNER) })).toMatchObject({ state: 'violated', details: [INNER] });
    expect(ask(5, { network_mode: 'inner', ...on('inner') }).state).toBe('violated');
    expect(ask(5, { network_mode: 'elsewhere', ...on('inner') }).state).toBe('violated');
    expect(ask(5, { network_mode: 'outer', ...on(INNER) }).state).toBe('compliant');
    expect(ask(5, { network_mode: 'inner', networks_advanced: { name: 'inner' } }).state).toBe('compliant');
    expect(ask(5, { network_mode: 'bridge', ...on(INNER) }).state).toBe('notApplicable');
    expect(ask(5, on(INNER)).state).toBe('notApplicable');
  });

  test('BH-T06 ports on internal networks alone', () => {
    const ports = [{ internal: 80, external: 8080 }];
    expect(ask(6, { ports, ...on(INNER, 'deep') })).toMatchObject({ state: 'violated', details: ['ports'] });
    expect(ask(6, { ports, network_mode: 'inner' }).state).toBe('violated');
    expect(ask(6, { ports, ...on(INNER, 'outer') }).state).toBe('compliant');
    expect(ask(6, { ports, ...on(INNER, 'elsewhere') }).state).toBe('compliant');
    expect(ask(6, on(INNER)).state).toBe('notApplicable');
    expect(ask(6, { ports }).state).toBe('notApplicable');
  });

  test('BH-T11 network joined by its name', () => {
    expect(ask(11, on('${docker_network.inner.name}')).details).toEqual(['${docker_network.inner.name}']);
    expect(ask(11, on('inner')).details).toEqual(['inner']);
    expect(ask(11, on(INNER)).state).toBe('compliant');
    expect(ask(11, on('elsewhere')).state).toBe('compliant');
    expect(ask(11, {}).state).toBe('notApplicable');
    const service = (name: object) =>
      verdict(rule(11), { docker_service: { web: { name: 'web', task_spec: { networks_advanced: [name] } } }, docker_network: made }).state;
    expect(service({ name: '${docker_network.inner.name}' })).toBe('violated');
    expect([service({ name: INNER }), service({ id: INNER })]).toEqual(['compliant', 'compliant']);
  });
});

describe('BH-T07 port of a container published twice', () => {
  const two = (first: object, second: object) => ofContainer(rule(7), { ports: [first, second] });

  test('at both wildcards, and on two ports of the host', () => {
    expect(two({ internal: 80, external: 80, ip: '0.0.0.0' }, { internal: 80, external: 80, ip: '::' }).details).toEqual(['tcp/80']);
    expect(two({ internal: 80, external: 80 }, { internal: 80, external: 81, protocol: 'TCP' }).details).toEqual(['tcp/80']);
  });

  test('another port inside, or another protocol', () => {
    expect(two({ internal: 80, external: 80 }, { internal: 81, external: 80, ip: '::' }).state).toBe('compliant');
    expect(two({ internal: 80, external: 80 }, { internal: 80, external: 80, protocol: 'udp' }).state).toBe('compliant');
    expect(ofContainer(rule(7), { ports: { internal: 80 } }).state).toBe('notApplicable');
  });

  test('ours are written as engines from 28 on read them back; before that no order helps', () => {
    const found = (engine: EngineVersion) => {
      const program = new Program({ engine });
      const web = program.container('Web', program.segment('Front'));
      [8443, 9443].forEach((port) =>
        web.publish(Port.tcp(port), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] }),
      );
      return findingsOf(program.stack, rule(7));
    };
    expect(found(EngineVersion.V28)).toEqual([]);
    expect(found(EngineVersion.V26)).toEqual(['BH-T07 app/Web/Resource tcp/8443']);
  });
});

describe('BH-T08 log options of the daemon', () => {
  const found = (config: object) => {
    const program = new Program();
    program.container('Web', program.segment('Front'));
    const provider = program.daemon._providerFor(program.stack);
    new Container(program.stack, 'Raw', { name: 'raw', image: IMAGE.text, provider, ...config });
    return findingsOf(program.stack, rule(8));
  };

  test('are to be repeated, unless the driver is another one', () => {
    expect(found({})).toEqual(['BH-T08 app/Raw max-file', 'BH-T08 app/Raw max-size']);
    expect(found({ logDriver: 'json-file', logOpts: { 'max-size': '10m' } })).toEqual(['BH-T08 app/Raw max-file']);
    expect(found({ logOpts: { 'max-size': '10m', 'max-file': '3' } })).toEqual([]);
    expect(found({ logDriver: 'journald' })).toEqual([]);
  });

  test('of a raw provider nobody knows them', () => {
    expect(ofContainer(rule(8), {}).state).toBe('notApplicable');
  });
});

describe('BH-T10 durations', () => {
  test.each([
    ['60s', '1m0s', '1m'],
    ['1m', '1m0s', '1m'],
    ['90s', '1m30s', '1m30s'],
    ['1h', '1h0m0s', '1h'],
    ['3661s', '1h1m1s', '1h1m1s'],
    ['0', '0s', '0s'],
    ['0m', '0s', '0s'],
    ['1500ms', '1.5s', '1.5s'],
    ['500ms', '500ms', '500ms'],
    ['0.5s', '500ms', '500ms'],
    ['2us', '2µs', '2µs'],
    ['30s', '30s', '30s'],
  ])('%s is read back as %s, of a service as %s', (text, container, service) => {
    expect([readBack(text), readBackOfService(text)]).toEqual([container, service]);
  });

  test.each(['', 'soon', '5', '5 s', '1d'])('%j is none', (text) => {
    expect(readBack(text)).toBeUndefined();
  });

  test('of a service', () => {
    const ask = (attributes: object) => verdict(rule(10), { docker_service: { web: { name: 'web', ...attributes } } });
    expect(ask({ update_config: { delay: '60s', monitor: '1m0s' } }).details).toEqual(['update_config.delay', 'update_config.monitor']);
    expect(ask({ task_spec: { container_spec: { stop_grace_period: '120s' } } }).details).toHaveLength(1);
    expect(ask({ update_config: { delay: '1m', monitor: '5s' } }).state).toBe('compliant');
    expect(ask({}).state).toBe('notApplicable');
  });
});

describe('what is ours falls into none', () => {
  test('containers: a label changes with the health check, which the provider does not change', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'), { healthCheck: HealthCheck.command(['true'], { intervalSeconds: 60 }) });
    web.publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    web.connections.allowTo(program.container('Api', program.segment('Back')), Port.tcp(8080));
    expect(findingsOf(program.stack, ...TRAPS)).toEqual([]);
  });

  test('services and overlays', () => {
    const { stack, cluster } = new SwarmProgram();
    const web = new HardenedService(stack, 'Web', {
      overlay: new EncryptedOverlay(stack, 'Front', { cluster }),
      image: ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`),
      healthCheck: HealthCheck.command(['true'], { intervalSeconds: 60, timeoutSeconds: 3600 }),
    });
    web.publish(Port.tcp(8443), { sources: [Peer.anyIpv4()] });
    expect(findingsOf(stack, ...TRAPS)).toEqual([]);
  });
});

test('the list, all of them in the default pack', () => {
  expect(TRAPS.map(({ ruleId }) => ruleId)).toEqual(Array.from({ length: 14 }, (_, i) => `BH-T${String(i + 1).padStart(2, '0')}`));
  expect(TRAPS.filter(({ severity }) => severity !== 'warning').map(({ ruleId }) => ruleId)).toEqual(['BH-T09']);
});
