import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import {
  Cidr,
  Disposition,
  EngineFirewall,
  EngineVersion,
  type UnguardedDaemonProps,
  Peer,
  Port,
  Reachability,
  Requirement,
} from '../../src';
import { outputFolder } from '../../src/reports/private/output-folder';
import { expectError } from '../support/errors';
import { temporaryFolder } from '../support/folders';
import { Program, synth } from '../support/programs';
import { Unguarded, shop } from '../support/unguarded';

const folder = temporaryFolder();
const HOST6 = '2001:db8:1::10';
const DUAL: Partial<UnguardedDaemonProps> = { dualStack: true, additionalHostAddresses: [HOST6] };

describe.each([
  ['28', { ...DUAL }],
  ['29 with nftables', { ...DUAL, engine: EngineVersion.of('29.0.0'), engineFirewall: EngineFirewall.NFTABLES }],
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
      ...[web, tiers.dmz].map((source) => Requirement.unreachable(source, db, Port.tcp(5432))),
      Requirement.unreachable(Peer.anyIpv6(), tiers.data, Port.tcp(5432)),
      Requirement.reachable(web, api, Port.tcp(8080)),
    );
    synth(daemon.node.scope as TerraformStack);
    const reachability = Reachability.of(daemon);
    expect(reachability.canReach(Peer.anyIpv6(), web, Port.tcp(8443))).toBe(true);
    expect(reachability.canReach(Peer.anyIpv6(), db, Port.tcp(5432))).toBe(false);
  });
});

describe("a datagram with a source that is not the sender's", () => {
  const LOG = Port.udp(514);
  /** web publishes and shares no segment with db; api asks db, once by TCP and once by UDP. */
  const made = (props: Partial<UnguardedDaemonProps>) => {
    const all = shop({ ...DUAL, ...props });
    all.api.connections.allowTo(all.db, LOG);
    return { ...all, reachability: Reachability.of(all.daemon) };
  };
  const NFT = { engine: EngineVersion.of('29.0.0'), engineFirewall: EngineFirewall.NFTABLES };

  test.each<[string, Partial<UnguardedDaemonProps>, Port, Disposition]>([
    ['28, declared for others', {}, LOG, Disposition.DELIVERED],
    ['28, declared by nobody', {}, Port.udp(6000), Disposition.DELIVERED],
    ['28, TCP: the answer goes to the owner of the source', {}, Port.tcp(5432), Disposition.DROPPED],
    ['28 without IPv6', { dualStack: false, additionalHostAddresses: [] }, LOG, Disposition.DROPPED],
    ['29 with nftables, inside the flow of others', NFT, LOG, Disposition.DELIVERED],
    ['29 with nftables, beside it', NFT, Port.udp(6000), Disposition.DROPPED],
  ])('engine %s', (_, props, port, expected) => {
    const { web, db, reachability } = made(props);
    expect(reachability.disposition(web, db, port)).toBe(expected);
    expect(reachability.canReach(web, db, port)).toBe(expected === Disposition.DELIVERED);
  });

  test('it breaks claims, with the way out', () => {
    const { daemon, web, db } = made({});
    daemon.require(Requirement.unreachable(web, db));
    expect(() => synth(daemon.node.scope as TerraformStack)).toThrow(
      /app\/Web reaches app\/Db on udp\/.* by datagrams with a forged source \(fd.*\); use a HardenedDaemon.*; or leave out 'dualStack'.*RequirementBroken/s,
    );
  });

  test('a claim about who alone reaches somebody counts containers not managed by Bulkhead on docker0', () => {
    const { api, db, reachability } = made({ dualStack: false, additionalHostAddresses: [], forwardPolicyDrop: true });
    const broken = Requirement.onlyReachableFrom(db, [api, Peer.host()])._brokenBy(reachability._proof)?.reason;
    expect(broken).toMatch(/^containers not managed by Bulkhead on docker0 may reach app\/Db on udp\/0-65535/);
    expect(Requirement.unreachable(Peer.cidr('203.0.113.0/24'), db)._brokenBy(reachability._proof)).toBeUndefined();
  });

  test('what it does is a weakness, a line of the matrix, and explained', () => {
    const { program, web, db, reachability } = made({});
    expect(program.weak('ForgedSource')).toContain('app/Web > app/Db udp/0-65535, icmp/ping, other protocols');
    expect(reachability.matrix()).toContainEqual({
      source: 'app/Web',
      destination: 'app/Db',
      ports: 'udp/0-65535, icmp/ping, other protocols',
      certain: true,
      forgedSource: 'new',
    });
    const { summary, remedy, steps } = reachability.explain(web, db, LOG);
    expect(summary).toMatch(/^app\/Web reaches app\/Db on udp\/514: by datagrams with a forged source .*; no reply comes back\.$/);
    expect(remedy).toContain('HardenedDaemon');
    expect(steps.join('\n')).toContain('prerouting');
  });

  test('on a HardenedDaemon nothing of it gets through', () => {
    const program = new Program({ dualStack: true, additionalHostAddresses: [HOST6], withoutProofReason: 'it is asked here by itself' });
    const [web, api] = ['Web', 'Api'].map((id) => program.container(id, program.segment(`${id}Net`)));
    web.connections.allowTo(api, LOG);
    expect(Reachability.of(program.daemon)._proof.forged).toEqual([]);
  });
});

test('weaknesses are told of both families', () => {
  const { program, web } = shop(DUAL);
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST6, sources: [Peer.anyIpv6()] });
  expect(program.weak('EgressOpen').some((line) => line.includes('::/0'))).toBe(true);
});

test('the report names what IPv6 rests on, and only where there is some', () => {
  const written = (props: Partial<UnguardedDaemonProps>) => {
    const app = new App({ outdir: folder(), stackTraces: false });
    const { daemon } = shop(props, new TerraformStack(app, 'app'));
    app.synth();
    return fs.readFileSync(path.join(app.outdir, 'stacks', 'app', 'bulkhead', outputFolder(daemon.node.path), 'report.md'), 'utf8');
  };
  expect(written(DUAL)).toContain('bridge-nf-call-ip6tables');
  expect(written({})).not.toContain('ip6tables');
});

test.each<[Partial<UnguardedDaemonProps>, string, string]>([
  [{ dualStack: true, engine: EngineVersion.of('26.1.5') }, 'Ipv6NotTranslated', 'separate two networks'],
  [{ ipv6Pool: Cidr.parse('fd00:20::/48'), engine: EngineVersion.of('20.10.24') }, 'Ipv6NotTranslated', '27.0'],
  [{ ipv6Pool: Cidr.parse('fd00:20::/48'), dualStack: false }, 'Ipv6PoolUnused', 'dualStack: false'],
  [{ ipv6Pool: Cidr.parse('fe80::/64') }, 'Ipv6PoolKind', 'fe80::/64'],
  [{ ipv6Pool: Cidr.parse('10.0.0.0/8') }, 'WrongFamily', 'ipv6Pool'],
])('%# is refused', (props, code, words) => {
  expectError(() => new Unguarded(props), code as never, { path: 'app/Edge', says: [words] });
});
