import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  Capability,
  ContainerNetwork,
  ContainerSysctl,
  ContainerUser,
  Device,
  HardenedContainer,
  type HardenedContainerProps,
  Peer,
  Port,
  Reachability,
} from '../../src';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import { expectError, thrownBy } from '../support/errors';
import { temporaryFolder } from '../support/folders';
import { IMAGE, HOST_ADDRESS, Program } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const ADMIN = Capability.of('NET_ADMIN', { reason: 'makes the interface of the tunnel' });
const GATEWAY: Partial<HardenedContainerProps> = {
  user: ContainerUser.root({ reason: 'makes an interface and its routes' }),
  capabilities: [ADMIN],
  devices: [Device.of('/dev/net/tun', { reason: 'the tunnel ends in a program' })],
  sysctls: [ContainerSysctl.ipv4Forwarding(), ContainerSysctl.of('net.ipv4.conf.all.src_valid_mark', '1')],
};
const SQL = Port.tcp(5432);

function scene(props: Partial<HardenedContainerProps> = {}, daemon: ConstructorParameters<typeof Program>[0] = {}) {
  const program = new Program(daemon);
  const vpn = program.container('Vpn', program.segment('Tunnel'), { ...GATEWAY, ...props });
  return { program, vpn, db: program.container('Db', program.segment('Back')) };
}

const folder = temporaryFolder();

function reportOf({ daemon }: Program): string {
  writeDaemonReports(folder(), daemon._declarations.store, {});
  return fs.readFileSync(path.join(folder(), 'report.md'), 'utf8');
}

test('the container forwards, and no other one does', () => {
  const { program } = scene({ sysctls: [ContainerSysctl.ipv4Forwarding(), ContainerSysctl.ipv6Forwarding()] }, { dualStack: true });
  const made = program.synth();
  expect(made.container('app-vpn').sysctls).toEqual({ 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' });
  expect(made.container('app-db').sysctls).toEqual({ 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.forwarding': '0' });
  expect(program.topology().workloads.map((plan) => [plan.path, plan.forwards])).toEqual([
    ['app/Db', undefined],
    ['app/Vpn', ['ipv4', 'ipv6']],
  ]);
});

test('IPv4 alone leaves IPv6 off', () => {
  const { program } = scene({}, { dualStack: true });
  expect(program.synth().container('app-vpn').sysctls).toMatchObject({ 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '0' });
});

test('its flows run in conduits, and it has no neighbour', () => {
  const { program, vpn, db } = scene();
  vpn.connections.allowTo(db, SQL);
  const places = program.topology().networks.filter(({ members }) => members.some(({ workload }) => workload === 'app/Vpn'));
  expect(places.map(({ members }) => members.map(({ workload }) => workload)).sort()).toEqual([['app/Db', 'app/Vpn'], ['app/Vpn']]);
  program.synth();
  program.container('Beside', vpn.segment);
  expect(thrownBy(() => program.synth()).message).toContain('(ForgerAmongOthers)');
});

test('the report tells what its clients reach, and the synth warns', () => {
  const { program, vpn, db } = scene();
  vpn.publish(Port.udp(51820), { hostAddress: HOST_ADDRESS, sources: [Peer.cidr('192.0.2.0/24')] });
  vpn.connections.allowTo(db, SQL);
  const report = reportOf(program);
  expect(report).toContain('## Containers that forward');
  expect(report).toMatch(/\| app\/Vpn \| ipv4 \| .*192\.0\.2\.0\/24.*udp\/51820.* \| app\/Db on tcp\/5432 \|/);
  expect(vpn.node.metadata.map(({ data }) => String(data))).toContainEqual(expect.stringContaining('forwards ipv4 for its clients'));
});

test('control: without forwarding the report has no such section', () => {
  const { program } = scene({ sysctls: [] });
  expect(reportOf(program)).not.toContain('## Containers that forward');
});

test('who shares its network has its flows, and the report says so', () => {
  const { program, vpn, db } = scene();
  const network = ContainerNetwork.container(vpn, { reason: 'its traffic takes the tunnel' });
  const behind = new HardenedContainer(program.stack, 'Behind', { network, image: IMAGE });
  behind.connections.allowTo(db, SQL);
  expect(Reachability.of(program.daemon).canReach(vpn, db, SQL)).toBe(true);
  expect(reportOf(program)).toMatch(/\| app\/Vpn, with app\/Behind in its network \| ipv4 \| nothing \| app\/Db on tcp\/5432 \|/);
});

describe('what is refused', () => {
  test.each(['ipv4Forwarding', 'ipv6Forwarding'] as const)('%s without NET_ADMIN', (maker) => {
    const program = new Program();
    const bad = () => program.container('Vpn', program.segment('Tunnel'), { sysctls: [ContainerSysctl[maker]()] });
    expectError(bad, 'SysctlGuarded', { path: 'app/Vpn', says: [maker.slice(0, 4), "Capability.of('NET_ADMIN', { reason })"] });
    expect(program.stack.node.tryFindChild('Vpn')).toBeUndefined();
  });

  test('NET_RAW is not enough', () => {
    const capabilities = [Capability.of('NET_RAW', { reason: 'sends pings of its own making' })];
    expectError(() => scene({ capabilities }), 'SysctlGuarded', { path: 'app/Vpn' });
  });

  test('NET_ADMIN of a user that does not hold it', () => {
    expectError(() => scene({ user: undefined }), 'InertCapability', { path: 'app/Vpn' });
  });

  test('on a LAN', () => {
    const program = new Program();
    const bad = () => program.container('Vpn', program.lan('Lan'), GATEWAY);
    expectError(bad, 'SysctlGuarded', { path: 'app/Vpn', says: ['BridgeSegment'] });
  });

  test('on no network', () => {
    const program = new Program();
    const network = ContainerNetwork.none({ reason: 'computes, and talks to nobody' });
    const bad = () => new HardenedContainer(program.stack, 'Vpn', { daemon: program.daemon, network, image: IMAGE, ...GATEWAY });
    expectError(bad, 'SysctlGuarded', { path: 'app/Vpn', says: ['BridgeSegment'] });
  });

  test('without the guard', () => {
    const program = new Unguarded();
    const bad = () => program.container('Vpn', program.segment('Tunnel'), GATEWAY);
    expectError(bad, 'NeedsGuard', { path: 'app/Vpn', says: ['HardenedDaemon'] });
  });

  test.each([
    ['net.ipv4.ip_forward', '1', true],
    ['net.ipv6.conf.all.forwarding', '1', true],
    ['net.ipv4.ip_forward', '0', false],
    ['net.ipv4.conf.eth0.forwarding', '1', false],
    ['net.ipv4.conf.all.forwarding', '1', false],
  ])('by name: %s=%s', (name, value, hasWay) => {
    const { message } = thrownBy(() => ContainerSysctl.of(name, value));
    expect(message).toContain('(SysctlGuarded)');
    expect(message.includes('ContainerSysctl.ipv4Forwarding()')).toBe(hasWay);
  });
});
