import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkProps, isWide, type StructName } from '../../src/private/check-props';
import { PROPERTIES } from '../../src/private/properties.generated';
import { EXAMPLES, EXAMPLES_BY_NAME } from '../../src/private/property-examples';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const ROOT = path.resolve(__dirname, '../..');
const sources = fs
  .readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
  .map((file) => fs.readFileSync(path.join(ROOT, 'src', file), 'utf8'))
  .join('\n');

test('the properties of every struct are checked, by themselves or within another', () => {
  /** Bases of others, and what becomes the properties of another struct. */
  const covered = ['DaemonProps', 'LanSegmentProps', 'PackOptions', 'SupplyChainOptions', 'CisDockerOptions', 'WorkloadLimits'];
  const inner = Object.values(PROPERTIES).flatMap((properties) =>
    Object.values(properties).map((each) => ('struct' in each ? each.struct : '')),
  );
  const unchecked = Object.keys(PROPERTIES).filter((name) => !sources.includes(`, '${name}', `) && !inner.includes(name as never));
  expect(unchecked.filter((name) => !covered.includes(name))).toEqual([]);
});

const FRONT = { daemon: {} };

describe('what is refused', () => {
  test.each<[string, object, string]>([
    ['a letter too few', { networkNam: 'x' }, "'networkNam'; did you mean 'networkName'"],
    ['another case', { networkname: 'x' }, "'networkName'"],
    ['two letters changed', { bridgeNaem: 'bh-x' }, "'bridgeName'"],
  ])('%s', (_, props, says) => {
    expectError(() => checkProps('app/Front', 'BridgeSegmentProps', { ...FRONT, ...props }), 'UnknownProperty', { path: 'app/Front', says: [says] }); // prettier-ignore
  });

  test('in a list of structs', () => {
    const limits = { ulimits: [{ limitName: 'nofile', soft: 1, hard: 2, hardd: 3 }] };
    expectError(() => checkProps(undefined, 'HardenedContainerProps', { image: {}, limits }), 'UnknownProperty', { says: ["'limits.ulimits[0].hardd'", "'soft', 'hard'"] }); // prettier-ignore
    const near = { ulimits: [{ limitNam: 'nofile', soft: 1, hard: 2 }] };
    expectError(() => checkProps(undefined, 'HardenedContainerProps', { image: {}, limits: near }), 'UnknownProperty', { says: ["'limits.ulimits[0].limitName'"] }); // prettier-ignore
  });

  const required = Object.entries(PROPERTIES).flatMap(([struct, properties]) =>
    Object.entries<{ isRequired?: true; type: string }>(properties).flatMap(([name, { isRequired }]) =>
      isRequired ? [[struct, name] as const] : [],
    ),
  );
  test.each(required)('%s without %s: the message shows a value', (struct, name) => {
    const others = Object.keys(PROPERTIES[struct as keyof typeof PROPERTIES]).filter((each) => each !== name);
    const thrown = () => checkProps('app/X', struct as never, {}, others);
    expectError(thrown, 'PropertyMissing', { path: 'app/X', says: [`'${name}' is required; set it to `] });
    expect(thrown).not.toThrow(/set it to (a string|a number|a list, each entry a string) \(|a value of/);
  });

  test('no example is for a property or a type that does not exist', () => {
    const all = Object.values(PROPERTIES).flatMap((properties) => Object.entries<{ type: string }>(properties));
    const types = new Set(all.map(([, { type }]) => type.replace('[]', '').replace(/^.*: (\w+); \}$/, '$1')));
    expect(Object.keys(EXAMPLES).filter((type) => !types.has(type))).toEqual([]);
    const names = new Set(required.map(([, name]) => name));
    expect(Object.keys(EXAMPLES_BY_NAME).filter((name) => !names.has(name))).toEqual([]);
  });

  test.each([undefined, null, 'x', 5])('%j instead of properties', (props) => {
    expectError(() => checkProps('app/Front', 'BridgeSegmentProps', props as never), 'PropertyMissing', { says: ['daemon'] });
  });
});

test.each<[string, object]>([
  ['names of a user', { team: 'shop', zones: ['a'], owner: 'x', tags: {} }],
  ['a name close to one that is given', { networkName: 'front', networkNames: ['x'] }],
  ['a misspelt name without a value', { networkNam: undefined }],
  ['another short word', { dns: 'x', env: 'x', mode: 'x' }],
])('left alone: %s', (_, props) => {
  expect(() => checkProps('app/Front', 'BridgeSegmentProps', { ...FRONT, ...props })).not.toThrow();
});

/** Every attribute of the resource that the provider's bindings know, and what people write in Compose. */
const BINDINGS = fs.readFileSync(path.join(ROOT, 'node_modules/@cdktf/provider-docker/lib/container/index.d.ts'), 'utf8');
const CONFIG = BINDINGS.slice(
  BINDINGS.indexOf('interface ContainerConfig'),
  BINDINGS.indexOf('\n}', BINDINGS.indexOf('interface ContainerConfig')),
);
const OF_TERRAFORM = [...CONFIG.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
const OF_COMPOSE =
  'blkio_config build cap_add cap_drop cgroup cgroup_parent command configs cpu_count cpu_percent cpu_shares cpu_period cpu_quota cpuset cpus depends_on deploy devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts group_add healthcheck hostname image init ipc isolation labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports privileged profiles pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode uts volumes volumes_from working_dir'.split(
    ' ',
  );

describe('a container', () => {
  const given = { segment: {}, image: {} };
  const own = new Set(Object.keys(PROPERTIES.HardenedContainerProps));
  /** Another check refuses these, and says what they give away. */
  const told = ['privileged', 'networkMode', 'pidMode', 'ipcMode', 'usernsMode'];
  /** Of cdktf, not of the resource, and `id` is the second argument. */
  const others = ['id'];

  test.each(
    [...new Set([...OF_TERRAFORM, ...OF_COMPOSE])].filter((name) => !own.has(name) && !told.includes(name) && !others.includes(name)),
  )('refuses %s, and says what to do', (name) => {
    expectError(() => checkProps('app/Web', 'HardenedContainerProps', { ...given, [name]: 'x' }), 'UnknownProperty', { says: [name] });
    expect(() => checkProps('app/Web', 'HardenedContainerProps', { ...given, [name]: 'x' })).not.toThrow('nothing of this name');
  });

  test.each([
    [['8080:80'], "container.publish(Port.tcp(8080), { targetPort: Port.tcp(80), hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] })"],
    [['127.0.0.1:53:5353/udp'], 'container.publish(Port.udp(53), { targetPort: Port.udp(5353)'],
    [[443], 'container.publish(Port.tcp(443), { hostAddress'],
    [{}, 'container.publish(Port.tcp(443), { hostAddress'],
  ])('ports: %j as a call', (ports, says) => {
    expect(() => checkProps('app/Web', 'HardenedContainerProps', { ...given, ports })).toThrow(says);
  });

  test('a service does not point to methods of containers', () => {
    const service = { overlay: {}, image: {}, depends_on: ['db'] };
    expectError(() => checkProps('app/Web', 'HardenedServiceProps', service), 'UnknownProperty', { says: ["'depends_on'", 'nothing of this name'] }); // prettier-ignore
  });
});

test('options of a method have only their own names', () => {
  expectError(() => checkProps('app/Web', 'FlowOptions', { foo: 1 }), 'UnknownProperty', { says: ["'foo'", "'rate'"] });
});

test('a construct warns of what it does not read, and of nothing else', () => {
  const program = new Program();
  const web = program.container('Web', program.segment('Front'), { foo: 1, team: undefined } as object);
  const warnings = web.node.metadata.map(({ data }) => String(data)).filter((text) => text.includes('has no effect'));
  expect(warnings).toEqual([expect.stringContaining("the property 'foo' has no effect: the library does not read it")]);
});

test('every construct whose properties may be wider warns so', () => {
  // Rules and packs are no constructs, and classes extend them.
  const others = ['RuleProps', 'RulePackProps'];
  const wide = Object.keys(PROPERTIES).filter(
    (name) => !others.includes(name) && isWide(name as StructName) && sources.includes(`, '${name}', `),
  );
  expect(wide.filter((name) => !sources.includes(`warnUnread(this, '${name}', props)`))).toEqual([]);
  expect(wide.length).toBeGreaterThan(10);
});
