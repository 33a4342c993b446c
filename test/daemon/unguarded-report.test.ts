import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack, Testing } from 'cdktf';
import { EngineFirewall, EngineVersion, type UnguardedDaemon } from '../../src';
import { outputFolder } from '../../src/reports/private/output-folder';
import { renderReport } from '../../src/reports/private/report-md';
import { filesUnder, temporaryFolder } from '../support/folders';
import { synth } from '../support/programs';
import { Unguarded, shop } from '../support/unguarded';

const folder = temporaryFolder();

function reportOf(
  { _declarations }: UnguardedDaemon,
  given: Partial<Parameters<typeof renderReport>[0]> = {},
  daemon = 'app/Edge',
): string {
  return renderReport({
    topology: { ..._declarations.store.derived().topology, daemon },
    engine: _declarations.store.engine,
    dualStack: false,
    flows: [],
    result: { state: 'PROVED', claims: [] },
    open: [],
    exposures: [],
    weaknesses: [],
    undeclared: [],
    blocked: [],
    ...given,
  });
}

describe('the report', () => {
  test('warnings: one per kind, bounded, readable', () => {
    const { program, daemon } = shop();
    synth(program.stack);
    const warnings = program.warnings();
    expect(warnings.map((text) => /\((\w+)\)$/.exec(text)?.[1])).toEqual([
      'SegmentOpen',
      'HostOpen',
      'EgressOpen',
      'OpenToHost',
      'ForgedSource',
    ]);
    expect(warnings[0]).toContain('EXPOSE in an image does not restrict this');
    expect(warnings[0]).toContain('app/Api > app/Db on everything except tcp/5432; app/Api > app/Web on everything; ');
    expect(warnings[0]).toContain(`and 1 more in bulkhead/${outputFolder(daemon.node.path)}/report.md`);
  });

  test('a daemon without workloads warns of nothing', () => {
    const program = new Unguarded();
    program.segment('Front');
    synth(program.stack);
    expect(program.warnings()).toEqual([]);
    expect(program.daemon.weaknesses()).toEqual([]);
  });

  test('is all that is written, and tells every weakness, what holds, and what that rests on', () => {
    const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
    const { daemon } = shop({ engine: EngineVersion.V26, forwardPolicyDrop: true }, new TerraformStack(app, 'app'));
    app.synth();
    const files = filesUnder(path.join(app.outdir, 'stacks/app/bulkhead', outputFolder(daemon.node.path)));
    expect(Object.keys(files)).toEqual(['matrix.json', 'report.md', 'topology.json']);
    const report = files['report.md'];
    daemon.weaknesses().forEach(({ code, sentence }) => expect(report).toContain(`### ${code}\n\n${sentence}\n\n| from | to | ports |\n`));
    expect(report).toContain('| app/Web | app/Api | everything except tcp/8080 |');
    expect(report).toContain('| host | app/Api, app/Db, app/Web | everything |');
    expect(report).toContain('Workloads that share no segment cannot connect to each other');
    expect(report).toContain(
      '| containers not managed by Bulkhead on docker0 | app/Api, app/Db, app/Web | udp/0-65535, icmp/ping, other protocols from a forged source (not certain) |',
    );
    expect(report).toContain('generation of 26.1 and makes its rules with iptables');
    expect(report).toContain('The policy of FORWARD is DROP');
    expect(report).toContain('docker-proxy is on');
    expect(report).not.toMatch(/\d{4}-\d\d-\d\d/);
  });

  test('is the same text for the same program', () => {
    const texts = [1, 2].map((i) => {
      const app = new App({ outdir: path.join(folder(), `out${i}`), stackTraces: false });
      const { daemon } = shop({}, new TerraformStack(app, 'app'));
      app.synth();
      return fs.readFileSync(path.join(app.outdir, 'stacks/app/bulkhead', outputFolder(daemon.node.path), 'report.md'), 'utf8');
    });
    expect(texts[0]).toBe(texts[1]);
  });

  test('no text of a user ends a cell or becomes markup', () => {
    const cells = [{ source: 'app/a|b\n<img>', destination: 'app/`*_[x]', ports: 'tcp/1', certain: false }];
    const text = reportOf(new Unguarded().daemon, { open: cells }, 'app/#x\n# y');
    expect(text).toContain('| app/a\\|b &lt;img&gt; | app/\\`\\*\\_\\[x\\] | tcp/1 (not certain) |');
    expect(text.split('\n')[0]).toBe('# app/\\#x \\# y: Bulkhead has only the API of the engine');
    expect(text).toContain('## Weaker than declared\n\nNothing.\n');
  });

  test('an engine with nftables and without docker-proxy says so', () => {
    const { daemon } = shop({ engine: EngineVersion.V29, engineFirewall: EngineFirewall.NFTABLES, userlandProxy: false });
    const text = reportOf(daemon);
    expect(text).toContain('makes its rules with nftables');
    expect(text).toContain('docker-proxy is off');
    expect(text).toContain('assumes that the policy of FORWARD is ACCEPT');
  });
});

test('a full synth in tests works, too', () => {
  const { program, daemon } = shop();
  const outdir = Testing.fullSynth(program.stack);
  expect(fs.existsSync(path.join(outdir, 'stacks/app/bulkhead', outputFolder(daemon.node.path), 'report.md'))).toBe(true);
  fs.rmSync(outdir, { recursive: true });
});
