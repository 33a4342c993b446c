import {
  Capability,
  ConnectionRate,
  EncryptedOverlay,
  EndpointMode,
  HardenedContainer,
  HardenedService,
  HealthCheck,
  Peer,
  Placement,
  Port,
  PublishMode,
  Reachability,
  Requirement,
  SwarmConfig,
  SwarmSecret,
  UpdatePolicy,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { IMAGE, synth } from '../support/programs';
import { Services } from '../support/swarms';

const LAN = Peer.cidr('198.51.100.0/24');

type ServiceProps = ConstructorParameters<typeof HardenedService>[2];

describe('a service', () => {
  const program = new Services();
  const [front, back] = ['Front', 'Back'].map((id) => program.overlay(id));
  const web = program.service('Web', front, {
    replicas: 3,
    replicasPerNode: 1,
    placements: [Placement.WORKERS, Placement.onNode(program.workers[0]), Placement.label('disk', 'fast')],
    secrets: [SwarmSecret.of({ secretId: 'a'.repeat(25), secretName: 'key' })],
    configs: [SwarmConfig.fromText('shop.conf', 'a = ${b}', '/etc/shop.conf')],
    updatePolicy: UpdatePolicy.of({ startFirst: true, parallelism: 2 }),
    environment: { MODE: 'on' },
  });
  const api = program.service('Api', back, { defaultPort: Port.tcp(8080) });
  web.connections.allowTo(api);
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), sources: [LAN], mode: PublishMode.HOST });
  const resource = program.resource('docker_service', 'app-web');
  const [task] = [resource.task_spec];

  test('can do nothing that it was not given', () => {
    expect(task.container_spec).toMatchObject({
      cap_drop: ['ALL'],
      read_only: true,
      user: '10001:10001',
      sysctl: { 'net.ipv4.ip_forward': '0' },
    });
    expect(task.container_spec.dns_config).toEqual({ nameservers: ['127.0.0.1'] });
    expect(task.resources.limits).toEqual({ memory_bytes: 268_435_456, nano_cpus: 1_000_000_000 });
    const [stamp] = task.container_spec.mounts;
    expect(stamp).toEqual({
      type: 'bind',
      source: `/run/bulkhead/swarm-${program.cluster.clusterId}`,
      target: '/.bulkhead-guard',
      read_only: true,
    });
  });

  test('joins the overlay of what it may talk to, and its gateway network for the publication, all by id', () => {
    const names = task.networks_advanced.map(({ id, ...rest }: { id: string }) => {
      expect(rest).toEqual({});
      return id;
    });
    expect(names).toEqual([
      expect.stringMatching(/^\$\{docker_network\.Back_Resource_.*\.id\}$|^\$\{docker_network\.Back.*\.id\}$/),
      expect.stringMatching(/^\$\{docker_network\.Front/),
      expect.stringMatching(/^\$\{docker_network\.Front.*Gateway/),
    ]);
    const api_ = program.resource('docker_service', 'app-api');
    expect(api_.task_spec.networks_advanced).toHaveLength(1);
    expect(program.resource('docker_network', 'app-front-gw').internal).toBe(false);
    expect(program.resource('docker_network', 'app-back-gw')).toBeUndefined();
  });

  test('says where, how many, and how they are replaced', () => {
    expect(resource.mode).toEqual({ replicated: { replicas: 3 } });
    expect(task.placement).toEqual({
      constraints: [`engine.labels.bulkhead.daemon==${program.workers[0].daemonId}`, 'node.labels.disk==fast', 'node.role==worker'],
      max_replicas: 1,
    });
    expect(resource.update_config).toMatchObject({ parallelism: 2, order: 'start-first', failure_action: 'rollback' });
    expect(resource.endpoint_spec).toEqual({
      mode: 'vip',
      ports: [{ protocol: 'tcp', published_port: 443, target_port: 8443, publish_mode: 'host' }],
    });
  });

  test('sees secrets as files of its user, and configs by a name that follows from their text', () => {
    expect(task.container_spec.secrets).toEqual([
      {
        secret_id: 'a'.repeat(25),
        secret_name: 'key',
        file_name: '/run/secrets/key',
        file_uid: '10001',
        file_gid: '10001',
        file_mode: 0o400,
      },
    ]);
    const [{ config_name: name }] = task.container_spec.configs;
    expect(name).toMatch(/^shop\.conf-[0-9a-f]{12}$/);
    const config = program.resource('docker_config', name);
    expect(Buffer.from(config.data, 'base64').toString()).toBe('a = ${b}');
    expect(config.lifecycle).toEqual({ create_before_destroy: true });
  });

  test('needs the line of the provider that reads it back', () => {
    const { json } = synth(program.stack);
    expect(json.terraform.required_providers.docker.version).toBe('>= 3.6.2, < 5.0.0, >= 4.0.0');
  });
});

describe('the proof', () => {
  const program = new Services();
  const [front, back] = ['Front', 'Back'].map((id) => program.overlay(id));
  const [web, shop] = ['Web', 'Shop'].map((id) => program.service(id, front));
  const [db, log] = ['Db', 'Log'].map((id) => program.service(id, back));
  shop.connections.allowTo(db, Port.tcp(5432));
  web.publish(Port.tcp(443), { sources: [LAN] });
  const proof = Reachability.ofSwarm(program.cluster);

  test('members reach each other on every port, and nobody else does', () => {
    expect(proof.canReach(shop, db, Port.tcp(5432))).toBe(true);
    expect(proof.canReach(db, shop, Port.tcp(22))).toBe(true);
    expect(proof.canReach(web, shop, Port.udp(1))).toBe(true);
    expect(proof.canReach(web, db, Port.tcp(5432))).toBe(false);
    expect(proof.canReach(log, web, Port.tcp(443))).toBe(false);
    expect(proof.canReach(db, Peer.anyIpv4(), Port.tcp(443))).toBe(false);
    expect(proof.canReach(web, Peer.anyIpv4(), Port.tcp(443))).toBe(false);
    expect(proof.canReach(web, Peer.host(), Port.tcp(2377))).toBe(false);
    expect(proof.resolves(shop, db)).toBe(true);
    expect(proof.resolves(web, db)).toBe(false);
  });

  test('what is open beyond what was declared is told, and no mistake', () => {
    const told = proof.undeclaredFlows().map(({ source, destination }) => `${source} > ${destination}`);
    expect(told).toEqual(expect.arrayContaining(['app/Web > app/Shop', 'app/Shop > app/Db', 'app/Db > app/Log']));
    expect(told.filter((pair) => /Web > app\/(Db|Log)/.test(pair))).toEqual([]);
    expect(() => synth(program.stack)).not.toThrow();
  });

  test('a publication lets its sources in on every node, and others nowhere', () => {
    expect(proof.canReach(LAN, web, Port.tcp(443))).toBe(true);
    expect(proof.canReach(Peer.address('203.0.113.9'), web, Port.tcp(443))).toBe(false);
    expect(proof.canReach(LAN, db, Port.tcp(443))).toBe(false);
    for (const node of [program.manager, ...program.workers]) {
      const exposed = Reachability.of(node).exposures();
      expect([...new Set(exposed.map(({ workload }) => workload))]).toEqual(['app/Web']);
    }
  });

  test('a requirement that membership breaks fails the synth', () => {
    const broken = new Services();
    const overlay = broken.overlay('Mesh');
    const [one, two] = ['One', 'Two'].map((id) => broken.service(`S${id}`, overlay));
    broken.cluster.require(Requirement.unreachable(one, two));
    expect(() => synth(broken.stack)).toThrow(/app\/SOne reaches app\/STwo .*RequirementBroken/);
  });
});

describe('what is refused', () => {
  const place = (path: string) => ({ path: `app/${path}` });
  const serviceRefused = (code: ErrorCode, props: Partial<ServiceProps>) => {
    const program = new Services();
    const overlay = program.overlay('Mesh');
    expectError(() => program.service('Web', overlay, props), code, place('Web'));
  };

  test('of a service', () => {
    serviceRefused('ServiceImage', { image: IMAGE });
    serviceRefused('UserNumber', { user: 'web' as never });
    serviceRefused('ServiceValue', { replicas: -1 });
    serviceRefused('SecretInEnvironment', { environment: { PASSWORD: 'x' } });
    serviceRefused('MountTarget', { secrets: [SwarmSecret.of({ secretId: 'a'.repeat(25), secretName: 'key', target: '/tmp' })] });
    serviceRefused('ServiceValue', { capabilities: [Capability.of('NET_RAW', { reason: 'it pings its neighbours' })] });
    serviceRefused('NotAnOverlay', { overlay: {} as EncryptedOverlay });
  });

  test('a container in an overlay', () => {
    const program = new Services();
    const segment = program.overlay('Mesh') as never;
    expectError(() => new HardenedContainer(program.stack, 'C', { segment, image: IMAGE }), 'OverlayTakesServices', place('C'));
  });

  test('what no rule could do in an overlay', () => {
    const program = new Services();
    const overlay = program.overlay('Mesh');
    const [web, api] = ['Web', 'Api'].map((id) => program.service(id, overlay));
    const refused = (flow: () => void) => expectError(flow, 'OverlayFlow', place('Web'));
    refused(() => web.connections.allowTo(Peer.anyIpv4(), Port.tcp(443)));
    refused(() => web.connections.allowTo(Peer.host(), Port.tcp(443)));
    refused(() => web.connections.allowFrom(Peer.host(), Port.tcp(443)));
    refused(() => web.connections.allowTo(api, Port.tcp(443), { rate: ConnectionRate.perSecond(5) }));
    refused(() => web.connections.allowTo(api, Port.tcp(443), { conduit: true }));
  });

  test('publications without sources, through an ingress that has no address, and of a port that a node uses', () => {
    const program = new Services();
    const overlay = program.overlay('Mesh');
    const web = program.service('Web', overlay, { endpointMode: EndpointMode.DNSRR });
    const api = program.service('Api', overlay);
    expectError(() => web.publish(Port.tcp(80), { sources: [LAN] }), 'ServiceValue', place('Web'));
    expectError(() => web.publish(Port.tcp(80), { mode: PublishMode.HOST } as never), 'PublishNeedsSources', place('Web'));
    web.publish(Port.tcp(80), { sources: [LAN], mode: PublishMode.HOST });
    expectError(() => api.publish(Port.tcp(80), { sources: [LAN] }), 'PublicationConflict', place('Api'));
  });
});

// Of a container the provider reads '1m0s' back, of a service '1m': any other spelling is a change of every plan.
test.each([
  [60, '1m'],
  [90, '1m30s'],
  [3600, '1h'],
  [30, '30s'],
])('a duration of %d seconds is written as it is read back, %s', (seconds, text) => {
  const program = new Services();
  program.service('Web', program.overlay('Front'), { healthCheck: HealthCheck.command(['true'], { intervalSeconds: seconds }) });
  expect(program.resource('docker_service', 'app-web').task_spec.container_spec.healthcheck.interval).toBe(text);
});
