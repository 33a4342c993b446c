import { Peer, Port } from '../../src';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, Program } from '../support/programs';

function shop(hostAddress: string, published = Port.tcp(8443)): Program {
  const program = new Program();
  const [web, api] = [program.container('Web', program.segment('Front')), program.container('Api', program.segment('Back'))];
  web.publish(published, { targetPort: Port.tcp(443), hostAddress, sources: [Peer.cidr('198.51.100.0/24')] });
  api.connections.allowTo(Peer.host(), Port.tcp(8443));
  return program;
}

test('a flow to the host that a publication takes names it, and what to do', () => {
  expectError(() => shop('0.0.0.0').synth(), 'BlockedFlow', {
    path: 'app/Edge',
    says: ['app/Api > host', "the publication of 'app/Web' on tcp/8443 at 0.0.0.0", 'use another port'],
  });
});

test('either way out works', () => {
  expect(() => shop(HOST_ADDRESS).synth()).not.toThrow();
  expect(() => shop('0.0.0.0', Port.tcp(8444)).synth()).not.toThrow();
});
