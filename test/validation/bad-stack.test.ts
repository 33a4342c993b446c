import { Container } from '@cdktf/provider-docker/lib/container';
import { Network } from '@cdktf/provider-docker/lib/network';
import { Service } from '@cdktf/provider-docker/lib/service';
import { TerraformStack } from 'cdktf';
import {
  ContainerImage,
  DataVolume,
  EngineVersion,
  HealthCheck,
  Peer,
  Port,
  RulePack,
  Rules,
  Severity,
  type Finding,
  VolumeMount,
} from '../../src';
import { HOST_ADDRESS, newStack, Program } from '../support/programs';
import { RawStack } from '../support/raw-stack';
import { Services } from '../support/swarms';
import { Unguarded } from '../support/unguarded';

/** Every rule there is, whatever pack it is in. */
const everything = () => new RulePack({ packName: 'Everything', rules: Rules.all() });
const idsOf = (findings: readonly Finding[]) => new Set(findings.map(({ ruleId }) => ruleId));

const USER_DATA = `#cloud-config
groups:
  - docker: [deploy]
write_files:
  - path: /etc/docker/daemon.json
    owner: deploy:deploy
    permissions: '0666'
    content: |
      {"icc": true, "iptables": false, "insecure-registries": ["10.0.0.5:5000"], "storage-driver": "devicemapper",
       "hosts": ["tcp://0.0.0.0:2375"], "no-new-privileges": false, "seccomp-profile": "unconfined",
       "live-restore": true, "userns-remap": "default"}
`;

/** What people write who copy from the first page that they find. */
function rawMistakes(): TerraformStack {
  const raw = new RawStack();
  const { stack } = raw;
  stack.addOverride('provider.docker.0.host', 'tcp://192.0.2.10:2375');
  stack.addOverride('provider.docker.0.registry_auth', [{ address: 'http://registry.test:5000', username: 'u', password: 'p' }]);
  stack.addOverride('resource.docker_registry_image.web', { name: 'registry.test:5000/web:1', insecure_skip_verify: true });
  raw.container('App', {
    image: 'nginx:latest',
    privileged: true,
    networkMode: 'host',
    pidMode: 'host',
    ipcMode: 'host',
    usernsMode: 'host',
    cgroupnsMode: 'host',
    securityOpts: ['seccomp=unconfined', 'apparmor=unconfined'],
    capabilities: { add: ['SYS_ADMIN'] },
    cpus: '0.5',
    publishAllPorts: true,
    ports: [{ internal: 5432, external: 5432 }],
    volumes: [{ hostPath: '/var/run/docker.sock', containerPath: '/var/run/docker.sock' }],
    mounts: [{ type: 'bind', source: '/etc', target: '/host', bindOptions: { propagation: 'rshared' } }],
  });
  // One that left the namespace of users is not refused; one that did not is.
  raw.container('Other', { privileged: true, securityOpts: ['seccomp=/etc/seccomp.json'] });
  raw.network('Overlay', { driver: 'overlay' });
  raw.network('Open', { options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected' } });
  new Service(stack, 'Service', {
    name: 'service',
    taskSpec: { containerSpec: { image: 'nginx', privileges: { seLinuxContext: { disable: true } } } },
  });
  stack.addOverride('resource.aws_instance.host', { user_data: USER_DATA });
  return stack;
}

/** A database for the whole internet, and a network with IPv6 on an engine without IPv6 rules. */
function mistakesOnDaemons(): TerraformStack[] {
  const program = new Program({ engine: EngineVersion.of('26.1') });
  const everybody = { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] };
  program.container('Db', program.segment('Data')).publish(Port.tcp(5432), everybody);
  const front = program.segment('Front');
  new Container(program.stack, 'Forger', {
    name: 'forger',
    image: 'nginx',
    networksAdvanced: [{ name: front._networkReference(program.stack, 'segment') }],
  });
  new Network(program.stack, 'Raw', { name: 'raw', ipv6: true, provider: program.daemon._providerFor(program.stack) });
  const unguarded = new Unguarded({}, newStack('unguarded'));
  const [web, api] = ['Web', 'Api'].map((id) => unguarded.container(id, unguarded.segment(`Of${id}`)));
  web.connections.allowTo(api, Port.tcp(8080));
  return [program.stack, unguarded.stack];
}

test('a stack with every mistake, and two daemons with what only they can have, raise every rule of severity error', () => {
  const found = idsOf([rawMistakes(), ...mistakesOnDaemons()].flatMap((stack) => everything().check(stack)));
  const errors = Rules.all()
    .filter(({ severity }) => severity === Severity.ERROR)
    .map(({ ruleId }) => ruleId);
  expect(errors.filter((ruleId) => !found.has(ruleId))).toEqual([]);
  expect(errors.length).toBeGreaterThan(35);
});

test('none of them fails a rule', () => {
  const found = [rawMistakes(), ...mistakesOnDaemons()].flatMap((stack) => everything().check(stack));
  expect(found.filter(({ ruleId }) => ruleId === 'BH-M03')).toEqual([]);
});

describe('the same with constructs of ours', () => {
  const errorsOf = (stack: TerraformStack) =>
    everything()
      .check(stack)
      .filter(({ severity, state }) => severity === Severity.ERROR && state === 'open');

  test('on one host', () => {
    const program = new Program();
    const image = ContainerImage.fromRegistry(`nginx@sha256:${'0'.repeat(64)}`);
    const healthCheck = HealthCheck.command(['/healthy']);
    const data = new DataVolume(program.stack, 'Store', { daemon: program.daemon });
    const web = program.container('Web', program.segment('Front'), { image, healthCheck });
    const db = program.container('Db', program.segment('Data'), {
      image,
      healthCheck,
      defaultPort: Port.tcp(5432),
      volumes: [VolumeMount.volume(data, '/data')],
    });
    web.connections.allowTo(db);
    web.publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    expect(errorsOf(program.stack)).toEqual([]);
  });

  test('in a swarm', () => {
    const services = new Services();
    services.service('Web', services.overlay('Front'));
    expect(errorsOf(services.stack)).toEqual([]);
  });
});

test('a raw container beside ours is found among them', () => {
  const program = new Program();
  program.container('Web', program.segment('Front'));
  new Container(program.stack, 'Raw', {
    name: 'raw',
    image: 'nginx',
    privileged: true,
    provider: program.daemon._providerFor(program.stack),
  });
  expect([
    ...idsOf(
      everything()
        .check(program.stack)
        .filter(({ path }) => path === 'app/Raw'),
    ),
  ]).toEqual(expect.arrayContaining(['BH-C01', 'BH-I01', 'BH-N01']));
});
