import { Peer, Port, Requirement } from '../../src';
import { matchers } from '../../src/reachability/private/matchers';
import { Program } from '../support/programs';

expect.extend(matchers);

const program = new Program();
const [front, back] = [program.segment('Front'), program.segment('Back')];
const web = program.container('Web', front);
const api = program.container('Api', back);
const db = program.container('Db', back);
web.connections.allowTo(api, Port.tcp(8080));

test('what holds', () => {
  expect(program.stack).toReach(web, api, Port.tcp(8080));
  expect(program.stack).not.toReach(web, api, Port.tcp(8081));
  expect(program.stack).not.toReach(web, db, Port.tcp(8080));
  expect(program.daemon).toResolve(web, api);
  expect(program.daemon).toResolve(web, db);
  expect(program.daemon).not.toResolve(web, web);
  expect(program.stack).toFulfil(Requirement.onlyReachableFrom(api, [web]));
  expect(program.stack).not.toFulfil(Requirement.unreachable(front, back));
});

test.each([
  [
    'closed',
    () => expect(program.stack).toReach(db, api, Port.tcp(8080)),
    ['expected app/Db to reach app/Api on tcp/8080', 'undeclared from our bridges', 'db.connections.allowTo(api, Port.tcp(8080))'],
  ],
  [
    'open',
    () => expect(program.stack).not.toReach(web, api, Port.tcp(8080)),
    ['expected app/Web not to reach', 'BULKHEAD-FORWARD', 'app/Web > app/Api tcp/8080'],
  ],
  ['no name', () => expect(program.stack).toResolve(web, web), ['they share no network']],
  ['a claim', () => expect(program.stack).toFulfil(Requirement.unreachable(web, api)), ['app/Web reaches app/Api on tcp/8080']],
  ['nobody of ours', () => expect(program.stack).toReach(Peer.host(), Peer.anyIpv4(), Port.tcp(1)), ['one of the peers must be']],
])('the message of what does not: %s', (_what, assertion, words) => {
  let message = '';
  try {
    assertion();
  } catch (error) {
    message = (error as Error).message;
  }
  for (const word of words) expect(message).toContain(word);
});
