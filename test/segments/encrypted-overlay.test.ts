import { Cidr, EncryptedOverlay, EngineVersion, Peer, Port, SwarmCluster } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { newStack, synth } from '../support/programs';
import { newNode, Services } from '../support/swarms';

describe('an overlay', () => {
  test('is encrypted, internal, not attachable, and its id follows from its block', () => {
    const program = new Services();
    program.overlay('Mesh', { ipv4Block: Cidr.parse('10.64.16.0/24') });
    expect(program.resource('docker_network', 'app-mesh')).toMatchObject({
      driver: 'overlay',
      internal: true,
      attachable: false,
      options: {
        encrypted: 'true',
        'com.docker.network.driver.mtu': '1500',
        'com.docker.network.driver.overlay.vxlanid_list': String(0x80_0000 + ((0x0a40_1000 / 16) % 0x80_0000)),
      },
      ipam_config: [{ subnet: '10.64.16.0/24', gateway: '10.64.16.1' }],
    });
  });

  test('leaves the key out where it is not encrypted: the engine asks for its presence alone', () => {
    const program = new Services();
    program.overlay('Mesh', { unencryptedReason: 'the underlay encrypts' });
    expect(program.resource('docker_network', 'app-mesh').options).not.toHaveProperty('encrypted');
  });

  test.each([
    [1500, undefined, 1424],
    [1460, undefined, 1384],
    [9000, undefined, 8924],
    [1500, 'the underlay encrypts', 1450],
  ])('on an underlay of %d bytes it has what the driver leaves', (underlayMtu, unencryptedReason, mtu) => {
    const program = new Services({ underlayMtu });
    expect(program.overlay('Mesh', { unencryptedReason }).mtu).toBe(mtu);
  });

  test('tells the driver what makes the size that was asked for', () => {
    const program = new Services();
    expect(program.overlay('Mesh', { mtu: 1280 }).mtu).toBe(1280);
    expect(program.resource('docker_network', 'app-mesh').options['com.docker.network.driver.mtu']).toBe('1356');
  });
});

describe('what is refused', () => {
  const place = { path: 'app/Mesh' };
  const overlayRefused = (code: ErrorCode, props: Parameters<Services['overlay']>[1], version?: string) => {
    const program = new Services({}, version === undefined ? {} : { engine: EngineVersion.of(version) });
    expectError(() => program.overlay('Mesh', props), code, place);
  };
  test('of an overlay', () => {
    overlayRefused('OverlayMtu', { mtu: 1428 });
    overlayRefused('OverlayMtu', { mtu: 1282 });
    overlayRefused('VxlanId', { vxlanId: 1 });
    overlayRefused('SwarmPool', { ipv4Block: Cidr.parse('10.65.0.0/24') });
    overlayRefused('ReasonTooShort', { unencryptedReason: 'lazy' });
    for (const version of ['20.10', '20.10.23', '23.0.2']) overlayRefused('OverlayEncryption', {}, version);
  });

  test('encryption on a port that the engine does not encrypt on', () => {
    const old = new Services({ dataPort: 4790 }, { engine: EngineVersion.of('20.10.24') });
    expectError(() => old.overlay('Mesh'), 'OverlayEncryption', { ...place, says: ['4790', '23.0.7'] });
    expect(() => new Services({ dataPort: 4790 }).overlay('Mesh')).not.toThrow();
  });

  test('two overlays of one VXLAN id', () => {
    const program = new Services();
    ['A', 'B'].forEach((id) => program.overlay(id, { vxlanId: 5000 }));
    expect(() => synth(program.stack)).toThrow(/VxlanIdTaken/);
  });

  test('encryption by an engine that leaks, on any of the nodes; not by one that does not', () => {
    for (const version of ['20.10.24', '23.0.3', '24.0', '28.5.2']) {
      const program = new Services({}, { engine: EngineVersion.of(version) });
      expect(program.overlay('Mesh').networkName).toBe('app-mesh');
    }
    const stack = newStack();
    const worker = newNode(stack, 'Old', 20, { engine: EngineVersion.of('23.0.2') });
    const program = new Services({ workers: [worker] }, {}, stack);
    expectError(() => program.overlay('Mesh'), 'OverlayEncryption', {
      ...place,
      says: ["23.0.2 of 'app/Old'", 'CVE-2023-28840', '23.0.3'],
    });
    expect(() => program.overlay('Mesh', { unencryptedReason: 'the underlay encrypts' })).not.toThrow();
  });

  test('what is no swarm, and a block that is none of it', () => {
    const program = new Services();
    const { stack } = program;
    const strange = {} as SwarmCluster;
    expectError(() => new EncryptedOverlay(stack, 'Mesh', { cluster: strange }), 'NotASwarm', place);
    expectError(() => program.overlay('Mesh', { ipv4Block: Cidr.parse('fd00::/64') }), 'WrongFamily', place);
    expectError(() => program.overlay('Mesh', { prefixLength: 29 }), 'BlockTooSmall', place);
    expectError(() => program.overlay('Mesh', { networkName: 'x' }), 'NetworkName', place);
    program.overlay('Mesh');
    expectError(() => program.overlay('Other', { networkName: 'app-mesh' }), 'DuplicateName', { path: 'app/Other' });
  });
});

test('what the nodes say in the clear is warned of', () => {
  const program = new Services();
  const said = ({ node }: EncryptedOverlay) => node.metadata.map(({ data }) => String(data));
  expect(said(program.overlay('Sealed'))).toEqual([]);
  const open = program.overlay('Open', { unencryptedReason: 'the underlay encrypts' });
  expect(said(open)).toEqual([expect.stringMatching(/readable on the network between the nodes: the underlay encrypts/)]);
});

test('the gateway network of an overlay is as encrypted and as closed as itself, with an id of its own', () => {
  const program = new Services();
  const overlay = program.overlay('Mesh');
  const web = program.service('Web', overlay);
  web.publish(Port.tcp(443), { sources: [Peer.anyIpv4()] });
  const [mesh, gateway] = ['app-mesh', 'app-mesh-gw'].map((name) => program.resource('docker_network', name));
  expect(gateway).toMatchObject({ driver: 'overlay', attachable: false, internal: false });
  expect(gateway.options.encrypted).toBe('true');
  const id = 'com.docker.network.driver.overlay.vxlanid_list';
  expect(gateway.options[id]).toMatch(/^\d+$/);
  expect(gateway.options[id]).not.toBe(mesh.options[id]);
  expect(synth(program.stack).names('docker_network')).toEqual(['app-mesh', 'app-mesh-gw']);
});
