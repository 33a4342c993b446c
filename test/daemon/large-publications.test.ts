import { EngineVersion, Peer, Port } from '../../src';
import { publicationCost } from '../../src/engine/private/publication-cost';
import { HOST_ADDRESS, Program, synth } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const RANGE = { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] };

/** By the model, which is compared with engines rule by rule: a translation, an accept, and the hairpin where there is no proxy. */
test.each([
  ['20.10', 3],
  ['26.1', 3],
  ['28.5', 3],
])('on engine %s each port takes %i rules', (version, each) => {
  const program = new Program({ engine: EngineVersion.of(version) });
  const web = program.container('Web', program.segment('Front'));
  web.publish(Port.tcpRange(10_000, 10_199), RANGE);
  const { topology } = program.daemon._declarations.store.derived();
  const cost = publicationCost(topology, program.daemon._declarations.store.engine, topology.publications);
  expect(cost).toEqual({ rules: 200 * each, proxies: 0 });
  program.synth();
  const warnings = web.node.metadata.map(({ data }) => String(data));
  expect(warnings).toEqual([
    expect.stringContaining(`publishes 200 ports, for which engine ${version} creates ${200 * each} rules and 0 docker-proxy`),
  ]);
});

test('a proxy for each where docker-proxy is on, and no word about a few', () => {
  const program = new Unguarded();
  const [many, few] = ['Many', 'Few'].map((id) => program.container(id, program.segment(`${id}Segment`)));
  many.publish(Port.udpRange(20_000, 20_099), RANGE);
  few.publish(Port.tcpRange(20_000, 20_098), RANGE);
  synth(program.stack);
  const warnings = (construct: typeof many) => construct.node.metadata.map(({ data }) => String(data));
  expect(warnings(many)).toEqual([expect.stringMatching(/ and 100 docker-proxy processes/)]);
  expect(warnings(few)).toEqual([]);
});
