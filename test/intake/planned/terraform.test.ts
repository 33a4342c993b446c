import { container, network, plan, type Shown, state } from './show';
import { askTerraform } from '../../../src/intake/ask-terraform';
import { isTerraformJson } from '../../../src/intake/private/planned/terraform';

const at = (name: string) => ({ name });
const NETWORKS = [
  network('front', { ipam_config: [{ subnet: '10.1.0.0/24', gateway: '' }] }, 'f'.repeat(64)),
  network('back', { internal: true }, 'b'.repeat(64)),
  network('shut', { options: { 'com.docker.network.bridge.enable_icc': 'false' } }, 'c'.repeat(64)),
];
const PORTS = { ports: [{ internal: 8080, external: 80, ip: '0.0.0.0', protocol: 'tcp' }] };
const CONTAINERS = [
  container('web', [at('front')], PORTS),
  container('api', [at('front'), at('back')]),
  container('db', [at('b'.repeat(64))]),
  container('one', [at('shut')]),
  container('two', [at('shut')]),
  container('plain'),
  container('side', [], { network_mode: 'container:web' }),
  container('bare', [], { network_mode: 'host' }),
  container('off', [at('front')], { start: false }),
];
const ALL = [...NETWORKS, ...CONTAINERS];

describe.each([
  ['a state', state(ALL)],
  ['a state with modules', state(NETWORKS, CONTAINERS)],
  ['a plan', plan(ALL)],
])('%s', (_, json) => {
  const asked = askTerraform(json, '28.5');

  test.each([
    ['web', 'api', '5432', 'DELIVERED'],
    ['api', 'db', '5432', 'DELIVERED'],
    ['web', 'db', '5432', 'DROPPED'],
    ['one', 'two', '5432', 'DROPPED'],
    ['plain', 'web', '8080', 'DELIVERED'],
    ['plain', 'api', '8080', 'DROPPED'],
    ['internet', 'web', '8080', 'DELIVERED'],
    ['internet', 'web', '8081', 'DROPPED'],
    ['side', 'api', '5432', 'DELIVERED'],
    ['bare', 'db', '5432', 'DELIVERED'],
    ['web', 'internet', '443', 'DELIVERED'],
    ['db', 'internet', '443', 'DROPPED'],
  ])('%s -> %s %s: %s', (from, to, port, disposition) => {
    expect(asked.disposition(from, to, port)).toBe(disposition);
  });

  test('a container that is not started has no connections', () => {
    expect(() => asked.disposition('web', 'off', '80')).toThrow("container 'off' does not run");
  });

  test('exposure lists the publication, and not the host, of which nothing is known', () => {
    const all = asked.exposures();
    expect(all).toContainEqual(
      expect.objectContaining({ workload: 'web', hostAddress: '192.0.2.1', hostPorts: 'tcp/80', targetPorts: 'tcp/8080', certain: true }),
    );
    expect([...new Set(all.map(({ workload, targetPorts }) => `${workload} ${targetPorts}`))]).toEqual(['web tcp/8080']);
  });
});

test('a publication at an address of the host is not at the others', () => {
  const at10 = container('web', [], { ports: [{ internal: 80, external: 80, ip: '10.9.9.9', protocol: 'tcp' }] });
  expect(
    askTerraform(state([at10]), '28.5')
      .exposures()
      .map(({ hostAddress }) => hostAddress),
  ).toEqual(['10.9.9.9']);
});

test('before 28 a container is reachable by a route, unless Docker turned forwarding on itself: not certain', () => {
  const [old, current] = ['26.1', '28.5'].map((version) => askTerraform(state(ALL), version));
  expect(old.disposition('internet', 'api', '5432')).toBe('UNKNOWN');
  expect(old.explain('internet', 'api', '5432').text).toContain('the policy of FORWARD is DROP if Docker turned forwarding on itself');
  expect(current.disposition('internet', 'api', '5432')).toBe('DROPPED');
  expect(current.changesSince(old)).toContainEqual(expect.objectContaining({ destination: 'api', opened: '' }));
  expect(old.onEngine('28.5').changesSince(current)).toEqual([]);
});

describe('a plan', () => {
  const front = { name: { constant_value: '${docker_network.front.id}', references: ['docker_network.front.id', 'docker_network.front'] } };
  const unnamed = (name: string, expressions: object[]): Shown => ({
    ...container(name, [{}]),
    expressions: { networks_advanced: expressions },
  });

  test('a network that is not there yet is found by the reference to it', () => {
    const asked = askTerraform(plan([...NETWORKS, container('web', [at('front')]), unnamed('api', [front])]), '28.5');
    expect(asked.disposition('api', 'web', '80')).toBe('DELIVERED');
  });

  test('with a reference to something else, the answer is not certain', () => {
    const other = { name: { references: ['local.network'] } };
    const asked = askTerraform(plan([...NETWORKS, container('web', [at('front')]), unnamed('api', [other])]), '28.5');
    expect(asked.disposition('api', 'web', '80')).toBe('UNKNOWN');
    expect(asked.disposition('web', 'api', '80')).toBe('UNKNOWN');
    expect(asked.open()).toContainEqual({ source: 'web', destination: 'api', ports: 'everything', certain: false });
    expect(asked.explain('api', 'web', '80').text).toContain("what network '(known after apply)' of container 'api' is");
  });

  test('a reference in a module is to a network of the module', () => {
    const values = (name: string) => ({ name, network_mode: 'bridge', start: true, networks_advanced: [{}] });
    const resource = (type: string, name: string, its: object) => ({ address: `module.m["a.b"].${type}.${name}`, type, name, values: its });
    const config = (name: string) => ({ address: `docker_container.${name}`, expressions: { networks_advanced: [front] } });
    const json = {
      format_version: '1.0',
      terraform_version: '1.11.4',
      planned_values: {
        root_module: {
          resources: [{ address: 'docker_network.front', type: 'docker_network', name: 'front', values: { name: 'outer' } }],
          child_modules: [
            {
              resources: [
                resource('docker_network', 'front', { name: 'inner' }),
                resource('docker_container', 'one', values('one')),
                resource('docker_container', 'two', values('two')),
              ],
            },
          ],
        },
      },
      configuration: { root_module: { module_calls: { m: { module: { resources: [config('one'), config('two')] } } } } },
    };
    const asked = askTerraform(json, '28.5');
    expect(asked.disposition('one', 'two', '80')).toBe('DELIVERED');
    expect(asked.host.names.containers.map(({ addresses }) => addresses.map(({ network: on }) => on))).toEqual([['inner'], ['inner']]);
  });

  test('what it publishes is not certainly reachable', () => {
    const other = { name: { references: ['local.network'] } };
    const asked = askTerraform(plan([{ ...unnamed('api', [other]), values: { ...container('api', [{}], PORTS).values } }]), '28.5');
    expect(asked.exposures()).toContainEqual(expect.objectContaining({ workload: 'api', hostPorts: 'tcp/80', certain: false }));
  });

  test('what is known after apply is said', () => {
    const unknown = { ...network('late'), expressions: { internal: { references: ['var.closed'] } } };
    expect(askTerraform(plan([unknown]), '28.5').notes).toContainEqual(
      expect.objectContaining({ place: 'docker_network.late', sentence: expect.stringContaining('internal is known after apply') }),
    );
  });

  test('a network that the program only reads', () => {
    const old = {
      ...network('old', { ipam_config: [{ subnet: '10.5.0.0/24', gateway: '10.5.0.1' }] }, 'e'.repeat(64)),
      isData: true as const,
    };
    const asked = askTerraform(plan([old, container('web', [at('old')]), container('api', [at('old')])]), '28.5');
    expect(asked.disposition('web', 'api', '80')).toBe('DELIVERED');
  });
});

test.each([
  ['a service of a swarm', { type: 'docker_service', name: 's', values: { name: 's' } }, 'services of a swarm are not modelled'],
  [
    'an option that is not modelled',
    network('n', { options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' } }),
    'inhibit_ipv4=true is not modelled',
  ],
  [
    'a value that is none',
    network('n', { options: { 'com.docker.network.bridge.enable_icc': 'maybe' } }),
    'enable_icc=maybe is not modelled',
  ],
  ['all ports of an image', container('c', [], { publish_all_ports: true }), 'publish_all_ports publishes what the image exposes'],
  [
    'a port that the engine chooses',
    container('c', [], { ports: [{ internal: 80, protocol: 'tcp' }] }),
    'the engine chooses the port of the host for 80/tcp',
  ],
  ['a port without a number', container('c', [], { ports: [{ protocol: 'tcp' }] }), 'is left out'],
  ['a network of Bulkhead', network('n', { options: { 'com.docker.network.bridge.name': 'bh-0123456789' } }), 'networks of Bulkhead'],
])('%s is said with each answer', (_, shown, words) => {
  expect(
    askTerraform(state([shown as Shown]), '28.5')
      .notes.map(({ sentence }) => sentence)
      .join('\n'),
  ).toContain(words);
});

test('each answer says what Terraform does not tell', () => {
  expect(askTerraform(state([]), '28.5').notes.map(({ text, sentence }) => `${text}: ${sentence}`)).toEqual([
    'terraform: all resources are taken to be on one Docker host',
    "terraform: no firewall but Docker's rules is taken to be on the host, and Docker to have its default settings",
    'terraform: services of the host itself are not known, and exposure does not list them',
    'terraform: 192.0.2.1 and 2001:db8::1 stand for the addresses of the host, and the first free address for each that Docker chooses',
  ]);
});

test.each([[{}], [[]], [undefined], ['x'], [{ format_version: '1.0' }], [{ format: 'bulkhead-topology' }]])(
  '%j is not of Terraform',
  (json) => {
    expect(isTerraformJson(json)).toBe(false);
  },
);

describe('several Docker hosts', () => {
  const on = (provider: string, shown: Shown, name: string): Shown => ({ ...shown, name, provider });
  const front = (name: string, provider: string) => on(provider, network('front'), name);
  const both = plan([
    front('first', 'docker'),
    front('second', 'docker.b'),
    on('docker', container('web', [at('front')]), 'web'),
    on('docker', container('api', [at('front')]), 'api'),
    on('docker.b', container('web', [at('front')]), 'web2'),
  ]);

  test('a plan tells them apart, and one is chosen', () => {
    const lines = (daemon: string) => askTerraform(both, '28.5', daemon).open().map(({ source, destination }) => `${source} ${destination}`); // prettier-ignore
    expect(lines('docker')).toContain('web api');
    expect(lines('docker.b').join('\n')).not.toContain('api');
  });

  test.each([undefined, 'docker.c'])('%s is refused with the names', (daemon) => {
    expect(() => askTerraform(both, '28.5', daemon)).toThrow('choose one with --daemon: docker, docker.b');
  });

  test('a state with a name twice is refused with a way out', () => {
    const twice = state([on('', container('web'), 'a'), on('', container('web'), 'b')]);
    expect(() => askTerraform(twice, '28.5')).toThrow(/two resources docker_container have the name 'web'.*terraform show -json plan/);
  });

  test('a network that is read may be one that is made', () => {
    const read = { ...network('front'), isData: true as const };
    expect(askTerraform(state([network('front'), read]), '28.5').open()).toEqual(expect.anything());
  });
});
