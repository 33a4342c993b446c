// The demo in the embedded lab: an engine, a LAN and an internet in namespaces, the example deployed by `cdktf deploy`, and every pair probed.
import * as fs from 'fs';
import * as path from 'path';
import { BIN, cdktf, EXAMPLE, hostFolder, must, ROOT, say, synthExample } from './demo-example';
import { declaredVersion } from '../test/integ/harness/deployment';
import { type Answer, ask } from '../test/integ/harness/matrix';
import { cast, declared } from '../test/integ/harness/three-tier';
import { buildDir, ENGINE_IDS, type EngineId } from '../test/integ/lab/cache';
import { Lab, withLab } from '../test/integ/lab/lab';
import { useInstalledEngine, useProviderOfRegistry } from '../test/integ/lab/own';
import { setup } from '../test/integ/lab/setup';

const TIERS = { web: 'three-tier-web', api: 'three-tier-api', db: 'three-tier-db' };

export async function runInLab(wanted: string | undefined): Promise<void> {
  if (wanted !== undefined && !ENGINE_IDS.includes(wanted as EngineId)) {
    throw new Error(`--engine must be one of ${ENGINE_IDS.join(', ')}, got '${wanted}'`);
  }
  Lab.sweep();
  const engine = (wanted as EngineId | undefined) ?? (await engineAtHand());
  await providerAtHand();
  await setup([engine], (line) => say(`  ${line}`));
  const failed = withLab(engine, demonstrate);
  if (failed > 0) {
    throw new Error(`${failed} probes went otherwise than declared`);
  }
}

/** What can be had without a compiler: the engine that is installed, what an earlier run has built, else Debian's package. */
async function engineAtHand(): Promise<EngineId> {
  say('looking for an engine');
  const installed = await useInstalledEngine();
  if ('version' in installed) {
    say(`  the installed dockerd ${installed.version}, in namespaces of its own`);
    return installed.ids[0];
  }
  const isBuilt = fs.existsSync(buildDir('engine-28.5'));
  say(
    `  ${installed.why}, so ${isBuilt ? 'the 28.5 that an earlier run has built' : "Debian's package"}; --engine ${ENGINE_IDS.join('|')} takes another one`,
  );
  return isBuilt ? '28.5' : '26.1';
}

async function providerAtHand(): Promise<void> {
  if (fs.existsSync(buildDir('provider'))) return;
  say("asking for Terraform's Docker provider, as terraform init does");
  const timer = setInterval(() => say('  … terraform init'), 5_000);
  const version = await useProviderOfRegistry('>= 4.5.0, < 5.0.0');
  clearInterval(timer);
  say(version === undefined ? '  it does not get it: building it from source, some minutes, once' : `  it gets ${version}`);
}

function demonstrate(lab: Lab): number {
  const outdir = path.join(EXAMPLE, 'cdktf.out');
  const env = { ...lab.terraformEnv(), SHOP_ENGINE: declaredVersion(lab).version, CDKTF_LOG_LEVEL: 'warn' };
  say('synthesizing examples/three-tier');
  synthExample(outdir, env);
  const files = hostFolder(outdir);
  say('running the emitted install script on the host, then starting the engine: the guard is in force before anything can run');
  lab.installFiles(path.join(files, 'install.sh'));
  lab.startEngine();
  lab.startUnit('bulkhead-watch');
  say(`engine ${lab.version().version} is up; building the example's images on it`);
  must('building the images', [path.join(BIN, 'tsx'), 'build-images.ts'], env);
  say('cdktf deploy');
  cdktf('deploy', env);
  printFlows();
  const asked = lab.inNs('lanA', ['busybox', 'nc', '-w', '5', '192.0.2.10', '443'], { input: 'GET /cgi-bin/orders HTTP/1.0\r\n\r\n' });
  const page = asked.stdout.split('\r\n\r\n')[1] ?? '';
  say(
    `LAN client A asks the shop, which asks the API, which asks the database:\n    ${page.trim().replace(/\n/g, '\n    ') || '(no answer)'}`,
  );

  const stage = cast(lab, TIERS);
  say('probing every pair, port and direction');
  const answers = ask(stage.probes, stage.actors, stage.targets, declared(stage));
  printMatrix(answers);
  const wrong = answers.filter(({ expected, observed }) => expected !== observed);
  wrong.forEach((a) =>
    say(`DIFFERENT ${a.source} -> ${a.target} ${a.address} ${a.proto}/${a.port}: expected ${a.expected ? 'open' : 'closed'}, ${a.outcome}`),
  );
  say(`${answers.length} probes, ${wrong.length} differences between declared and observed`);
  say('cdktf destroy');
  cdktf('destroy', env);
  const rest = lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=three-tier');
  say(rest === '' ? 'nothing is left on the engine' : `left behind: ${rest}`);
  for (const [what, file] of Object.entries({
    program: path.join(EXAMPLE, 'main.ts'),
    'user data': path.join(files, 'user-data'),
    'install script': path.join(files, 'install.sh'),
  })) {
    say(`${what.padEnd(15)} ${path.relative(ROOT, file)}`);
  }
  return wrong.length + (rest === '' ? 0 : 1);
}

function printFlows(): void {
  say('declared flows:');
  for (const flow of [
    'LAN client A (192.0.2.20) -> host 192.0.2.10 tcp/443 -> web tcp/8443, 50 new connections a second',
    'web -> api tcp/8080',
    'api -> db tcp/5432',
  ]) {
    say(`  ${flow}`);
  }
}

/** One row per source, one column per target, each cell the ports that were expected open and those observed open. */
function printMatrix(answers: readonly Answer[]): void {
  const short = (name: string) => name.replace('three-tier-', '');
  const portsOf = (list: readonly Answer[]) => [
    ...new Set(list.map(({ proto, port }) => (proto === 'icmp' ? 'ping' : `${proto}/${port}`))),
  ];
  const text = (here: readonly Answer[], open: readonly Answer[]) => {
    const shut = here.filter((answer) => !open.includes(answer));
    if (open.length === 0) return '-';
    if (shut.length === 0) return 'all';
    return shut.length < open.length ? `all but ${portsOf(shut).join(' ')}` : portsOf(open).join(' ');
  };
  const targets = [...new Set(answers.map(({ target }) => target))];
  const rows = [...new Set(answers.map(({ source }) => source))].map((source) => [
    short(source),
    ...targets.map((target) => {
      const here = answers.filter((a) => a.source === source && a.target === target);
      return here.length === 0
        ? ''
        : `${text(
            here,
            here.filter((a) => a.expected),
          )} | ${text(
            here,
            here.filter((a) => a.observed),
          )}`;
    }),
  ]);
  const table = [['from \\ to', ...targets.map(short)], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  say('open ports, expected | observed ("-": none):');
  table.forEach((row) => console.log(`    ${row.map((word, column) => word.padEnd(widths[column])).join('   ')}`));
}
