import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { Cidr, EngineVersion, type ImportedDaemonProps, Peer, Port, Reachability, Requirement } from '../../src';
import { expectError } from '../support/errors';
import { temporaryFolder } from '../support/folders';
import { Imported, shop } from '../support/imported';
import { synth } from '../support/programs';

const folder = temporaryFolder();
const HOST6 = '2001:db8:1::10';
const DUAL: Partial<ImportedDaemonProps> = { dualStack: true, additionalHostAddresses: [HOST6] };

describe.each([
  ['28', { ...DUAL }],
  ['29 with nftables', { ...DUAL, engine: EngineVersion.of('29.0.0'), nftables: true }],
])('on an engine of %s', (_, props) => {
  test('networks and containers have both families', () => {
    const { program } = shop(props);
    const { network, container } = synth(program.stack);
    expect(network('app-shop-app').ipv6).toBe(true);
    expect(network('app-shop-app').ipam_config.map(({ subnet }: { subnet: string }) => subnet)).toEqual([
      expect.stringMatching(/^10\.20\./),
      expect.stringMatching(/^fd.*\/64$/),
    ]);
    expect(container('app-api').networks_advanced[0].ipv6_address).toMatch(/^fd/);
  });

  test('what shares no segment is kept apart in both, and the outside is let in where a port is published', () => {
    const { daemon, web, db, api, tiers } = shop(props);
    web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST6, sources: [Peer.anyIpv6()] });
    daemon.require(
      Requirement.unreachable(web, db),
      Requirement.unreachable(Peer.anyIpv6(), tiers.data),
      Requirement.reachable(web, api, Port.tcp(8080)),
    );
    synth(daemon.node.scope as TerraformStack);
    const reachability = Reachability.of(daemon);
    expect(reachability.canReach(Peer.anyIpv6(), web, Port.tcp(8443))).toBe(true);
    expect(reachability.canReach(Peer.anyIpv6(), db, Port.tcp(5432))).toBe(false);
  });
});

test('weaknesses are told of both families', () => {
  const { program, web } = shop(DUAL);
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST6, sources: [Peer.anyIpv6()] });
  expect(program.weak('EgressOpen').some((line) => line.includes('::/0'))).toBe(true);
});

test('the report names what IPv6 rests on, and only where there is some', () => {
  const written = (props: Partial<ImportedDaemonProps>) => {
    const app = new App({ outdir: folder(), stackTraces: false });
    const { daemon } = shop(props, new TerraformStack(app, 'app'));
    app.synth();
    return fs.readFileSync(path.join(app.outdir, 'stacks', 'app', 'bulkhead', daemon.daemonId, 'report.md'), 'utf8');
  };
  expect(written(DUAL)).toContain('bridge-nf-call-ip6tables');
  expect(written({})).not.toContain('ip6tables');
});

test.each<[Partial<ImportedDaemonProps>, string, string]>([
  [{ dualStack: true, engine: EngineVersion.of('26.1.5') }, 'Ipv6NotTranslated', 'keep two networks apart'],
  [{ ipv6Pool: Cidr.parse('fd00:20::/48'), engine: EngineVersion.of('20.10.24') }, 'Ipv6NotTranslated', '27.0'],
  [{ ipv6Pool: Cidr.parse('fd00:20::/48'), dualStack: false }, 'Ipv6PoolUnused', 'dualStack: false'],
  [{ ipv6Pool: Cidr.parse('fe80::/64') }, 'Ipv6PoolKind', 'fe80::/64'],
  [{ ipv6Pool: Cidr.parse('10.0.0.0/8') }, 'WrongFamily', 'ipv6Pool'],
])('%# is refused', (props, code, words) => {
  expectError(() => new Imported(props), code as never, { path: 'app/Edge', says: [words] });
});
