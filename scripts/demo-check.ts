/**
 * Runs the first command of the README in each of its ways and looks at what it did: in the embedded lab, against an engine without a guard, against
 * one with a guard. `--engine 28.5` chooses the engine.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { BIN, EXAMPLE, hostFolder, ROOT } from './demo-example';
import { Checks } from '../test/integ/harness/checks';
import { declaredVersion } from '../test/integ/harness/deployment';
import type { EngineId } from '../test/integ/lab/cache';
import { withLab } from '../test/integ/lab/lab';

const at = process.argv.indexOf('--engine');
const engine = (at < 0 ? '28.5' : process.argv[at + 1]) as EngineId;
const checks = new Checks('demo');
const README = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');

function demo(env: NodeJS.ProcessEnv, ...options: string[]): { code: number; text: string } {
  const clean = { ...process.env, DOCKER_HOST: undefined, ...env };
  const result = spawnSync('./scripts/demo.sh', options, {
    cwd: ROOT,
    env: clean,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { code: result.status ?? -1, text: result.stdout + result.stderr };
}

function inTheLab(): void {
  const { code, text } = demo({}, '--engine', engine);
  console.log(text);
  checks.shown('the demo in the lab ends well', code === 0, text.slice(-2000));
  checks.shown('the request goes through all three tiers', text.includes('order 1: one bulkhead door'));
  const probes = /(\d{3,} probes), 0 differences/.exec(text)?.[1];
  checks.shown('it prints the probes, and none differs', probes !== undefined);
  checks.shown(`the README says how many: ${probes}`, probes !== undefined && README.includes(probes), README.match(/\d+ probes/)?.[0]);
  const matrix = text
    .split('\n')
    .flatMap((line) => (/^ {4}(from|web|api|db|host|lan[AB]|inet)\b.* \| |^ {4}from /.test(line) ? [line.trim()] : []));
  const missing = matrix.filter((line) => !README.includes(line));
  checks.shown('the README shows the matrix that it prints', matrix.length === 8 && missing.length === 0, missing.join('\n'));
  checks.shown('cdktf destroy leaves nothing', text.includes('nothing is left on the engine'));
}

function onAnEngine(): void {
  withLab(engine, (lab) => {
    lab.startEngine();
    const env = { ...lab.terraformEnv(), CDKTF_LOG_LEVEL: 'warn' };
    const without = demo(env);
    checks.shown('without a guard it deploys nothing', without.code === 0 && lab.docker('ps', '-aq') === '', without.text.slice(-2000));
    checks.shown('and names the install script', without.text.includes('install.sh --check'), without.text);

    lab.stopEngine();
    lab.installFiles(path.join(hostFolder(path.join(EXAMPLE, 'cdktf.out')), 'install.sh'));
    lab.startEngine();
    const guarded = demo(env);
    const names = lab.docker('ps', '--format', '{{.Names}}').split('\n').sort().join(' ');
    checks.shown(
      'with the guard it deploys',
      guarded.code === 0 && names === 'three-tier-api three-tier-db three-tier-web',
      `${names}\n${guarded.text.slice(-2000)}`,
    );
    const destroy = [path.join(BIN, 'cdktf'), 'destroy', '--auto-approve', '--skip-provider-lock'];
    const destroyEnv = { ...env, SHOP_ENGINE: declaredVersion(lab).version };
    const destroyed = spawnSync(destroy[0], destroy.slice(1), { cwd: EXAMPLE, env: destroyEnv, encoding: 'utf8' });
    checks.shown(
      'cdktf destroy removes it',
      destroyed.status === 0 && lab.docker('ps', '-aq') === '',
      `${destroyed.stdout}${destroyed.stderr}`.slice(-2000),
    );
  });
}

/** What an earlier run left in a checkout that was copied or moved since: Terraform's note of a state elsewhere. */
function moved(): void {
  const note = path.join(EXAMPLE, 'cdktf.out/stacks/three-tier/.terraform/terraform.tfstate');
  const text = fs.existsSync(note) ? fs.readFileSync(note, 'utf8') : '{}';
  const elsewhere = text.split(path.dirname(EXAMPLE)).join('/elsewhere');
  checks.check('an earlier run has left its note', elsewhere !== text, text);
  fs.writeFileSync(note, elsewhere);
  const { code, text: told } = demo({}, '--engine', engine);
  checks.shown('the demo ends well in a checkout that was moved', code === 0, told.slice(-2000));
}

function refused(): void {
  const tcp = demo({ DOCKER_HOST: 'tcp://192.0.2.1:2375' });
  checks.shown('a plain tcp:// DOCKER_HOST is refused', tcp.code !== 0 && tcp.text.includes('unix socket'), tcp.text);
}

checks.step('the demo in the lab', inTheLab);
checks.step('the demo in a checkout that was moved', moved);
checks.step('the demo on an engine that is there', onAnEngine);
checks.step('the demo with an engine that it will not use', refused);
console.log(`${checks.passed} passed, ${checks.failed} failed`);
process.exit(checks.failed > 0 ? 1 : 0);
