import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { bulkhead } from './bulkhead';
import { ConnectionRate, EngineVersion, Peer, Port, Reachability, type ReachabilityChange } from '../../src';
import { EXIT } from '../../src/cli/exit';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import { temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, Program } from '../support/programs';
import { shop } from '../support/unguarded';

const folder = temporaryFolder();

/** Web, Api and two databases on one segment, and what Web publishes. */
function site(
  flows: readonly [string, string, number][] = [
    ['Web', 'Api', 8080],
    ['Api', 'Db', 5432],
    ['Api', 'Cache', 6379],
  ],
) {
  // prettier-ignore
  const program = new Program();
  const segment = program.segment('Net');
  const all = Object.fromEntries(['Web', 'Api', 'Db', 'Cache'].map((id) => [id, program.container(id, segment)]));
  for (const [from, to, port] of flows) all[from].connections.allowTo(all[to], Port.tcp(port));
  all.Web.publish(Port.tcp(443), { hostAddress: HOST_ADDRESS, sources: [Peer.cidr('198.51.100.0/24')], targetPort: Port.tcp(8443) });
  return { program, ...all };
}

function written(daemon: Program['daemon'], name = 'now'): string {
  const to = path.join(folder(), name, 'daemon');
  fs.mkdirSync(to, { recursive: true });
  writeDaemonReports(to, daemon._declarations.store, {});
  return path.join(folder(), name);
}

describe('what is asked of one synth', () => {
  test('list: every two ends with an open connection', async () => {
    const { code, out } = await bulkhead('list', '--input', written(site().program.daemon));
    expect(out.split('\n')).toEqual([
      'FROM             TO         PORTS     VERDICT  AS',
      '198.51.100.0/24  app/Web    tcp/8443  OPEN',
      'app/Api          app/Cache  tcp/6379  OPEN',
      'app/Api          app/Db     tcp/5432  OPEN',
      'app/Web          app/Api    tcp/8080  OPEN',
      'host             app/Web    tcp/8443  OPEN',
      '',
    ]);
    expect(code).toBe(EXIT.yes);
  });

  test('exposure: what the outside reaches', async () => {
    const { out } = await bulkhead('exposure', '-i', written(site().program.daemon), '-f', 'markdown');
    expect(out.split('\n').slice(2)).toEqual([`| app/Web | ${HOST_ADDRESS} | tcp/443 | tcp/8443 | 198.51.100.0/24 |`, '']);
  });

  test('a name is escaped once in Markdown', async () => {
    const file = path.join(written(site().program.daemon), 'daemon/topology.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('app/Web', 'app/Web_1'));
    const { out } = await bulkhead('exposure', '-i', file, '-f', 'markdown');
    expect(out.split('\n')[2]).toMatch(/^\| app\/Web\\_1 \|/);
  });

  test.each([
    ['Api', 'Db', '5432', 'DELIVERED', EXIT.yes],
    ['app/Web', 'app/Db', 'tcp/5432', 'DROPPED', EXIT.no],
    ['app-web', 'app-api', '8080/tcp', 'DELIVERED', EXIT.yes],
    ['internet', 'Db', '5432', 'DROPPED', EXIT.no],
    ['198.51.100.7', 'Web', '8443', 'DELIVERED', EXIT.yes],
    ['203.0.113.7', 'Web', '8443', 'DROPPED', EXIT.no],
    ['host', 'Web', '8443', 'DELIVERED', EXIT.yes],
    ['198.51.100.7', 'host', '443', 'DELIVERED', EXIT.yes],
    ['198.51.100.7', HOST_ADDRESS, '443', 'DELIVERED', EXIT.yes],
    ['203.0.113.7', 'host', '443', 'DROPPED', EXIT.no],
    ['Api', 'Db', 'udp/5432', 'DROPPED', EXIT.no],
    ['Api', 'Db', '5000-6000', 'DELIVERED', EXIT.yes],
    ['Net', 'Cache', '6379', 'DELIVERED', EXIT.yes],
    ['Web', 'Api', 'ping', 'DROPPED', EXIT.no],
    // By an address of the host no container reaches a publication, its own neither.
    ['Web', 'host', '443', 'DROPPED', EXIT.no],
    ['Web', HOST_ADDRESS, '443', 'DROPPED', EXIT.no],
    ['Api', HOST_ADDRESS, '443', 'DROPPED', EXIT.no],
  ])('evaluate %s %s %s: %s, exit code %i', async (from, to, port, says, exit) => {
    const { code, out, err } = await bulkhead('evaluate', from, to, port, '-i', written(site().program.daemon));
    expect([out, err, code]).toEqual([`${says}\n`, '', exit]);
  });

  test('an address of a container is that container', async () => {
    const { program, Api, Db } = site() as any;
    const [from, to] = [Api, Db].map((one) => program.daemon._declarations.store.placesOf(one.node.path)[0].member.ipv4);
    const { out } = await bulkhead('explain', from, to, '5432', '-i', written(program.daemon));
    expect(out).toMatch(/^DELIVERED: app\/Api reaches app\/Db on tcp\/5432: 'app\/Api > app\/Db tcp\/5432' lets it through\./);
  });

  test('at a published port of the host the answer is about the container behind it', async () => {
    const { out } = await bulkhead('explain', '203.0.113.7', HOST_ADDRESS, '443', '-i', written(site().program.daemon));
    expect(out).toMatch(/^DROPPED: 203\.0\.113\.7 does not reach app\/Web \(published as tcp\/443 of 192\.0\.2\.10\) on tcp\/8443: /);
  });

  test('the packet is the one that was asked about', async () => {
    const { out } = await bulkhead('explain', '203.0.113.7', HOST_ADDRESS, '443', '-i', written(site().program.daemon));
    expect(out).toContain(`The packet, tcp 203.0.113.7:40000 > ${HOST_ADDRESS}:443\n`);
  });

  test.each([
    ['Web', HOST_ADDRESS, '443', 'A container reaches itself on 127.0.0.1.'],
    ['Api', HOST_ADDRESS, '443', 'by its name. Declare it: api.connections.allowTo(web, Port.tcp(8443))'],
    ['Web', 'Db', '5432', 'Declare it: web.connections.allowTo(db, Port.tcp(5432)), where web is app/Web and db is app/Db.'],
    ['host', 'Db', '5432', 'Declare it: db.connections.allowFrom(Peer.host(), Port.tcp(5432)), where db is app/Db.'],
    ['Db', '203.0.113.0/24', '443', "Declare it: db.connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443)), where db is app/Db."],
    [
      'internet',
      'Db',
      '5432',
      "Publish it: db.publish(Port.tcp(5432), { hostAddress: 'ADDRESS', sources: [Peer.anyIpv4()] }), where db is app/Db",
    ],
  ])('explain %s %s %s: the way out is a line of a program', async (from, to, port, says) => {
    const { out } = await bulkhead('explain', from, to, port, '-i', written(site().program.daemon));
    expect(out).toContain(says);
  });

  test.each([
    [
      '198.51.100.7',
      'Web',
      '443',
      "Ask about tcp/8443: tcp/443 is the port of the host in 'publish app/Web 192.0.2.10 tcp/443', which leads to that port of the container.",
    ],
    [
      '203.0.113.7',
      'Web',
      '8443',
      "It is published for other sources. Add Peer.address('203.0.113.7') to 'sources' of 'publish app/Web 192.0.2.10 tcp/443'.",
    ],
    ['internet', 'Web', '9090', 'Publish it: web.publish(Port.tcp(9090), '],
  ])('explain %s %s %s: of what is published, the way out is not a second publication', async (from, to, port, says) => {
    const { out } = await bulkhead('explain', from, to, port, '-i', written(site().program.daemon));
    expect(out).toContain(`Remedy: ${says}`);
  });

  test('diff takes no --input: it has two', async () => {
    const now = written(site().program.daemon);
    expect(await bulkhead('diff', now, now, '--input', 'other')).toMatchObject({ code: EXIT.usage });
    expect(await bulkhead('diff', now, now)).toMatchObject({ code: EXIT.yes });
  });

  test('what is not certain has an exit code of its own', async () => {
    const program = new Program();
    program.container('Recorder', program.lan('Cameras'));
    const { code, out } = await bulkhead('evaluate', 'internet', 'Recorder', '554', '-i', written(program.daemon));
    expect([out, code]).toEqual(['UNKNOWN\n', EXIT.unknown]);
  });
});

describe('the declaration that an explanation names', () => {
  const decider = (out: string) => /'([^']+)' lets it through/.exec(out)?.[1];

  test.each([1, 2, 3, 5])('of %i flows of a segment: without it the answer is another', async (count) => {
    const names = Array.from({ length: count }, (_, i) => `T${i}`);
    const make = (left: readonly string[]) => {
      const program = new Program();
      const segment = program.segment('Net');
      const web = program.container('Web', segment);
      names.forEach((name, i) => {
        const target = program.container(name, segment);
        if (left.includes(name)) web.connections.allowTo(target, Port.tcp(80), i === 1 ? { rate: ConnectionRate.perSecond(5) } : {});
      });
      return program.daemon;
    };
    for (const name of names) {
      const { out, code } = await bulkhead('explain', 'Web', name, '80', '-i', written(make(names), name));
      expect([decider(out), code]).toEqual([`app/Web > app/${name} tcp/80`, EXIT.yes]);
      expect(out).toMatch(new RegExp(`^> forward .*app/Web > app/${name} tcp/80`, 'm'));
      const without = await bulkhead('evaluate', 'Web', name, '80', '-i', written(make(names.filter((each) => each !== name)), name));
      expect(without.code).toBe(EXIT.no);
    }
  });

  test('two that open the same are both named', async () => {
    const { program, Web, Api, Db, Cache } = site([]) as any;
    for (const to of [Api, Db, Cache]) Web.connections.allowTo(to, Port.tcp(80));
    Web.connections.allowTo(Db, Port.tcpRange(79, 90));
    const { out } = await bulkhead('explain', 'Web', 'Db', '80', '-i', written(program.daemon));
    expect(out).toContain("To close it, remove the declaration 'app/Web > app/Db tcp/80' and 'app/Web > app/Db tcp/79-90'");
  });
});

describe('what differs', () => {
  test('diff: flows that a change opens and closes, with an exit code', async () => {
    const old = written(site().program.daemon, 'old');
    const now = written(site([['Web', 'Api', 8081], ['Api', 'Db', 5432]]).program.daemon); // prettier-ignore
    const { code, out } = await bulkhead('diff', old, now, '--format', 'csv');
    expect(out.split('\r\n')).toEqual([
      'from,to,opened,closed,as',
      'app/Api,app/Cache,,tcp/6379,',
      'app/Web,app/Api,tcp/8081,tcp/8080,',
      '',
    ]);
    expect(code).toBe(EXIT.no);
    expect(await bulkhead('diff', old, old)).toEqual({ code: EXIT.yes, out: 'Nothing differs.\n', err: '' });
  });

  test('whatif: as a program with that engine answers', async () => {
    const [before, after] = ['26.1', '28.5'].map((version) => shop({ engine: EngineVersion.of(version) }).daemon as any);
    const { code, out } = await bulkhead('whatif', '--engine', '28.5', '-i', written(before), '-f', 'json');
    const expected = Reachability._of(after._declarations).changesSince(Reachability._of(before._declarations));
    expect(JSON.parse(out)).toMatchObject({ format: 'bulkhead-whatif', version: 1, engine: '26.1', newEngine: '28.5' });
    const plain = ({ source: from, destination: to, opened, closed }: ReachabilityChange) => ({ from, to, opened, closed });
    expect(JSON.parse(out).entries.map(({ from, to, opened, closed }: any) => ({ from, to, opened, closed }))).toEqual(expected.map(plain));
    expect([code, expected.length > 0]).toEqual([EXIT.no, true]);
  });
});

describe('JSON is as the schema of its version says, for', () => {
  const schema = (name: string) => JSON.parse(fs.readFileSync(path.join(__dirname, `../../schemas/${name}-1.schema.json`), 'utf8'));
  const topologies = {
    'a guarded host': () => written(site().program.daemon),
    'a host where sources can be forged': () => written(shop({ engine: EngineVersion.of('26.1') }).daemon as any),
  };

  test.each(Object.entries(topologies))('%s', async (_, make) => {
    const input = make();
    const other = written(site([]).program.daemon, 'other');
    for (const [name, ...rest] of [['list'], ['exposure'], ['diff', input, other], ['whatif', '-e', '29.0']]) {
      const from = name === 'diff' ? [] : ['-i', input];
      const { out } = await bulkhead(name, ...rest, ...from, '-f', 'json');
      const json = JSON.parse(out);
      expect([name, new Validator(schema(name), '7').validate(json).errors]).toEqual([name, []]);
      const spoilt = { ...json, entries: [...json.entries, { from: 1 }] };
      expect([name, new Validator(schema(name), '7').validate(spoilt).valid]).toEqual([name, false]);
    }
  });
});

describe('what is refused, with exit code 2 and a way out', () => {
  const cases: [string, (input: string) => string[], RegExp][] = [
    ['a port that is none', (input) => ['evaluate', 'Web', 'Api', '70000', '-i', input], /65535/],
    [
      'a port in two protocols',
      (input) => ['evaluate', 'Web', 'Api', 'tcp/80/udp', '-i', input],
      /'tcp\/80\/udp' is not a port; write 443/,
    ],
    ['a name that nothing has', (input) => ['explain', 'Wbe', 'Api', '80', '-i', input], /'Wbe' is not known; .*app\/Web/],
    [
      'the same container twice',
      (input) => ['explain', 'Web', 'app-web', '80', '-i', input],
      /are the same container, which reaches itself/,
    ],
    ['a block with host bits', (input) => ['explain', '10.0.0.1/8', 'Api', '80', '-i', input], /write '10\.0\.0\.0\/8' for the block/],
    ['a folder without a synth', () => ['list', '-i', __dirname], /no topology\.json in/],
    ['a path that does not exist', () => ['list', '-i', '/nowhere/at/all'], /run 'cdktf synth' first/],
    ['a daemon that is not there', (input) => ['list', '-i', input, '-d', 'Elsewhere'], /no daemon 'Elsewhere'.*it has app\/Edge/],
    ['an engine that does not exist', (input) => ['whatif', '-e', '19.03', '-i', input], /'19\.03' is not an engine version/],
    ['a format that does not exist', (input) => ['list', '-i', input, '-f', 'xml'], /Allowed choices are text, json, markdown, csv/],
    ['a command that does not exist', () => ['lsit'], /unknown command 'lsit'[\s\S]*Did you mean list/],
    ['an end too few', (input) => ['explain', 'Web', 'Api', '-i', input], /missing required argument 'port'/],
  ];
  test.each(cases)('%s', async (_, argv, says) => {
    const { code, err } = await bulkhead(...argv(written(site().program.daemon)));
    expect(err).toMatch(says);
    expect(code).toBe(EXIT.usage);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['that is cut', (text) => text.slice(0, text.length / 2), /is not JSON, or is cut.*run 'cdktf synth' again/],
    ['that is empty', () => '', /is not JSON, or is cut/],
    ['of something else', () => '{"format":"other"}', /is not a topology of Bulkhead/],
    ['that is null', () => 'null', /is not a topology of Bulkhead/],
    ['of plain words', () => 'Dear all', /is not a topology of Bulkhead, neither the text of 'bulkhead collect' nor .*; pass one of these/],
    ['of a later version', (text) => text.replace('"version": 1,', '"version": 2,'), /has version 2, and this command reads 1/],
    ['without its pairs', (text) => JSON.stringify({ ...JSON.parse(text), pairs: undefined }), /is not as its schema says, at #.*"pairs"/],
    ['with a port that is a text', (text) => text.replace('"first": 8080', '"first": "8080"'), /is not as its schema says, at #\/.*first/],
  ])('a file %s', async (_, change, says) => {
    const file = path.join(written(site().program.daemon), 'daemon/topology.json');
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
    const { code, err, out } = await bulkhead('list', '-i', file);
    expect([err, out, code]).toEqual([expect.stringMatching(says), '', EXIT.usage]);
  });

  test('what a pipe has is named, with what to pass', async () => {
    const pipe = path.join(folder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [command, ...rest] of [['list'], ['list', '-e', '28.5'], ['whatif', '-e', '28.5'], ['explain', 'Web', 'Db', '80']]) {
      const writer = spawn('sh', ['-c', 'echo "{}" >"$0"', pipe]);
      const { code, err } = await bulkhead(command, ...rest, '-i', pipe);
      expect([code, err]).toEqual([EXIT.usage, `bulkhead: ${pipe} is neither the text of 'bulkhead collect' nor what 'terraform show -json' prints nor a Compose file; pass one of these, or a topology.json by the path of its file\n`]); // prettier-ignore
      writer.kill();
    }
  });

  test('an engine for a text that names none', async () => {
    const words = path.join(folder(), 'words.txt');
    fs.writeFileSync(words, 'Dear all');
    const { err } = await bulkhead('list', '-i', words, '-e', '28.5');
    expect(err).toMatch(/words\.txt is not a topology of Bulkhead, neither .*; pass one of these/);
    expect((await bulkhead('list', '-i', written(site().program.daemon), '-e', '28.5')).err).toMatch(/names the engine of its daemon/);
  });

  test('each text is parsed once', async () => {
    const input = written(site().program.daemon);
    const parse = jest.spyOn(JSON, 'parse');
    await bulkhead('list', '-i', path.join(input, 'daemon/topology.json'));
    const topologies = parse.mock.calls.filter(([text]) => text.includes('"bulkhead-topology"') && !text.includes('"$schema"'));
    parse.mockRestore();
    expect(topologies).toHaveLength(1);
  });

  test('a name that two have', async () => {
    const program = new Program();
    const [one, other] = ['One', 'Other'].map((id) => program.segment(id));
    program.container('Web', one);
    program.container('Deep/Web'.replace('/', ''), other);
    const file = path.join(written(program.daemon), 'daemon/topology.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('app/DeepWeb', 'app/Deep/Web'));
    const { code, err } = await bulkhead('evaluate', 'Web', 'One', '80', '-i', file);
    expect([code, err]).toEqual([EXIT.usage, "bulkhead: 'Web' can be app/Deep/Web or app/Web; write more of the path\n"]);
    expect((await bulkhead('evaluate', 'app/Web', 'Deep/Web', '80', '-i', file)).code).toBe(EXIT.no);
  });

  test('several daemons', async () => {
    written(site().program.daemon, 'all/one');
    const other = new Program();
    const file = path.join(written(other.daemon, 'all/two'), 'daemon/topology.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('app/Edge', 'app/Second'));
    const { code, err } = await bulkhead('list', '-i', path.join(folder(), 'all'));
    expect([code, err]).toEqual([EXIT.usage, expect.stringMatching(/has 2 daemons; choose one with --daemon: app\/Edge, app\/Second/)]);
    expect((await bulkhead('list', '-i', path.join(folder(), 'all'), '-d', 'Second')).out).toBe('Nothing is open.\n');
  });
});

test('help needs no input and teaches', async () => {
  const { code, out } = await bulkhead('--help');
  expect(code).toBe(EXIT.yes);
  for (const words of ['Exit codes:', '$ bulkhead explain Web Db 5432', 'internet6']) expect(out).toContain(words);
  expect((await bulkhead('explain', '--help')).out).toContain('--input <path>');
});
