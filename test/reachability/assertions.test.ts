import { Peer, Port, Requirement } from '../../src';
import { assertDoesNotReach, assertFulfils, assertReaches, assertResolves } from '../../src/reachability/private/assertions';
import { Program } from '../support/programs';

const program = new Program();
const [front, back] = [program.segment('Front'), program.segment('Back')];
const [web, api] = [program.container('Web', front), program.container('Api', back)];
web.connections.allowTo(api, Port.tcp(8080));

test('what holds throws nothing', () => {
  assertReaches(web, api, Port.tcp(8080));
  assertDoesNotReach(web, api, Port.tcp(8081));
  assertResolves(web, api);
  assertFulfils(Requirement.onlyReachableFrom(api, [web]));
});

test.each([
  ['closed', () => assertReaches(api, web, Port.tcp(80)), 'expected app/Api to reach app/Web on tcp/80'],
  ['open', () => assertDoesNotReach(web, api, Port.tcp(8080)), 'expected app/Web not to reach app/Api on tcp/8080'],
  ['no name', () => assertResolves(web, web), 'they share no network'],
  ['a claim', () => assertFulfils(Requirement.unreachable(web, api)), 'app/Web reaches app/Api on tcp/8080'],
  ['not a peer of Bulkhead', () => assertReaches(Peer.host(), Peer.anyIpv4(), Port.tcp(1)), 'one of the peers must be'],
])('what does not hold throws: %s', (_, assertion, words) => expect(assertion).toThrow(words));

test('what is not certain is neither', () => {
  const other = new Program();
  const lan = other.container('Cam', other.lan('Lan'));
  const outside = Peer.address('192.168.1.9');
  expect(() => assertReaches(outside, lan, Port.tcp(80))).toThrow('expected');
  expect(() => assertDoesNotReach(outside, lan, Port.tcp(80))).toThrow('expected');
});
