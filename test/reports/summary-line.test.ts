import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import { Cidr, EngineVersion, type HardenedContainer, type HardenedDaemon, UnguardedDaemon, Peer, Port, Requirement } from '../../src';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import { summaryLine } from '../../src/reports/private/summary-line';
import { legacy } from '../support/existing';
import { temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, Program } from '../support/programs';
import { shop } from '../support/unguarded';

const folder = temporaryFolder();

/** Everything that is printed meanwhile, as where no tests run. */
function printed(env: Record<string, string>, run: () => void): { out: string[]; err: string[] } {
  for (const name of ['JEST_WORKER_ID', 'VITEST', 'NODE_TEST_CONTEXT']) delete process.env[name];
  Object.assign(process.env, env);
  const spies = (['stdout', 'stderr'] as const).map((name) => jest.spyOn(process[name], 'write').mockReturnValue(true));
  try {
    run();
    const [out, err] = spies.map((spy) => spy.mock.calls.map(([text]) => String(text)));
    return { out, err };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

function program(): App {
  fs.writeFileSync(path.join(folder(), 'cdktf.json'), '{}');
  const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
  const site = new Program({}, new TerraformStack(app, 'app'));
  const [web, api] = [site.container('Web', site.segment('Front')), site.container('Api', site.segment('Back'))];
  web.publish(Port.tcp(443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  web.connections.allowTo(api, Port.tcp(8080));
  return app;
}

const LINE =
  /^app\/Edge: 1 flow proved, nothing undeclared is open; 1 exposure; 0 errors, \d+ warnings?, \d+ notes?(; \d+ suppressed)?; bulkhead\.lock\.json written\. Next: commit bulkhead\.lock\.json, then read .*out\/stacks\/app\/bulkhead\/app--Edge\/report\.md\n$/;

test('a program that is run by itself says it on stderr, once, however often it synthesizes', () => {
  const app = program();
  const { out, err } = printed({}, () => app.synth());
  expect(out).toEqual([]);
  expect(err).toEqual([expect.stringMatching(LINE)]);
  // The lock is not written again, which is news; then there is none.
  const [again, third] = [1, 2].map(() => printed({}, () => app.synth()).err);
  expect(again).toEqual([expect.stringMatching(/^app\/Edge: 1 flow proved[^.]*\. Next: read .*report\.md\n$/)]);
  expect(third).toEqual([]);
});

test('without a cdktf.json the line says that no address is kept, and what to do', () => {
  const app = program();
  fs.rmSync(path.join(folder(), 'cdktf.json'));
  const bare = new App({ outdir: app.outdir, stackTraces: false });
  const site = new Program({}, new TerraformStack(bare, 'app'));
  site.container('Web', site.segment('Front'));
  const { err } = printed({}, () => bare.synth());
  expect(err).toEqual([
    expect.stringMatching(
      /; no cdktf\.json found, so no lock file keeps the addresses\. Next: create cdktf\.json beside the program and synthesize again, then read /,
    ),
  ]);
});

test.each(['userData', 'userDataGzipBase64'] as const)('the size of %s is told where a program passes it on', (name) => {
  fs.writeFileSync(path.join(folder(), 'cdktf.json'), '{}');
  const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
  const site = new Program({}, new TerraformStack(app, 'app'));
  for (let i = 0; i < (name === 'userData' ? 1 : 60); i++) site.container(`Web${i}`, site.segment(`Front${i}`)).connections.allowTo(Peer.cidr(`198.51.${i}.0/24`), Port.tcp(443)); // prettier-ignore
  new TerraformOutput(site.stack, 'data', { value: site.daemon[name], sensitive: true });
  const { err } = printed({}, () => app.synth());
  const what = name === 'userData' ? 'user data' : 'compressed user data';
  expect(err[0]).toMatch(new RegExp(`^warning: \\[app/Edge\\] ${what} is \\d+ bytes, more than the limit of 16384 bytes`));
  expect(err).toHaveLength(2);
});

test('the cdktf command shows what is on stdout', () => {
  const app = program();
  const { out, err } = printed({ CDKTF_CONTEXT_JSON: '{}' }, () => app.synth());
  expect(out).toEqual([expect.stringMatching(LINE)]);
  expect(err).toEqual([]);
});

test('what constructs warn of is printed, and in validation.md; the cdktf command prints it by itself', () => {
  fs.writeFileSync(path.join(folder(), 'cdktf.json'), '{}');
  const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
  const site = new Program({}, new TerraformStack(app, 'app'));
  site.container('Web', legacy(site));
  site.container('Cam', site.lan('Lan', { macLimit: 1 }));
  const { err } = printed({}, () => app.synth());
  const report = fs.readFileSync(path.join(folder(), 'out/stacks/app/bulkhead/validation.md'), 'utf8');
  for (const [place, words] of [
    ['app/Legacy', 'does not restrict it'],
    ['app/Lan', 'its switch accepts 1'],
  ]) {
    expect(err.filter((line) => line.startsWith(`warning: [${place}] `) && line.includes(words))).toHaveLength(1);
    expect(report.split('\n').filter((line) => line.includes(`| ${place} |`) && line.includes(words))).toHaveLength(1);
  }
  expect(printed({ CDKTF_CONTEXT_JSON: '{}' }, () => app.synth()).out.join()).not.toContain('warning: ');
});

test('one line for each daemon, and none for its stack beside it', () => {
  const app = program();
  const stack = app.node.findChild('app') as TerraformStack;
  new UnguardedDaemon(stack, 'Other', { engine: EngineVersion.V28, hostAddress: '192.0.2.99', addressPool: Cidr.parse('10.30.0.0/16') });
  const { err } = printed({}, () => app.synth());
  expect(err.map((line) => line.split(':')[0])).toEqual(['app/Edge', 'app/Other']);
});

test('where the synth fails no daemon says that all is well', () => {
  const app = program();
  const daemon = app.node.findChild('app').node.findChild('Edge') as HardenedDaemon;
  const web = app.node.findChild('app').node.findChild('Web') as HardenedContainer;
  daemon.require(Requirement.unreachable(Peer.anyIpv4(), web));
  const { out, err } = printed({}, () => expect(() => app.synth()).toThrow('RequirementBroken'));
  expect([out, err]).toEqual([[], []]);
});

test('quiet under runners of tests, and for an app of Testing', () => {
  const app = program();
  expect(printed({ JEST_WORKER_ID: '1' }, () => app.synth())).toEqual({ out: [], err: [] });
  expect(printed({}, () => void Testing.fullSynth(shop().program.stack))).toEqual({ out: [], err: [] });
});

test.each([
  ['BROKEN', '2 flows, and the proof failed; 1 exposure'],
  ['PROVED', '2 flows proved, more is open because the host has no guard; 1 exposure'],
] as const)('%s without a guard', (state, words) => {
  const result = { state, claims: [] };
  expect(summaryLine({ daemonPath: 'a/B', result, hasGuard: false, isWeaker: true, flows: 2, exposures: 1, folder: 'x' })).toBe(
    `a/B: ${words}. Next: read x/report.md`,
  );
});

test('what nobody proved is not said to be', () => {
  const result = { state: 'SKIPPED', reason: 'the proof is run elsewhere' } as const;
  expect(summaryLine({ daemonPath: 'a/B', result, hasGuard: true, isWeaker: false, flows: 1, folder: 'x' })).toBe(
    'a/B: 1 flow not proved. Next: read x/report.md',
  );
});

test('what is weaker than declared is no secret of the report', () => {
  const result = { state: 'PROVED', claims: [] } as const;
  expect(summaryLine({ daemonPath: 'a/B', result, hasGuard: true, isWeaker: true, flows: 1, folder: 'x' })).toBe(
    'a/B: 1 flow proved, nothing undeclared is open except what the report lists as weaker than declared. Next: read x/report.md',
  );
});

test('a node of a swarm does not count what is inside the overlays', () => {
  const result = { state: 'PROVED', claims: [] } as const;
  const swarm = { path: 'a/Swarm', flows: 2 };
  expect(summaryLine({ daemonPath: 'a/B', result, hasGuard: true, isWeaker: true, flows: 0, swarm, folder: 'x' })).toBe(
    'a/B: 0 flows proved, nothing undeclared is open except what the report lists as weaker than declared; the 2 flows between services of a/Swarm not included: inside an overlay every port is open. Next: read x/report.md',
  );
});

test('a container on a LAN is told in the line and in the report', () => {
  const onLan = new Program();
  onLan.container('Cam', onLan.lan('Lan'));
  const target = folder();
  const written = writeDaemonReports(target, onLan.daemon._declarations.store, {});
  const report = fs.readFileSync(path.join(target, 'report.md'), 'utf8');
  expect(written.isWeaker).toBe(true);
  expect(report).toContain('only those arrive that a declaration names, except what “Weaker than declared” lists');
});
