import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import { ConnectionRate, EngineVersion, type HardenedContainer, Peer, Port, Reachability } from '../../src';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { compile } from '../../src/firewall/private/compile';
import type { ErrorCode } from '../../src/private/errors';
import { excessOf, missingOf } from '../../src/reachability/private/audit';
import { declaredBlocks } from '../../src/reachability/private/declared';
import { matrixOf } from '../../src/reachability/private/matrix/matrix';
import { UPLINK, viewOf } from '../../src/reachability/private/view-of';
import { walk } from '../../src/reachability/private/walk/walk';
import { derive } from '../../src/topology/private/derive';
import type { Facts, PublicationFact } from '../../src/topology/private/facts';
import { everything } from '../reachability/random-facts';
import { expectError } from '../support/errors';
import { temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, Program, synth } from '../support/programs';
import { restoreFiles } from '../support/restore-files';
import { Unguarded } from '../support/unguarded';

const folder = temporaryFolder();
const METRICS = Port.tcp(9090);
const LAN = Peer.cidr('192.0.2.0/25');
const ON_HOST = { hostAddress: HOST_ADDRESS, sources: [LAN] };

function oneContainer(props: ConstructorParameters<typeof Program>[0] = {}) {
  const program = new Program(props);
  const front = program.segment('Front');
  return { program, front, web: program.container('Web', front) };
}

describe('what Terraform gets', () => {
  test('no host port, and an output of what the engine chose', () => {
    const { program, web } = oneContainer();
    const { hostPort, hostAddress, targetPort, isRandom } = web.publishOnRandomPort(METRICS, ON_HOST);
    new TerraformOutput(program.stack, 'port', { value: hostPort });
    new TerraformOutput(program.stack, 'url', { value: `http://${hostAddress}:${hostPort}/` });
    expect([hostAddress, targetPort.text, isRandom]).toEqual([HOST_ADDRESS, 'tcp/9090', true]);
    const { json, container } = program.synth();
    expect(container('app-web').ports).toEqual([{ ip: HOST_ADDRESS, internal: 9090, protocol: 'tcp' }]);
    const [name] = Object.keys(json.resource.docker_container);
    const expression = `tostring(one([for port in docker_container.${name}.ports : port.external if port.internal == 9090 && port.protocol == "tcp"]))`;
    expect(json.output.port.value).toBe(`\${${expression}}`);
    expect(json.output.url.value).toBe(`http://${HOST_ADDRESS}:\${${expression}}/`);
  });

  test('in another stack the ports of the container are handed over', () => {
    const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
    const program = new Program({}, new TerraformStack(app, 'app'));
    const web = program.container('Web', program.segment('Front'));
    new TerraformOutput(new TerraformStack(app, 'other'), 'port', { value: web.publishOnRandomPort(METRICS, ON_HOST).hostPort });
    app.synth();
    const { output } = JSON.parse(fs.readFileSync(path.join(app.outdir, 'stacks/other/cdk.tf.json'), 'utf8'));
    expect(output.port.value).toMatch(/^\$\{tostring\(one\(\[for port in data\.terraform_remote_state\.\S+ : port\.external if/);
  });

  test('a fixed port tells itself, and a range its ends', () => {
    const { web } = oneContainer();
    const fixed = web.publish(Port.tcp(443), { ...ON_HOST, targetPort: Port.tcp(8443) });
    expect([fixed.hostAddress, fixed.hostPort, fixed.targetPort.text, fixed.isRandom]).toEqual([HOST_ADDRESS, '443', 'tcp/8443', false]);
    const range = web.publish(Port.udpRange(5000, 5003), ON_HOST);
    expect([range.hostPort, range.targetPort.text]).toEqual(['5000-5003', 'udp/5000-5003']);
    expect(web.publish(Port.tcp(80)).hostAddress).toBe('127.0.0.1');
  });
});

describe('the guard', () => {
  const rulesOf = (hostAddress: string) => {
    const { program, web } = oneContainer();
    web.publishOnRandomPort(METRICS, { hostAddress, sources: [LAN] });
    const [{ address, hostPort }] = program.topology().publications;
    const [forward] = compile(program.topology(), 'ipv4').chains;
    const own = forward.rules.filter(({ origin }) => origin.startsWith('publish '));
    return { own, address, hostPort, program };
  };

  test('knows the translation, the address asked, the address and the port inside, and the sources; no port of the host', () => {
    const { own, address, hostPort } = rulesOf(HOST_ADDRESS);
    expect(own).toHaveLength(1);
    expect(own[0].matches).toEqual([
      { kind: 'out-interface', name: expect.stringMatching(/^bh-/) },
      { kind: 'source', block: '192.0.2.0/25' },
      { kind: 'destination', block: `${address}/32` },
      { kind: 'protocol', protocol: 'tcp' },
      { kind: 'destination-port', first: 9090, last: 9090 },
      { kind: 'ct-state', states: ['DNAT'] },
      { kind: 'ct-original', address: HOST_ADDRESS },
      { kind: 'ct-direction', direction: 'original' },
    ]);
    expect(JSON.stringify(own)).not.toContain(String(hostPort.first));
  });

  test('on every address of the host it asks for the translation alone', () => {
    const { own } = rulesOf('0.0.0.0');
    expect(own[0].matches.map(({ kind }) => kind)).not.toContain('ct-original');
    expect(own[0].matches).toContainEqual({ kind: 'ct-state', states: ['DNAT'] });
  });

  test('what stands in for the port is in no file of the host', () => {
    const { program, hostPort } = rulesOf(HOST_ADDRESS);
    const files = restoreFiles(program.topology());
    expect(JSON.stringify(files)).not.toContain(String(hostPort.first));
    // Connections of a publication that is gone are ended whatever port they were asked on.
    expect(files.permits).toContainEqual(expect.stringMatching(/^publication ipv4 tcp 192\.0\.2\.0\/25 192\.0\.2\.10 1 65535 /));
  });

  test('whatever stands in for the port, the rule stays the same, and so does the count of its rate', () => {
    const { program, web, front } = oneContainer();
    const zed = program.container('Zed', front);
    web.publishOnRandomPort(METRICS, { ...ON_HOST, rate: ConnectionRate.perSecond(50) });
    const ruleAndStandIn = () => {
      const rule = /^.*publish app\/Web.*$/m.exec(restoreFiles(program.topology()).ipv4.rules)![0];
      return [rule, program.topology().publications.find(({ isChosen }) => isChosen)!.hostPort.first] as const;
    };
    const [rule, standIn] = ruleAndStandIn();
    zed.publish(Port.tcp(standIn));
    const [later, another] = ruleAndStandIn();
    expect(another).not.toBe(standIn);
    expect(rule).toContain('connlabel');
    expect(later).toBe(rule);
  });
});

describe('the proof', () => {
  test.each(['20.10', '26.1', '28.5.2', '29.0'])(
    'engine %s: whoever may ask gets through, nobody else, and no number is told',
    (version) => {
      const { program, front, web } = oneContainer({ engine: EngineVersion.of(version) });
      const other = program.container('Other', front);
      web.publishOnRandomPort(METRICS, ON_HOST);
      other.publish(Port.tcp(60999), { ...ON_HOST, targetPort: METRICS });
      const reachability = Reachability.of(program.daemon);
      expect(reachability.canReach(LAN, web, METRICS)).toBe(true);
      expect(reachability.canReach(Peer.host(), web, METRICS)).toBe(true);
      expect(reachability.canReach(Peer.cidr('203.0.113.0/24'), web, METRICS)).toBe(false);
      expect(reachability.canReach(other, web, METRICS)).toBe(false);
      expect(reachability.canReach(LAN, web, Port.tcp(9091))).toBe(false);
      expect([reachability.undeclaredFlows(), reachability.blockedFlows()]).toEqual([[], []]);
      expect(reachability.exposures()).toEqual([
        expect.objectContaining({ workload: 'app/Other', hostPorts: 'tcp/60999', targetPorts: 'tcp/9090' }),
        expect.objectContaining({ workload: 'app/Web', hostPorts: 'tcp/a port that the engine chooses', targetPorts: 'tcp/9090' }),
      ]);
      const { hostPort } = program.topology().publications.find(({ isChosen }) => isChosen)!;
      expect(hostPort.first).not.toBe(60999);
      const { steps, decidedBy } = reachability.explain(LAN, web, METRICS);
      expect(decidedBy).toBe('publish app/Web 192.0.2.10 any port to tcp/9090');
      expect(steps.join('\n')).toContain('192.0.2.10:(chosen by the engine)');
      expect(steps.join('\n')).not.toContain(String(hostPort.first));
      program.synth();
    },
  );

  test('beside docker-proxy, where only the API is ours', () => {
    const program = new Unguarded();
    const web = program.container('Web', program.segment('Front'));
    web.publishOnRandomPort(METRICS, { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    expect(Reachability.of(program.daemon).canReach(LAN, web, METRICS)).toBe(true);
    synth(program.stack);
    expectError(() => web.publishOnRandomPort(Port.tcp(9091), ON_HOST), 'NeedsGuard', { path: 'app/Web' });
  });

  test('a stand-in is none of the ports that something else has', () => {
    const { program, front, web } = oneContainer();
    web.publish(Port.tcpRange(60000, 60999));
    program.container('Asker', front).connections.allowTo(Peer.host(), Port.tcpRange(59000, 59999));
    const others = ['A', 'B', 'C'].map((id) => program.container(id, front));
    others.forEach((container) => container.publishOnRandomPort(METRICS));
    const placeholderPorts = program.topology().publications.flatMap(({ isChosen, hostPort }) => (isChosen ? [hostPort.first] : []));
    expect(new Set(placeholderPorts).size).toBe(3);
    expect(Math.max(...placeholderPorts)).toBeLessThan(59000);
    program.synth();
  });
});

describe('what is refused', () => {
  test.each<[string, (web: HardenedContainer) => unknown, ErrorCode, string[]]>([
    ['a range', (web) => web.publishOnRandomPort(Port.tcpRange(9090, 9091), ON_HOST), 'PublicationPorts', ['tcp/9090-9091', 'one by one']],
    ['ICMP', (web) => web.publishOnRandomPort(Port.icmpPing(), ON_HOST), 'PublicationPorts', ['icmp/ping']],
    ['no sources', (web) => web.publishOnRandomPort(METRICS, { hostAddress: '0.0.0.0' }), 'PublishNeedsSources', ['0.0.0.0']],
    ['loopback with sources', (web) => web.publishOnRandomPort(METRICS, { sources: [LAN] }), 'SourcesOnLoopback', ['127.0.0.1']],
    [
      'an address of somebody else',
      (web) => web.publishOnRandomPort(METRICS, { hostAddress: '192.0.2.99', sources: [LAN] }),
      'NotAHostAddress',
      ['192.0.2.99'],
    ],
  ])('%s', (_what, program, code, says) => {
    const { web } = oneContainer();
    expectError(() => program(web), code, { path: 'app/Web', says });
  });

  const random = (web: HardenedContainer) => web.publishOnRandomPort(METRICS, ON_HOST);
  const fixed = (web: HardenedContainer) => web.publish(Port.tcpRange(8000, 8002), { ...ON_HOST, targetPort: Port.tcpRange(9089, 9091) });
  const loopback = (web: HardenedContainer) => web.publishOnRandomPort(METRICS);
  test.each([
    ['random, fixed', random, fixed],
    ['fixed, random', fixed, random],
    ['random twice', random, random],
    ['random on two addresses', random, loopback],
  ])('one port inside by two ways: %s', (_what, first, second) => {
    const { program, web } = oneContainer();
    first(web);
    expectError(() => second(web), 'RandomPortShared', { path: 'app/Web', says: ['second port'] });
    expect(program.topology().publications).toHaveLength(1);
  });

  test('the same port of another container, another port or protocol of the same one: as many as there are', () => {
    const { program, front, web } = oneContainer();
    random(web);
    random(program.container('Api', front));
    web.publishOnRandomPort(Port.tcp(9091), ON_HOST);
    web.publishOnRandomPort(Port.udp(9090), ON_HOST);
    program.synth();
  });

  test('a segment that takes no publications takes none of these', () => {
    const program = new Program();
    const closed = program.container('Db', program.segment('Back', { noPublicationsReason: 'it holds the data' }));
    expectError(() => random(closed), 'SegmentForbidsPublication', { path: 'app/Db', says: ['it holds the data'] });
  });

  /** What the refusal is for: the guard would let those in by the one way who may only go the other. */
  test('without the refusal the second way would be open to the sources of the first', () => {
    const facts: Facts = everything.ipv4;
    const base: PublicationFact = { ...facts.publications[0], workload: 'app/W0', targetPort: { protocol: 'tcp', first: 7, last: 7 } };
    const [narrow, wide] = [
      { ...base, hostPort: { protocol: 'tcp' as const, first: 4000, last: 4000 }, sources: ['192.0.2.128/25'], origin: 'narrow' },
      { ...base, hostPort: undefined, sources: ['0.0.0.0/0'], origin: 'wide' },
    ];
    const deviations = (publications: readonly PublicationFact[]) => {
      const { topology } = derive({ ...facts, publications }, EMPTY_LOCK);
      const view = viewOf(topology, facts.daemon.engine);
      const matrix = matrixOf(view, (probe) => walk(view, probe), UPLINK, declaredBlocks(topology));
      return [excessOf(matrix, topology).length, missingOf(matrix, topology).length];
    };
    expect(deviations([narrow])).toEqual([0, 0]);
    expect(deviations([wide])).toEqual([0, 0]);
    expect(deviations([narrow, wide])[0]).toBeGreaterThan(0);
  });
});
