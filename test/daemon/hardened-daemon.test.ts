import * as fs from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { App, Aspects, Fn, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import { Cidr, DaemonConnection, EngineVersion, HardenedDaemonProps, Peer, Port } from '../../src';
import { daemonJson } from '../../src/daemon/private/daemon-json';
import type { ErrorCode } from '../../src/private/errors';
import { lateText } from '../../src/private/late';
import { outputFolder } from '../../src/reports/private/output-folder';
import { expectError } from '../support/errors';
import { temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, IMAGE, newDaemon, newStack, Program, synth, terraformUnescape } from '../support/programs';
import { filesOfUserData } from '../support/user-data';

const folder = temporaryFolder();
const KEY = `ssh-ed25519 ${'A'.repeat(60)}`;

describe('the provider block', () => {
  test('one per stack, however many resources there are', () => {
    const program = new Program();
    const [front, back] = [program.segment('Front'), program.segment('Back')];
    [front, back].forEach((segment, i) => program.container(`C${i}`, segment));
    const { json } = program.synth();
    expect(json.provider).toEqual({ docker: [{ host: 'unix:///var/run/docker.sock' }] });
    expect(json.terraform.required_providers.docker).toEqual({ source: 'kreuzwerker/docker', version: '>= 3.6.2, < 5.0.0' });
  });

  test('none in a stack that has no resources of the daemon', () => {
    const program = new Program();
    const vm = new TerraformStack(program.app, 'vm');
    new TerraformOutput(vm, 'user-data', { value: program.daemon.userData });
    expect(synth(vm).json.provider).toBeUndefined();
    expect(program.synth().json.provider).toBeUndefined();
  });

  test('a second daemon in the stack gets an alias, and its resources name it', () => {
    const program = new Program();
    const second = newDaemon(
      program.stack,
      { addressPool: Cidr.parse('10.30.0.0/16'), connection: DaemonConnection.socket('/run/second.sock') },
      'Second One',
    );
    program.segment('Front');
    program.container('Far', program.segment('FarSegment', { daemon: second }));
    const { json, network, container } = program.synth();
    const alias = `bulkhead_second_one_${second.daemonId.slice(0, 4)}`;
    expect(json.provider.docker).toEqual([{ host: 'unix:///var/run/docker.sock' }, { host: 'unix:///run/second.sock', alias }]);
    expect(network('app-front').provider).toBe('docker');
    expect([network('app-farsegment').provider, container('app-far').provider]).toEqual([`docker.${alias}`, `docker.${alias}`]);
  });

  test('the version can be another one', () => {
    const program = new Program({ providerVersion: '~> 4.5' });
    program.segment('Front');
    expect(program.synth().json.terraform.required_providers.docker.version).toBe('~> 4.5');
  });

  test('and must be what every daemon of the stack asks for', () => {
    const program = new Program({ providerVersion: '~> 4.5' });
    program.segment('Front');
    program.segment('Far', { daemon: newDaemon(program.stack, { addressPool: Cidr.parse('10.30.0.0/16') }, 'Second') });
    program.segment('Near');
    expect(program.synth().json.terraform.required_providers.docker.version).toBe('~> 4.5, >= 3.6.2, < 5.0.0');
  });

  test('SSH and TLS', () => {
    const ssh = new Program({ connection: DaemonConnection.ssh({ host: 'gateway', user: 'admin', hostKeys: [KEY] }) });
    ssh.segment('Front');
    expect(ssh.synth().json.provider.docker[0]).toEqual({
      host: 'ssh://admin@gateway:22',
      ssh_opts: expect.arrayContaining([
        '-o',
        `UserKnownHostsFile=bulkhead/${outputFolder(ssh.daemon.node.path)}/known_hosts`,
        'StrictHostKeyChecking=yes',
      ]),
    });
    const tls = new Program({ connection: DaemonConnection.tls({ host: 'gateway', certificateDirectory: '/etc/tls' }) });
    tls.segment('Front');
    expect(tls.synth().json.provider.docker[0]).toEqual({ host: 'tcp://gateway:2376', cert_path: '/etc/tls' });
  });
});

describe('the id', () => {
  test('follows from the path alone', () => {
    const id = newDaemon(newStack()).daemonId;
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(newDaemon(newStack(), { hostAddress: '192.0.2.99' }).daemonId).toBe(id);
    expect(newDaemon(newStack('other')).daemonId).not.toBe(id);
  });
});

describe('user data', () => {
  function withFlow() {
    const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
    const program = new Program({}, new TerraformStack(app, 'app'));
    const web = program.container('Web', program.segment('Front'));
    return { app, program, web };
  }

  test('is one cloud-config document, with an archive of every file', () => {
    const { program } = withFlow();
    new TerraformOutput(program.stack, 'user-data', { value: program.daemon.userData });
    const text = terraformUnescape(program.synth().json.output['user-data'].value);
    expect(text).toMatch(/^#cloud-config\n\{.*\}\n$/);
    const document = JSON.parse(text.slice('#cloud-config\n'.length));
    expect(document.packages).toEqual(['auditd', 'conntrack', 'docker.io', 'iproute2', 'ipset', 'iptables', 'kmod', 'nftables']);
    expect(filesOfUserData(text).map(({ path: name }) => name)).toContain('/etc/docker/daemon.json');
  });

  test('what is written beside the stack equals what the token resolves to', () => {
    const { app, program, web } = withFlow();
    new TerraformOutput(program.stack, 'user-data', { value: program.daemon.userData });
    new TerraformOutput(program.stack, 'script', { value: program.daemon.installScript });
    new TerraformOutput(program.stack, 'encoded', { value: Fn.base64encode(program.daemon.userData) });
    web.publish(Port.tcp(443), { hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
    app.synth();
    const stackFolder = path.join(app.outdir, 'stacks', 'app');
    const { output } = JSON.parse(fs.readFileSync(path.join(stackFolder, 'cdk.tf.json'), 'utf8'));
    const read = (name: string) =>
      fs.readFileSync(path.join(stackFolder, 'bulkhead', outputFolder(program.daemon.node.path), name), 'utf8');
    expect(terraformUnescape(output['user-data'].value)).toBe(read('user-data'));
    expect(terraformUnescape(output.script.value)).toBe(read('install.sh'));
    const quoted = /^\$\{base64encode\((".*")\)\}$/s.exec(output.encoded.value)![1];
    expect(terraformUnescape(JSON.parse(quoted))).toBe(read('user-data'));
    expect(fs.statSync(path.join(stackFolder, 'bulkhead', outputFolder(program.daemon.node.path), 'install.sh')).mode.toString(8)).toMatch(
      /755$/,
    );
  });

  test('the compressed form holds the same files', () => {
    const { program } = withFlow();
    new TerraformOutput(program.stack, 'plain', { value: program.daemon.userData });
    new TerraformOutput(program.stack, 'packed', { value: program.daemon.userDataGzipBase64 });
    const { output } = program.synth().json;
    const packed = gunzipSync(Buffer.from(output.packed.value, 'base64')).toString();
    expect(packed.startsWith('#cloud-config\n')).toBe(true);
    expect(filesOfUserData(packed)).toEqual(filesOfUserData(terraformUnescape(output.plain.value)));
    expect(output.packed.value.length).toBeLessThan(output.plain.value.length);
  });

  test('flows that are declared later are in it', () => {
    const { program, web } = withFlow();
    new TerraformOutput(program.stack, 'user-data', { value: program.daemon.userData });
    const before = program.synth().json.output['user-data'].value;
    web.publish(Port.tcp(443), { hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
    expect(program.synth().json.output['user-data'].value).not.toBe(before);
  });

  test('the known_hosts file lies beside the stack', () => {
    const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
    const program = new Program(
      { connection: DaemonConnection.ssh({ host: 'gateway', user: 'admin', hostKeys: [KEY] }) },
      new TerraformStack(app, 'app'),
    );
    program.segment('Front');
    app.synth();
    const file = path.join(app.outdir, 'stacks/app/bulkhead', outputFolder(program.daemon.node.path), 'known_hosts');
    expect(fs.readFileSync(file, 'utf8')).toBe(`gateway ${KEY}\n`);
  });

  test('one that is too long for some clouds is a warning, not an error', () => {
    const program = new Program();
    const front = program.segment('Front', { prefixLength: 20 });
    const containers = Array.from({ length: 45 }, (_, i) => program.container(`C${i}`, front));
    containers.forEach((from, i) =>
      containers.filter((_to, j) => j !== i).forEach((to, j) => from.connections.allowTo(to, Port.tcp(1000 + 97 * i + j))),
    );
    program.synth();
    // What nobody passes on has no limit.
    expect(program.daemon.node.metadata).toEqual([]);
    new TerraformOutput(program.stack, 'user-data', { value: program.daemon.userData });
    program.synth();
    expect(program.daemon.node.metadata).toEqual([expect.objectContaining({ data: expect.stringContaining('install.sh') })]);
  });
});

test.each([
  ['26.1', 1],
  ['28.2', 0],
])('one container port published twice: a warning on engine %s %i times, for every plan would replace the container', (version, times) => {
  const program = new Program({ engine: EngineVersion.of(version), additionalHostAddresses: ['192.0.2.11'] });
  const web = program.container('Web', program.segment('Front'));
  const sources = [Peer.anyIpv4()];
  for (const hostAddress of ['192.0.2.10', '192.0.2.11']) {
    web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress, sources });
  }
  web.publish(Port.tcp(80), { targetPort: Port.tcp(8080), hostAddress: '192.0.2.10', sources });
  program.synth();
  const warnings = web.node.metadata.map(({ data }) => String(data));
  expect(warnings).toEqual(Array(times).fill(expect.stringContaining('tcp/8443 is published twice')));
});

describe('lateText: text that Terraform must not evaluate', () => {
  const TEXT = 'a ${x} %{ if y } $${z} "q" \\ \n #cloud-config $ % {';

  test('in an output', () => {
    const stack = newStack();
    new TerraformOutput(stack, 'plain', { value: lateText(() => TEXT) });
    new TerraformOutput(stack, 'inside', { value: `<${lateText(() => TEXT)}>` });
    const { output } = synth(stack).json;
    expect(terraformUnescape(output.plain.value)).toBe(TEXT);
    expect(terraformUnescape(output.inside.value)).toBe(`<${TEXT}>`);
  });

  test('inside a function it is a quoted literal', () => {
    const stack = newStack();
    new TerraformOutput(stack, 'encoded', { value: Fn.base64encode(lateText(() => TEXT)) });
    const quoted = /^\$\{base64encode\((".*")\)\}$/s.exec(synth(stack).json.output.encoded.value)![1];
    expect(terraformUnescape(JSON.parse(quoted))).toBe(TEXT);
  });
});

describe('daemon.json', () => {
  const keys = (version: string) =>
    Object.keys(JSON.parse(daemonJson(EngineVersion.of(version), { liveRestore: true, logMebibytes: 10, registryMirrors: [] })));
  const BASE = [
    'default-cgroupns-mode',
    'default-ulimits',
    'icc',
    'ip',
    'iptables',
    'live-restore',
    'log-driver',
    'log-level',
    'log-opts',
    'no-new-privileges',
    'userland-proxy',
  ];

  test.each([
    ['20.10', BASE],
    ['23.0', BASE],
    ['24.0', [...BASE, 'default-network-opts']],
    ['26.1', [...BASE, 'default-network-opts']],
    ['27.0', [...BASE, 'default-network-opts', 'ip6tables']],
    ['28.5.2', [...BASE, 'default-network-opts', 'ip6tables']],
    ['29.0', [...BASE, 'default-network-opts', 'firewall-backend', 'ip6tables']],
  ])('%s gets no key that it does not know', (version, expected) => expect(keys(version)).toEqual([...expected].sort()));

  test('values', () => {
    const text = daemonJson(EngineVersion.V28, { liveRestore: false, logMebibytes: 7, registryMirrors: ['https://mirror.example.com'] });
    expect(JSON.parse(text)).toMatchObject({
      icc: false,
      ip: '127.0.0.1',
      iptables: true,
      'userland-proxy': false,
      'no-new-privileges': true,
      'live-restore': false,
      'log-opts': { 'max-size': '7m', 'max-file': '3' },
      'registry-mirrors': ['https://mirror.example.com'],
    });
    expect(text.endsWith('\n')).toBe(true);
  });

  test('the backend is the one that the rules are for', () => {
    const text = daemonJson(EngineVersion.of('29.0'), { liveRestore: true, logMebibytes: 10, registryMirrors: [] });
    expect(JSON.parse(text)).toMatchObject({ iptables: true, 'firewall-backend': 'iptables' });
  });
});

describe('errors, before anything enters the tree', () => {
  test.each<[string, ErrorCode, Partial<Record<keyof HardenedDaemonProps, unknown>>, string[]]>([
    ['engine as text', 'UnknownEngineVersion', { engine: '28.2' }, ['got "28.2"', "EngineVersion.of('28.2')"]],
    ['pool as text', 'PropertyShape', { addressPool: '10.20.0.0/16' }, ['Cidr.parse']],
    ['IPv6 pool', 'WrongFamily', { addressPool: Cidr.parse('fd00::/48') }, ['IPv4']],
    ['host name as address', 'AddressSyntax', { hostAddress: 'gateway.example.com' }, ["'gateway.example.com'"]],
    ['block as address', 'AddressSyntax', { hostAddress: '192.0.2.10/24' }, ["'192.0.2.10/24'"]],
    ['loopback', 'NotAHostAddress', { hostAddress: '127.0.0.1' }, ['127.0.0.1', 'other machines reach']],
    ['wildcard', 'NotAHostAddress', { hostAddress: '0.0.0.0' }, ['0.0.0.0']],
    ['second address', 'AddressSyntax', { additionalHostAddresses: ['x'] }, ["'x'"]],
    ['expression of Terraform', 'TemplateMark', { hostAddress: '${data.x.y.ip}' }, ["'hostAddress'"]],
    ['connection as text', 'ConnectionValue', { connection: 'unix:///x' }, ['DaemonConnection.socket()']],
    ['provider version', 'ProviderVersion', { providerVersion: '>= 3; rm' }, ['>= 3; rm']],
    ['log size', 'LogLimit', { logMebibytes: 0 }, ['got 0']],
    [
      'mirror without TLS',
      'RegistryMirror',
      { registryMirrors: ['http://mirror.example.com'] },
      ['http://mirror.example.com', "'https://'"],
    ],
    ['package', 'PackageName', { enginePackages: ['docker.io; id'] }, ['docker.io; id']],
    ['short reason', 'ReasonTooShort', { startWithoutGuardReason: 'lab' }, ["'lab'"]],
  ])('%s', (_, code, props, says) => {
    const stack = newStack();
    expectError(() => newDaemon(stack, props as Partial<HardenedDaemonProps>), code, { path: 'app/Edge', says });
    expect(stack.node.children).toEqual([]);
  });
});

test('an aspect on the app, which cdktf never invokes, is an error', () => {
  const program = new Program();
  program.container('Web', program.segment('Front'), { image: IMAGE });
  Aspects.of(program.app).add({ visit: () => undefined });
  // Once, although the rules notice it, too.
  expect(() => program.synth()).toThrow(/^(?!.*AspectOnApp.*AspectOnApp).*add them to each stack.*\(AspectOnApp\)/s);
});

test('a fullSynth in tests works, too', () => {
  const program = new Program();
  program.container('Web', program.segment('Front'), { image: IMAGE });
  const outdir = Testing.fullSynth(program.stack);
  expect(fs.existsSync(path.join(outdir, 'stacks/app/bulkhead', outputFolder(program.daemon.node.path), 'user-data'))).toBe(true);
  fs.rmSync(outdir, { recursive: true });
});

describe('one host', () => {
  test('has one HardenedDaemon in a program, also in another stack', () => {
    const app = Testing.app();
    newDaemon(new TerraformStack(app, 'a'));
    const again = () => newDaemon(new TerraformStack(app, 'b'));
    expectError(again, 'DuplicateHost', { path: 'b/Edge', says: ['192.0.2.10', "'a/Edge'", 'use that one'] });
  });

  test('may have the address of another one in another network, which is reached by another connection', () => {
    const stack = newStack();
    newDaemon(stack);
    const connection = DaemonConnection.ssh({ host: 'site-b', user: 'admin', hostKeys: [KEY] });
    expect(() => newDaemon(stack, { connection, hostAddress: HOST_ADDRESS }, 'Second')).not.toThrow();
  });
});
