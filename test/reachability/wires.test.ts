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
import { expectError } from '../support/errors';
import { Imported } from '../support/imported';
import { LAN_PROPS, Program, synth } from '../support/programs';

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
    expect(reachability().explain(from, to, HTTP).summary).toContain('what stands between the LAN and the containers on eth0');
  }
  program.synth();
  program.daemon.require(Requirement.unreachable(OUTSIDE, camera, HTTP));
  expect(() => program.synth()).toThrow(/RequirementBroken/);
});

test('unless somebody says what guards it', () => {
  const { program, camera, reachability } = lan({ guardedBy: 'the switch lets port 554 by' });
  expect(reachability().disposition(OUTSIDE, camera, HTTP)).toBe(Disposition.UNREACHABLE);
  expect(reachability().explain(OUTSIDE, camera, HTTP).summary).toContain('something else guards it');
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
  expect(reachability().leastPrivilege()).toHaveLength(2);
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
  const program = new Imported();
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
