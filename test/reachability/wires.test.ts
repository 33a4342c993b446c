import {
  Cidr,
  Disposition,
  HostShim,
  MacvlanMode,
  MacvlanSegment,
  type MacvlanSegmentProps,
  Peer,
  Port,
  Reachability,
  Requirement,
} from '../../src';
import { portSetText } from '../../src/reachability/private/matrix/port-set';
import { expectError } from '../support/errors';
import { LAN_PROPS, Program, synth } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const HTTP = Port.tcp(8080);
const OUTSIDE = Peer.address('203.0.113.7');
const ALL = 'tcp/0-65535, udp/0-65535, sctp/0-65535, icmp/ping';

function lan(props: Partial<MacvlanSegmentProps> = {}, withShim = false) {
  const program = new Program();
  const segment = program.lan('Lan', props);
  const [camera, recorder] = ['Camera', 'Recorder'].map((id) => program.container(id, segment));
  const web = program.container('Web', program.segment('Front'));
  if (withShim) new HostShim(program.stack, 'Shim', { segment });
  return { program, segment, camera, recorder, web, reachability: () => Reachability.of(program.daemon) };
}

test('towards the LAN nothing is known, and nothing claimed', () => {
  const { program, camera, reachability } = lan();
  for (const [from, to] of [
    [OUTSIDE, camera],
    [camera, OUTSIDE],
  ]) {
    // prettier-ignore
    expect(reachability().disposition(from, to, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability().canReach(from, to, HTTP)).toBe(false);
    expect(reachability().explain(from, to, HTTP).summary).toContain('which filter is between the LAN and the containers on eth0');
  }
  program.synth();
  program.daemon.require(Requirement.unreachable(OUTSIDE, camera, HTTP));
  expect(() => program.synth()).toThrow(/RequirementBroken/);
});

test('unless somebody says what guards it', () => {
  const { program, camera, reachability } = lan({ guardedBy: 'the switch lets port 554 by' });
  expect(reachability().disposition(OUTSIDE, camera, HTTP)).toBe(Disposition.UNREACHABLE);
  expect(reachability().explain(OUTSIDE, camera, HTTP).summary).toContain('guardedBy');
  program.daemon.require(Requirement.unreachable(OUTSIDE, camera, HTTP));
  program.synth();
});

test('members reach each other on everything, and that is told, but no mistake', () => {
  const { program, camera, recorder, reachability } = lan({ guardedBy: 'the switch lets port 554 by' });
  camera.connections.allowTo(recorder, HTTP);
  expect(reachability().canReach(recorder, camera, Port.udp(5))).toBe(true);
  const open = reachability().matrix();
  expect(open.map(({ source, destination }) => `${source} > ${destination}`)).toEqual([
    'app/Camera > app/Recorder',
    'app/Recorder > app/Camera',
  ]);
  expect(open[0].ports).toContain(ALL);
  expect(reachability().undeclaredFlows()).toHaveLength(2);
  expect(reachability().blockedFlows()).toEqual([]);
  program.synth();
});

test.each([
  [MacvlanMode.PRIVATE, Disposition.UNREACHABLE],
  [MacvlanMode.VEPA, Disposition.UNKNOWN],
])('in mode %s they do not, or may not: %s', (mode, expected) => {
  const { program, camera, recorder, reachability } = lan({ mode, guardedBy: 'the switch lets port 554 by' });
  expect(reachability().disposition(camera, recorder, HTTP)).toBe(expected);
  if (mode === MacvlanMode.VEPA) camera.connections.allowTo(recorder, HTTP);
  program.synth();
});

test('a workload of another segment meets a member where the guard narrows', () => {
  const { program, camera, recorder, web, reachability } = lan({ guardedBy: 'the switch lets port 554 by' });
  web.connections.allowTo(camera, HTTP);
  expect(reachability().canReach(web, camera, HTTP)).toBe(true);
  expect(reachability().disposition(web, camera, Port.tcp(8081))).toBe(Disposition.DROPPED);
  expect(reachability().canReach(camera, web, HTTP)).toBe(false);
  expect(reachability().canReach(web, recorder, HTTP)).toBe(false);
  expect(reachability().resolves(web, camera)).toBe(true);
  expect(reachability().resolves(camera, recorder)).toBe(true);
  expect(reachability().resolves(web, recorder)).toBe(false);
  program.synth();
});

test('egress of others to the LAN is declared egress, for members, too', () => {
  const { program, camera, web, reachability } = lan();
  web.connections.allowTo(Peer.cidr('192.168.1.0/24'), HTTP);
  expect(reachability().disposition(web, camera, HTTP)).toBe(Disposition.UNKNOWN);
  expect(reachability().disposition(web, camera, Port.tcp(8081))).toBe(Disposition.DROPPED);
  program.synth();
});

describe('the host', () => {
  test('is kept apart, as far as one knows', () => {
    const { program, camera, reachability } = lan();
    expect(reachability().disposition(Peer.host(), camera, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability().disposition(camera, Peer.host(), HTTP)).toBe(Disposition.UNREACHABLE);
    program.synth();
  });

  test('meets members through a shim on declared ports only', () => {
    const { program, camera, recorder, web, reachability } = lan({}, true);
    camera.connections.allowFrom(Peer.host(), HTTP);
    recorder.connections.allowTo(Peer.host(), Port.tcp(9100));
    const asked = [
      reachability().disposition(Peer.host(), camera, HTTP),
      reachability().disposition(Peer.host(), camera, Port.tcp(8081)),
      reachability().disposition(Peer.host(), recorder, HTTP),
      reachability().disposition(recorder, Peer.host(), Port.tcp(9100)),
      reachability().disposition(camera, Peer.host(), Port.tcp(9100)),
      reachability().disposition(camera, web, HTTP),
    ];
    expect(asked).toEqual([
      Disposition.DELIVERED,
      Disposition.DROPPED,
      Disposition.DROPPED,
      Disposition.DELIVERED,
      Disposition.DROPPED,
      Disposition.DROPPED,
    ]);
    program.synth();
  });
});

test('two wires are two LANs', () => {
  const { program, camera, reachability } = lan();
  const other = program.lan('Other', {
    parent: 'eth1',
    ipv4Block: Cidr.parse('192.168.2.0/24'),
    ipv4Gateway: '192.168.2.1',
    ipRange: Cidr.parse('192.168.2.192/27'),
    guardedBy: 'the router lets nothing by',
  });
  const far = program.container('Far', other);
  expect(reachability().disposition(far, camera, HTTP)).toBe(Disposition.UNREACHABLE);
  expect(reachability().disposition(camera, far, HTTP)).toBe(Disposition.UNKNOWN);
  program.synth();
});

test('where only the API is ours, a wire is one more thing that is told', () => {
  const program = new Unguarded();
  const segment = new MacvlanSegment(program.stack, 'Lan', { ...LAN_PROPS, daemon: program.daemon });
  ['Camera', 'Recorder'].forEach((id) => program.container(id, segment));
  synth(program.stack);
  const told = program.daemon.weaknesses();
  expect(told.map(({ code }) => code)).toEqual(['WireOpen']);
  expect(told[0].cells.map(({ source, destination }) => `${source} > ${destination}`)).toEqual(
    expect.arrayContaining(['app/Camera > app/Recorder', 'app/Recorder > app/Camera']),
  );
  expectError(() => new HostShim(program.stack, 'Shim', { segment }), 'NeedsGuard', { says: ['an interface of the host'] });
});

describe('IPv6', () => {
  const OUTSIDE6 = Peer.address('2001:db8:ffff::7');

  function dual(props: Partial<MacvlanSegmentProps> = {}) {
    const program = new Program({ dualStack: true, additionalHostAddresses: ['2001:db8:1::10'] });
    const segment = program.lan('Lan', {
      ipv6Block: Cidr.parse('2001:db8:1::/64'),
      ipv6Gateway: '2001:db8:1::1',
      ipv6Range: Cidr.parse('2001:db8:1::4:0/112'),
      ...props,
    });
    const [camera, recorder] = ['Camera', 'Recorder'].map((id) => program.container(id, segment));
    const web = program.container('Web', program.segment('Front'));
    return { program, segment, camera, recorder, web, reachability: () => Reachability.of(program.daemon) };
  }

  test('on a wire is as unknown as IPv4, and as guarded', () => {
    const { program, camera, reachability } = dual();
    expect(reachability().disposition(OUTSIDE6, camera, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability().disposition(camera, OUTSIDE6, HTTP)).toBe(Disposition.UNKNOWN);
    program.synth();
    program.daemon.require(Requirement.unreachable(OUTSIDE6, camera, HTTP));
    expect(() => program.synth()).toThrow(/RequirementBroken/);
    const guarded = dual({ guardedBy: 'the switch lets port 554 by' });
    expect(guarded.reachability().disposition(OUTSIDE6, guarded.camera, HTTP)).toBe(Disposition.UNREACHABLE);
    guarded.program.daemon.require(Requirement.unreachable(OUTSIDE6, guarded.camera, HTTP));
    guarded.program.synth();
  });

  /** What is open between members and undeclared: by pair and family whether that goes for every port, or for port 0 alone. */
  function undeclared(reachability: Reachability): string[] {
    const name = (party: { kind: string; key?: string }) => party.key ?? party.kind;
    return reachability._proof.excess
      .map(({ source, receiver, address, ports }) => {
        const tcp = /tcp\/0(-65535)?/.exec(portSetText(ports))?.[0];
        return `${name(source)} > ${name(receiver)} ${address.includes(':') ? 'ipv6' : 'ipv4'} ${tcp}`;
      })
      .sort();
  }

  test('is open between members on everything, and declared flows are flows in both families', () => {
    const { program, camera, recorder, reachability } = dual({ guardedBy: 'the switch lets port 554 by' });
    const cells = (there: string, back: string) => [
      `app/Camera > app/Recorder ipv4 ${there}`,
      `app/Camera > app/Recorder ipv6 ${back}`,
      'app/Recorder > app/Camera ipv4 tcp/0-65535',
      'app/Recorder > app/Camera ipv6 tcp/0-65535',
    ];
    expect(undeclared(reachability())).toEqual(cells('tcp/0-65535', 'tcp/0-65535'));
    camera.connections.allowTo(recorder, Port.tcpRange(1, 65535), { ipv4Only: true });
    expect(undeclared(reachability())).toEqual(cells('tcp/0', 'tcp/0-65535'));
    camera.connections.allowTo(recorder, Port.tcpRange(1, 65535));
    expect(undeclared(reachability())).toEqual(cells('tcp/0', 'tcp/0'));
    expect(reachability().blockedFlows()).toEqual([]);
    program.synth();
  });

  test('of another segment is narrowed there, in both families', () => {
    const { program, camera, recorder, web, reachability } = dual({ guardedBy: 'the switch lets port 554 by' });
    web.connections.allowTo(camera, HTTP);
    expect(reachability().canReach(web, camera, HTTP)).toBe(true);
    expect(reachability().disposition(web, camera, Port.tcp(8081))).toBe(Disposition.DROPPED);
    expect(reachability().canReach(web, recorder, HTTP)).toBe(false);
    const { cells } = reachability()._proof.matrix;
    const ofWeb = cells.filter(
      ({ source, receiver }) => 'key' in source.party && source.party.key === 'app/Web' && receiver.kind === 'container',
    );
    expect(ofWeb.map(({ family }) => family).sort()).toEqual(['ipv4', 'ipv6']);
    program.synth();
  });

  test('of the host does not reach members, with a shim or without', () => {
    const { program, segment, camera, reachability } = dual({ guardedBy: 'the switch lets port 554 by' });
    expect(reachability().disposition(Peer.host(), camera, HTTP)).toBe(Disposition.UNREACHABLE);
    new HostShim(program.stack, 'Shim', { segment });
    camera.connections.allowFrom(Peer.host(), HTTP);
    const { cells } = reachability()._proof.matrix;
    const fromHost = cells.filter(({ source, receiver }) => source.party.kind === 'host' && receiver.kind === 'container');
    expect(fromHost.map(({ family, ports }) => `${family} ${portSetText(ports)}`)).toEqual(['ipv4 tcp/8080']);
    expect(reachability().disposition(camera, Peer.host(), HTTP)).toBe(Disposition.DROPPED);
    program.synth();
  });
});
