import { Network } from '@cdktf/provider-docker/lib/network';
import { EngineVersion, EncryptedOverlay, NetworkExposure, type Rule } from '../../../src';
import { attachableOverlay } from '../../../src/validation/rules/networks/attachable-overlay';
import { betweenNetworks } from '../../../src/validation/rules/networks/between-networks';
import { defaultBridge } from '../../../src/validation/rules/networks/default-bridge';
import { openInside } from '../../../src/validation/rules/networks/open-inside';
import { plainOverlay } from '../../../src/validation/rules/networks/plain-overlay';
import { sharedNamespace } from '../../../src/validation/rules/networks/shared-namespace';
import { unfilteredIpv6 } from '../../../src/validation/rules/networks/unfiltered-ipv6';
import { unprotectedGateway } from '../../../src/validation/rules/networks/unprotected-gateway';
import { Program } from '../../support/programs';
import { findingsOf } from '../../support/raw-stack';
import { SwarmProgram } from '../../support/swarms';
import { shop } from '../../support/unguarded';
import { ofContainer, verdict } from '../../support/verdict';

const ofNetwork = (rule: Rule, attributes: object) => verdict(rule, { docker_network: { front: { name: 'front', ...attributes } } });

describe('BH-N01 container on the default bridge', () => {
  test.each([
    [{}],
    [{ network_mode: null }],
    [{ network_mode: '' }],
    [{ network_mode: 'bridge' }],
    [{ network_mode: 'default' }],
    [{ networks_advanced: [] }],
    [{ networks_advanced: [{ name: 'bridge' }] }],
    [{ networks_advanced: [{ name: '${docker_network.front.id}' }, { name: 'bridge' }] }],
  ])('%j is on it', (attributes) => {
    expect(ofContainer(defaultBridge, attributes)).toMatchObject({ state: 'violated', details: ['bridge'] });
  });

  test.each([
    [{ network_mode: 'none' }],
    [{ network_mode: 'front' }],
    [{ network_mode: 'container:abc' }],
    [{ networks_advanced: [{ name: 'front' }] }],
    [{ networks_advanced: { name: 'front' }, network_mode: 'bridge' }],
    [{ networks_advanced: { name: '${docker_network.front.id}' } }],
  ])('%j is not', (attributes) => {
    expect(ofContainer(defaultBridge, attributes).state).toBe('compliant');
  });

  test.each([
    [{ network_mode: '${var.mode}' }],
    [{ networks_advanced: '${var.networks}' }],
    [{ dynamic: { networks_advanced: { for_each: '${var.n}', content: { name: 'front' } } } }],
  ])('of %j nobody knows', (attributes) => {
    expect(ofContainer(defaultBridge, attributes).state).toBe('unknown');
  });
});

describe('BH-N02 unencrypted overlay network', () => {
  test.each([
    [{ driver: 'overlay' }],
    [{ driver: 'Overlay' }],
    [{ driver: 'overlay', options: {} }],
    [{ driver: 'overlay', options: { encryption: 'true' } }],
    [{ ingress: true }],
    [{ ingress: true, driver: 'overlay' }],
  ])('%j is', (attributes) => {
    expect(ofNetwork(plainOverlay, attributes)).toMatchObject({ state: 'violated', details: ['encrypted'] });
  });

  // The engine asks for the key alone.
  test.each(['true', '', 'false', '${var.x}'])('with the option it is not, whatever its value: %j', (encrypted) => {
    expect(ofNetwork(plainOverlay, { driver: 'overlay', options: { encrypted } }).state).toBe('compliant');
  });

  test('a bridge has nothing to encrypt', () => {
    expect(ofNetwork(plainOverlay, { driver: 'bridge' }).state).toBe('notApplicable');
    expect(ofNetwork(plainOverlay, {}).state).toBe('notApplicable');
  });

  test('nobody knows options that Terraform makes', () => {
    expect(ofNetwork(plainOverlay, { driver: 'overlay', options: '${var.options}' }).state).toBe('unknown');
  });
});

describe('BH-N03 network that accepts every port', () => {
  const mode = (family: string, value: string) => ({ options: { [`com.docker.network.bridge.gateway_mode_${family}`]: value } });

  test.each(['ipv4', 'ipv6'])('nat-unprotected of %s', (family) => {
    expect(ofNetwork(unprotectedGateway, mode(family, 'nat-unprotected'))).toMatchObject({ state: 'violated', details: [family] });
    expect(ofNetwork(unprotectedGateway, mode(family, ' NAT-unprotected'))).toMatchObject({ state: 'violated', details: [family] });
    expect(ofNetwork(unprotectedGateway, mode(family, 'nat')).state).toBe('compliant');
    expect(ofNetwork(unprotectedGateway, mode(family, '${var.mode}')).state).toBe('unknown');
  });

  test('without options', () => {
    expect(ofNetwork(unprotectedGateway, {}).state).toBe('compliant');
  });
});

describe('BH-N04 container on an internal network and on a network with access to the outside', () => {
  const networks = { inner: { name: 'inner', internal: true }, outer: { name: 'outer' }, late: { name: 'late', internal: '${var.x}' } };
  const on = (...names: string[]) =>
    verdict(betweenNetworks, {
      docker_container: { web: { name: 'web', image: 'nginx', networks_advanced: names.map((name) => ({ name })) } },
      docker_network: networks,
    });

  test.each([
    ['${docker_network.inner.id}', '${docker_network.outer.id}'],
    ['${docker_network.outer.name}', '${docker_network.inner.name}'],
    ['inner', 'outer'],
  ])('%s and %s', (one, other) => {
    expect(on(one, other)).toMatchObject({ state: 'violated', details: ['internal'] });
  });

  test('on one of them, on two of a kind, on one that nobody knows', () => {
    expect(on('inner').state).toBe('notApplicable');
    expect(on('${docker_network.inner.id}', 'inner').state).toBe('compliant');
    expect(on('inner', 'elsewhere').state).toBe('compliant');
    expect(on('inner', 'late').details).toEqual([]);
  });

  test('a workload of ours has its way out on a gateway network', () => {
    const { program } = shop();
    expect(findingsOf(program.stack, betweenNetworks)).toEqual([]);
  });
});

describe('BH-N05 network without isolation between its members', () => {
  const icc = (value: string) => ({ driver: 'bridge', options: { 'com.docker.network.bridge.enable_icc': value } });

  test.each([[{}], [{ driver: 'bridge' }], [icc('true')], [icc('1')]])('%j is', (attributes) => {
    expect(ofNetwork(openInside, attributes)).toMatchObject({ state: 'violated', details: ['icc'] });
  });

  test.each(['false', 'False', '0', 'f'])('with %j it is not', (value) => {
    expect(ofNetwork(openInside, icc(value)).state).toBe('compliant');
  });

  test('other drivers have no such option', () => {
    expect(ofNetwork(openInside, { driver: 'macvlan' }).state).toBe('notApplicable');
    expect(ofNetwork(openInside, { ingress: true }).state).toBe('notApplicable');
  });
});

describe('BH-N06 attachable overlay network', () => {
  test('attachable', () => {
    expect(ofNetwork(attachableOverlay, { driver: 'overlay', attachable: true })).toMatchObject({
      state: 'violated',
      details: ['attachable'],
    });
    expect(ofNetwork(attachableOverlay, { driver: 'overlay', attachable: 'true' }).state).toBe('violated');
    expect(ofNetwork(attachableOverlay, { driver: 'overlay' }).state).toBe('compliant');
    expect(ofNetwork(attachableOverlay, { attachable: true }).state).toBe('notApplicable');
    expect(ofNetwork(attachableOverlay, { driver: 'overlay', attachable: '${var.x}' }).state).toBe('unknown');
  });
});

describe("BH-N07 another container's network namespace", () => {
  test.each(['container:abc', 'container:${docker_container.db.id}', ' Container:abc'])('%j', (mode) => {
    expect(ofContainer(sharedNamespace, { network_mode: mode })).toMatchObject({ state: 'violated', details: ['network_mode'] });
  });

  test.each([[{}], [{ network_mode: 'none' }], [{ network_mode: 'containers' }]])('%j', (attributes) => {
    expect(ofContainer(sharedNamespace, attributes).state).toBe('compliant');
  });
});

describe('BH-N08 network with IPv6 on an engine without IPv6 rules', () => {
  const found = (version: string, config: object) => {
    const { program } = shop({ engine: EngineVersion.of(version) });
    program.segment('Late');
    program.container('Other', program.segment('Here'));
    const provider = program.daemon._providerFor(program.stack);
    new Network(program.stack, 'Raw', { name: 'raw', provider, ...config });
    return findingsOf(program.stack, unfilteredIpv6);
  };
  const block = { ipamConfig: [{ subnet: 'fd00:1::/64', gateway: 'fd00:1::1' }] };

  test('before 27', () => {
    expect(found('26.1', { ipv6: true })).toEqual(['BH-N08 app/Raw ipv6']);
    expect(found('20.10', block)).toEqual(['BH-N08 app/Raw ipv6']);
  });

  test('without IPv6, or from 27 on, there is none', () => {
    expect(found('26.1', {})).toEqual([]);
    expect(found('27.5', { ipv6: true })).toEqual([]);
  });

  test('on a wire the engine writes none anyway', () => {
    expect(found('26.1', { ipv6: true, driver: 'macvlan', options: { parent: 'eth1' } })).toEqual([]);
    expect(found('26.1', { ipv6: true, driver: 'bridge' })).toEqual(['BH-N08 app/Raw ipv6']);
  });

  test('our own stand behind the guard, and a raw one beside them does not', () => {
    const program = new Program({ engine: EngineVersion.of('26.1'), dualStack: true });
    program.container('Web', program.segment('Front'));
    expect(findingsOf(program.stack, unfilteredIpv6)).toEqual([]);
    new Network(program.stack, 'Raw', { name: 'raw', ipv6: true, provider: program.daemon._providerFor(program.stack) });
    expect(findingsOf(program.stack, unfilteredIpv6)).toEqual(['BH-N08 app/Raw ipv6']);
  });

  test('of a raw provider nobody knows', () => {
    expect(ofNetwork(unfilteredIpv6, { ipv6: true }).state).toBe('notApplicable');
  });
});

describe('networks of ours', () => {
  test('nobody has anything against a bridge', () => {
    const program = new Program();
    program.container('Web', program.segment('Front'));
    expect(new NetworkExposure().check(program.stack)).toEqual([]);
  });

  test('an overlay in the clear has its reason, which no pack calls stale', () => {
    const { stack, cluster } = new SwarmProgram();
    new EncryptedOverlay(stack, 'Plain', { cluster, unencryptedReason: 'the underlay is WireGuard' });
    new EncryptedOverlay(stack, 'Back', { cluster });
    const findings = new NetworkExposure().check(stack);
    expect(findings.map(({ ruleId, path, state, reason }) => [ruleId, path, state, reason])).toEqual([
      ['BH-N02', 'app/Plain/Resource', 'suppressed', 'the underlay is WireGuard'],
    ]);
    expect(new NetworkExposure({ without: { 'BH-N02': 'asked for elsewhere' } }).check(stack)).toEqual([]);
  });
});
