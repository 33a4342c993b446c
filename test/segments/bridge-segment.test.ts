import { TerraformStack, Testing, Token } from 'cdktf';
import { Construct } from 'constructs';
import { BridgeSegment, Cidr, EngineVersion, HardenedContainer, HardenedDaemonProps, IDaemon, Peer, Port } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, IMAGE, newDaemon, Program, synth } from '../support/programs';

const HTTPS = Port.tcp(443);
const BRIDGE = 'com.docker.network.bridge';

describe('the network', () => {
  test('is internal, closed inside, and says everything that Docker would choose', () => {
    const program = new Program();
    const segment = program.segment('Front');
    expect(program.synth().network()).toEqual({
      provider: 'docker',
      name: 'app-front',
      driver: 'bridge',
      internal: true,
      ipam_config: [{ subnet: '10.20.0.0/24', gateway: '10.20.0.1', ip_range: '10.20.0.240/28' }],
      options: {
        [`${BRIDGE}.name`]: expect.stringMatching(/^bh-front-[a-z2-7]{5}$/),
        [`${BRIDGE}.enable_icc`]: 'false',
        [`${BRIDGE}.host_binding_ipv4`]: '127.0.0.1',
      },
    });
    expect(segment.networkName).toBe('app-front');
  });

  test.each([
    ['20.10', false],
    ['23.0', false],
    ['24.0', true],
    ['29.0', true],
  ])('the default host binding is set on %s: %s', (version, expected) => {
    const program = new Program({ engine: EngineVersion.of(version) });
    program.segment('Front');
    expect(Object.keys(program.synth().network().options).includes(`${BRIDGE}.host_binding_ipv4`)).toBe(expected);
  });

  test('takes name, bridge, block and size from its props', () => {
    const program = new Program();
    program.segment('A', { networkName: 'Front_1.x', bridgeName: 'bh-Front_1-x', ipv4Block: Cidr.parse('10.99.0.0/26') });
    program.segment('B', { prefixLength: 20 });
    const { network } = program.synth();
    expect(network('Front_1.x')).toMatchObject({
      ipam_config: [{ subnet: '10.99.0.0/26', gateway: '10.99.0.1', ip_range: '10.99.0.60/30' }],
      options: { [`${BRIDGE}.name`]: 'bh-Front_1-x' },
    });
    expect(network('app-b').ipam_config[0].subnet).toBe('10.20.0.0/20');
  });

  test('block and names are tokens that resolve inside other resources too', () => {
    const program = new Program();
    const segment = program.segment('Front');
    expect(Token.isUnresolved(segment.ipv4Block)).toBe(true);
    program.container('Web', segment, { environment: { BLOCK: segment.ipv4Block } });
    expect(program.synth().container().env).toEqual(['BLOCK=10.20.0.0/24']);
  });

  test('segments take blocks in path order, whatever the order of declaration', () => {
    const program = new Program();
    ['C', 'A', 'B'].forEach((id) => program.segment(id));
    const blocks = ['app-a', 'app-b', 'app-c'].map((name) => program.synth().network(name).ipam_config[0].subnet);
    expect(blocks).toEqual(['10.20.0.0/24', '10.20.1.0/24', '10.20.2.0/24']);
  });
});

describe('size of packets', () => {
  const MTU = 'com.docker.network.driver.mtu';

  test('is said of the network and of its gateway network', () => {
    const program = new Program({ uplinkMtu: 1450 });
    program.container('Web', program.segment('Front', { mtu: 1400 })).publish(HTTPS);
    const { network } = program.synth();
    expect([network('app-front').options[MTU], network('app-front-gw').options[MTU]]).toEqual(['1400', '1400']);
  });

  test('is nowhere while nobody asks for one', () => {
    const program = new Program({ uplinkMtu: 9000 });
    program.container('Web', program.segment('Front')).publish(HTTPS);
    expect(program.synth().text).not.toContain(MTU);
  });

  test('follows an uplink that carries less than usual', () => {
    const program = new Program({ uplinkMtu: 1450 });
    program.container('Web', program.segment('Front')).publish(HTTPS);
    const { network } = program.synth();
    expect([network('app-front').options[MTU], network('app-front-gw').options[MTU]]).toEqual(['1450', '1450']);
  });

  test.each<[string, ErrorCode, Partial<HardenedDaemonProps>, number | undefined, string[]]>([
    ['more than the uplink carries', 'MtuAboveUplink', { uplinkMtu: 1450 }, 1451, ['1451', 'at most 1450', "'uplinkMtu'"]],
    ['an uplink that carries less than IPv6 needs', 'MtuRange', { dualStack: true, uplinkMtu: 1200 }, undefined, ["'uplinkMtu'", '1200']],
    ['less than IPv6 needs', 'MtuRange', { dualStack: true }, 1279, ['1279', '1280 to 65535']],
  ])('refused: %s', (_, code, daemon, mtu, says) => {
    const program = new Program(daemon);
    expectError(() => program.segment('Front', { mtu }), code, { path: 'app/Front', says });
  });

  test('without a word on the uplink nothing is compared', () => {
    const program = new Program({ dualStack: true });
    program.segment('Least', { mtu: 1280 });
    program.segment('Most', { mtu: 65_535 });
    expect(program.synth().names('docker_network')).toEqual(['app-least', 'app-most']);
  });

  test('the uplink has one in range', () => {
    expectError(() => new Program({ uplinkMtu: 67 }), 'MtuRange', { path: 'app/Edge', says: ["'uplinkMtu'", '67'] });
  });
});

describe('the gateway network', () => {
  test('is not there while nobody needs it', () => {
    const program = new Program();
    const segment = program.segment('Front');
    program.container('Web', segment);
    expect(program.synth().names('docker_network')).toEqual(['app-front']);
  });

  test.each<[string, (web: HardenedContainer) => void]>([
    ['a publication', (web) => web.publish(HTTPS, { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] })],
    ['a publication on loopback', (web) => web.publish(HTTPS)],
    ['egress', (web) => web.connections.allowTo(Peer.anyIpv4(), HTTPS)],
  ])('comes with %s', (_, need) => {
    // GIVEN
    const program = new Program();
    const segment = program.segment('Front');
    const web = program.container('Web', segment);
    program.container('Idle', segment);
    // WHEN
    need(web);
    // THEN
    const { network, container } = program.synth();
    expect(network('app-front-gw')).toMatchObject({
      internal: false,
      ipam_config: [{ subnet: '10.20.1.0/24', gateway: '10.20.1.1', ip_range: '10.20.1.240/28' }],
      options: { [`${BRIDGE}.name`]: expect.stringMatching(/^bh-g-fron-[a-z2-7]{5}$/), [`${BRIDGE}.enable_icc`]: 'false' },
    });
    expect(network('app-front').internal).toBe(true);
    expect(container('app-web').networks_advanced).toHaveLength(2);
    expect(container('app-idle').networks_advanced).toHaveLength(1);
  });

  test('one for all members that need one, and one per segment', () => {
    const program = new Program();
    const [front, back] = [program.segment('Front'), program.segment('Back')];
    for (const [id, segment] of [
      ['A', front],
      ['B', front],
      ['C', back],
    ] as const) {
      program.container(id, segment).connections.allowTo(Peer.anyIpv4(), HTTPS);
    }
    expect(program.synth().names('docker_network')).toEqual(['app-back', 'app-back-gw', 'app-front', 'app-front-gw']);
  });
});

describe('references', () => {
  test('by id inside one stack: Terraform then replaces network and container in one apply', () => {
    const program = new Program();
    const segment = program.segment('Front');
    program.container('Web', segment).publish(HTTPS);
    expect(
      program
        .synth()
        .container()
        .networks_advanced.map((n: { name: string }) => n.name),
    ).toEqual([
      expect.stringMatching(/^\$\{docker_network\.Front_[0-9A-F]{8}\.id\}$/),
      expect.stringMatching(/^\$\{docker_network\.Front_Gateway_[0-9A-F]{8}\.id\}$/),
    ]);
  });

  function twoStacks() {
    const app = Testing.app();
    const [host, apps] = ['host', 'apps'].map((id) => new TerraformStack(app, id));
    const daemon = newDaemon(host);
    const [front, back] = ['Front', 'Back'].map((id) => new BridgeSegment(host, id, { daemon }));
    const web = new HardenedContainer(apps, 'Web', { segment: front, image: IMAGE });
    const api = new HardenedContainer(host, 'Api', { segment: back, image: IMAGE, defaultPort: Port.tcp(8080) });
    return { app, host, apps, daemon, web, api };
  }

  test('by name across stacks, and the stacks are ordered', () => {
    const { host, apps, web, api } = twoStacks();
    web.connections.allowTo(api);
    web.publish(HTTPS);
    const names = synth(apps).container('apps-web').networks_advanced.map((n: { name: string }) => n.name); // prettier-ignore
    expect(names).toEqual(['host-front', 'host-back', 'host-front-gw']);
    expect(apps.dependencies).toEqual([host]);
    expect(host.dependencies).toEqual([]);
  });

  test('no remote state, no outputs: nothing of one stack is read from the other', () => {
    const { host, apps, web, api } = twoStacks();
    web.connections.allowTo(api);
    for (const stack of [host, apps]) {
      stack.prepareStack();
      const { json } = synth(stack);
      expect([json.data, json.output]).toEqual([undefined, undefined]);
    }
  });

  test('the daemon of the first stack knows the flows of the second', () => {
    const { daemon, web, api } = twoStacks();
    web.connections.allowTo(api);
    expect(daemon._declarations.store.derived().topology.pairs).toHaveLength(1);
  });

  test('StackCycle: flows both ways between stacks are told at the declaration', () => {
    const { web, api, host } = twoStacks();
    const other = new BridgeSegment(web.node.scope as Construct, 'Own', { daemon: web.segment.daemon });
    const late = new HardenedContainer(web.node.scope as Construct, 'Late', { segment: other, image: IMAGE });
    web.connections.allowTo(api);
    expectError(() => api.connections.allowTo(late, HTTPS), 'StackCycle', {
      path: 'host/Api',
      says: ["'host'", "'apps'", 'the same direction'],
    });
    expect(host.dependencies).toEqual([]);
    expect(api._peerDeclarations.store.derived().topology.pairs).toHaveLength(1);
  });
});

describe('errors', () => {
  const refused = (props: ConstructorParameters<typeof BridgeSegment>[2] | object) => {
    const program = new Program();
    return () => program.segment('Front', props);
  };

  test.each<[string, Parameters<typeof expectError>[1], object, string[]]>([
    ['bridge name too long', 'BridgeNameTooLong', { bridgeName: 'bh-reporting-front' }, ['bh-reporting-front', '(18)', '15']],
    ['bridge name of others', 'BridgeNameInvalid', { bridgeName: 'br-front' }, ['br-front', "'bh-'"]],
    ['bridge name with a blank', 'BridgeNameInvalid', { bridgeName: 'bh-a b' }, ['bh-a b']],
    ['bridge name that is the prefix', 'BridgeNameInvalid', { bridgeName: 'bh-' }, ['bh-']],
    ['network name with a slash', 'NetworkName', { networkName: 'a/b' }, ['a/b', '2 to 58']],
    ['network name of one letter', 'NetworkName', { networkName: 'a' }, ["'a'"]],
    ['network name that leaves no room for -gateway', 'NetworkName', { networkName: 'a'.repeat(59) }, ['aaa']],
    ['IPv6 block', 'WrongFamily', { ipv4Block: Cidr.parse('fd00::/64') }, ['fd00::/64']],
    ['block too small', 'BlockTooSmall', { ipv4Block: Cidr.parse('10.20.0.0/29') }, ['/29', '/28']],
    ['prefix too long', 'BlockTooSmall', { prefixLength: 30 }, ['/30', '/28']],
    ['prefix out of range', 'PrefixLength', { prefixLength: 33 }, ['33', '8 to 32']],
    ['prefix that is no number', 'PrefixLength', { prefixLength: 24.5 }, ['24.5']],
    ['packets too small', 'MtuRange', { mtu: 67 }, ['67', '68 to 65535']],
    ['packets too large', 'MtuRange', { mtu: 65_536 }, ['65536']],
    ['half a byte', 'MtuRange', { mtu: 1400.5 }, ['1400.5']],
    ['prefix that is a token', 'UnresolvedValue', { prefixLength: Token.asNumber({ resolve: () => 24 }) }, ["'prefixLength'"]],
  ])('%s', (_, code, props, says) => expectError(refused(props), code, { path: 'app/Front', says }));

  test.each([
    ['another construct', (program: Program) => new Construct(program.stack, 'X')],
    ['a segment', (program: Program) => program.segment('X')],
    ['a look-alike', () => ({ daemonId: '0123456789ab', node: { path: 'app/Edge' } })],
  ])('NotADaemon: %s', (_, make) => {
    const program = new Program();
    const daemon = make(program) as unknown as IDaemon;
    expectError(() => program.segment('Front', { daemon }), 'NotADaemon', { path: 'app/Front', says: ['HardenedDaemon'] });
  });

  test.each([
    ['S-1', 'S_1', {}],
    ['A', 'B', { networkName: 'app-a' }],
    ['A', 'B', { networkName: 'APP-A' }],
    ['A', 'A-Gw', {}],
    ['A-Gw', 'A', {}],
  ])('DuplicateName: %s and %s %o', (first, second, props) => {
    const program = new Program();
    program.segment(first);
    expectError(() => program.segment(second, props), 'DuplicateName', { path: `app/${second}`, says: [`'app/${first}'`, 'another name'] });
  });

  test('the same name on another daemon is fine', () => {
    const program = new Program();
    program.segment('A');
    const second = newDaemon(program.stack, { addressPool: Cidr.parse('10.30.0.0/16') }, 'Second');
    program.segment('B', { daemon: second, networkName: 'app-a' });
    expect(program.synth().names('docker_network')).toEqual(['app-a', 'app-a']);
  });

  test('a segment that was refused leaves no node: the next try may have its id', () => {
    const program = new Program();
    program.segment('A');
    const children = program.stack.node.children.length;
    expectError(() => program.segment('B', { networkName: 'app-a' }), 'DuplicateName');
    expectError(() => program.segment('B', { bridgeName: 'docker0' }), 'BridgeNameInvalid');
    expect(program.stack.node.children).toHaveLength(children);
    program.segment('B');
    expect(program.synth().names('docker_network')).toEqual(['app-a', 'app-b']);
  });

  test('BridgeNameTaken at synth: the second one may come from anywhere', () => {
    const program = new Program();
    ['A', 'B'].forEach((id) => program.segment(id, { bridgeName: 'bh-same' }));
    expectError(() => program.synth(), 'BridgeNameTaken', { path: 'app/B', says: ["'bh-same'", "'app/A'"] });
  });
});
