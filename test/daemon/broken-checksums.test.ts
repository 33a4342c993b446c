import { EngineVersion, Peer, Port } from '../../src';
import { expectMessage, thrownBy } from '../support/errors';
import { HOST_ADDRESS, Program } from '../support/programs';

const INSIDE = Port.sctp(3868);

/** A container published by SCTP, to which another one speaks as well. */
function twoWays(engine: string, inner: Port): Program {
  const program = new Program({ engine: EngineVersion.of(engine) });
  const segment = program.segment('Core');
  const [gateway, peer] = ['Gateway', 'Peer'].map((id) => program.container(id, segment));
  gateway.publish(Port.sctp(36_412), { targetPort: INSIDE, hostAddress: HOST_ADDRESS, sources: [Peer.address('192.0.2.20')] });
  peer.connections.allowTo(gateway, inner);
  return program;
}

test.each(['20.10.24', '26.1.5', '27.5.1'])('on engine %s a flow to the published SCTP port is refused', (engine) => {
  const message = thrownBy(() => twoWays(engine, INSIDE).synth()).message;
  expectMessage(message, 'SctpChecksum', {
    path: 'app/Gateway',
    says: [engine, 'app/Peer > app/Gateway sctp/3868', 'targetPort', 'engine 28'],
  });
  expect(message.match(/SctpChecksum/g)).toHaveLength(1);
});

test.each([
  ['the engine has no such rule any more', '28.0.0', INSIDE],
  ['the flow leads to another port', '26.1.5', Port.sctp(3869)],
  ['the flow is of another protocol', '26.1.5', Port.tcp(3868)],
])('it stands where %s', (_, engine, inner) => {
  expect(() => twoWays(engine, inner).synth()).not.toThrow();
});

test('a range that holds the port is refused as well', () => {
  const program = twoWays('26.1.5', Port.sctpRange(3860, 3870));
  expectMessage(thrownBy(() => program.synth()).message, 'SctpChecksum', { says: ['sctp/3860-3870'] });
});
