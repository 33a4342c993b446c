// Config files: any text comes to the container byte for byte; a change of one letter does what the program asks for, after one apply; the container reads the
// file and nobody but the program changes it.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { attacked, verified } from './config-files-attacks';
import { killed } from './config-files-kill';
import { began, BODIES, inside, inspect, LARGE, odd, read, replansEmpty, SCRIPT, type Stage, whole } from './config-files-stage';
import { BridgeSegment, ConfigFile, ContainerUser, FileChange, FileOwner, HardenedContainer } from '../../../src';
import { CONFIG_FOLDER } from '../../../src/hardening/private/host-paths';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import * as terraform from '../lab/terraform';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

/** Notes each signal that it gets. */
const NOTING = ['sh', '-c', "trap 'echo told >>/tmp/told' HUP; trap 'exit 0' TERM; while :; do sleep 1 & wait; done"];

interface Texts {
  readonly shared?: string;
  readonly told?: string;
  readonly quiet?: string;
  readonly more?: boolean;
}

const program =
  ({ shared = 'level = 1\n', told = 'a\n', quiet = 'a\n', more = true }: Texts = {}): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Front', { daemon });
    const both = ConfigFile.fromText('/etc/app/app.conf', shared);
    const owned = ConfigFile.fromText('/etc/app/own.conf', 'user = {{ user }}\n', {
      values: { user: '{{ user }} ${x}' },
      owner: FileOwner.of(10001, 10002),
      mode: '0400',
    });
    new HardenedContainer(stack, 'Replaced', { segment, image, configFiles: { files: more ? [both, owned] : [both] } });
    new HardenedContainer(stack, 'Restarted', { segment, image, configFiles: { files: [both], onChange: FileChange.restart() } });
    new HardenedContainer(stack, 'Told', {
      segment,
      image,
      command: NOTING,
      configFiles: {
        files: [ConfigFile.fromText('/etc/app/told.conf', told), ConfigFile.fromText('/etc/app/other.conf', 'x')],
        onChange: FileChange.signal('HUP'),
      },
    });
    new HardenedContainer(stack, 'Quiet', {
      segment,
      image,
      user: ContainerUser.root({ reason: 'root inside tries to change its files' }),
      configFiles: { files: [ConfigFile.fromText('/config/quiet.conf', quiet)], onChange: FileChange.nothing() },
    });
    new HardenedContainer(stack, 'Odd', {
      segment,
      image,
      configFiles: { files: [...odd('/etc/odd'), ConfigFile.fromText('/etc/large', LARGE)] },
    });
    // Nothing mounts any.
    new HardenedContainer(stack, 'Plain', { segment, image });
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program());
    deployment.up();
    const stage = { lab, checks, deployment };
    whole(stage, '/etc/large');
    asDeclared(stage);
    changed(stage);
    attacked(stage);
    verified(stage);
    killed(stage);
    restarted(stage);
    forgotten(stage);
    removed(stage);
  });
}

const told = (lab: Lab) => Number(inside(lab, 'told', 'sh', '-c', 'touch /tmp/told; wc -l </tmp/told').stdout);

function asDeclared(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const stats = inside(lab, 'replaced', 'stat', '-c', '%u:%g %a', '/etc/app/app.conf', '/etc/app/own.conf').stdout;
  checks.shown('owner and mode are as declared', stats === '0:0 444\n10001:10002 400\n', stats);
  checks.shown(
    'a value is text, also where it looks like a place for one',
    read(lab, 'replaced', '/etc/app/own.conf') === 'user = {{ user }} ${x}\n',
  );
  const mounts = inspect(lab, 'app-replaced', '{{range .Mounts}}{{.Destination}} {{.RW}};{{end}}');
  checks.shown(
    'each file is mounted by itself and read-only',
    mounts.split(';').filter((mount) => / false$/.test(mount)).length === 3,
    mounts,
  );
  const hostFolder = path.join(deployment.hostFiles, 'host', BODIES, 'app-replaced/etc/app/app.conf');
  checks.shown('the folder of the synth shows the text as it is', fs.readFileSync(hostFolder, 'utf8') === 'level = 1\n');
  replansEmpty(stage, 'config files');
  const again = deployment.install();
  checks.shown(
    'to install once more changes nothing',
    /files: nothing changed/.test(again) && !/restarting|sending|wrote/.test(again),
    again,
  );
}

/** One letter, one install and apply. */
function changed(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const all = ['replaced', 'restarted', 'told', 'quiet', 'odd', 'plain'];
  const look = () => Object.fromEntries(all.map((name) => [name, began(lab, name)]));
  const differ = (before: Record<string, string>) => {
    const now = look();
    return all.filter((name) => now[name] !== before[name]).join();
  };
  const id = (text: string) => text.split(' ')[0];

  let before = look();
  const signals = told(lab);
  deployment.change(program({ shared: 'level = 2\n' }));
  checks.shown(
    'a change of one letter replaces one container and restarts another one',
    differ(before) === 'replaced,restarted',
    differ(before),
  );
  const after = look();
  checks.shown(
    'the one is new, the other one is the same',
    id(after.replaced) !== id(before.replaced) && id(after.restarted) === id(before.restarted),
  );
  const texts = ['replaced', 'restarted'].map((name) => read(lab, name, '/etc/app/app.conf'));
  checks.shown(
    'both read the new text',
    texts.every((text) => text === 'level = 2\n'),
    texts.join('|'),
  );
  checks.check('nobody else is told', told(lab) === signals);
  replansEmpty(stage, 'a change');

  before = look();
  deployment.change(program({ shared: 'level = 2\n', told: 'b\n' }));
  const isTold = until(() => told(lab) === signals + 1, 10_000);
  checks.shown('a signal reaches the one that asks for it, once', isTold, `${told(lab)}`);
  checks.shown(
    'it runs on and reads the new text',
    differ(before) === '' && read(lab, 'told', '/etc/app/told.conf') === 'b\n',
    differ(before),
  );
  replansEmpty(stage, 'a signal');

  deployment.change(program({ shared: 'level = 2\n', told: 'b\n', quiet: 'b\n' }));
  checks.shown(
    'who asks for nothing reads the new text and runs on',
    differ(before) === '' && read(lab, 'quiet', '/config/quiet.conf') === 'b\n',
    differ(before),
  );
  checks.check('and nobody is told', told(lab) === signals + 1);
  replansEmpty(stage, 'a silent change');
  const back = program({ quiet: 'b\n', told: 'b\n' });
  deployment.change(back);
  checks.shown(
    'a change that is taken back is one, too',
    read(lab, 'replaced', '/etc/app/app.conf') === 'level = 1\n' && read(lab, 'restarted', '/etc/app/app.conf') === 'level = 1\n',
  );
  replansEmpty(stage, 'a change that is taken back');
}

/** The engine starts again, and with it what has changed while it did not run. */
function restarted({ lab, checks }: Stage): void {
  const file = lab.mustHost('looking for the file', ['sh', '-c', `ls -d ${CONFIG_FOLDER}/app-restarted/*-app.conf`]).trim();
  lab.stopEngine();
  lab.mustHost('a change while the engine is down', ['sh', '-c', `echo x >${file}; rm -rf ${CONFIG_FOLDER}/app-told`]);
  const signals = lab.host([SCRIPT, 'apply']);
  checks.check('the program works while the engine does not run', signals.code === 0, signals.stderr);
  lab.mustHost('a change while the engine is down', ['sh', '-c', `echo x >${file}`]);
  lab.startEngine();
  const isBack = until(() => read(lab, 'restarted', '/etc/app/app.conf') === 'level = 1\n', 20_000);
  checks.shown('after a start of the engine containers read what the program says', isBack, read(lab, 'restarted', '/etc/app/app.conf'));
  const started = lab.host(['docker', 'restart', 'app-told']);
  checks.shown('also those whose folder was gone', started.code === 0 && read(lab, 'told', '/etc/app/told.conf') === 'b\n', started.stderr);
}

/** Without the host files of the new program the container does not start with the old ones. */
function forgotten(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const next = program({ shared: 'level = 3\n', told: 'b\n', quiet: 'b\n' });
  deployment.synth(next);
  const { code, stdout, stderr } = terraform.tryApply(deployment.stackDir, lab.terraformEnv());
  checks.shown(
    'an apply before the install fails, and says which file is missing',
    code !== 0 &&
      /bind source path does not exist: .*\/var\/lib\/bulkhead\/config\/app-replaced\/\w+-app\.conf/.test(
        (stdout + stderr).replace(/\s*\n[│ ]*/g, ' '),
      ),
    stdout + stderr,
  );
  deployment.change(next);
  checks.shown('install and apply make it good', read(lab, 'replaced', '/etc/app/app.conf') === 'level = 3\n');
  replansEmpty(stage, 'a forgotten install');
}

function removed(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const places = () =>
    lab.host(['sh', '-c', `cd ${CONFIG_FOLDER} && find . -type f ! -path './.changed/*'; cd ${BODIES} && find . -type f`]).stdout;
  checks.check('control: the file is on the host', places().includes('own.conf'));
  deployment.synth(program({ shared: 'level = 3\n', told: 'b\n', quiet: 'b\n', more: false }));
  deployment.install();
  const kept = places();
  checks.shown(
    'a file that is removed stays for the container that mounts it',
    /app-replaced\/\w+-own\.conf/.test(kept) && !/etc\/app\/own\.conf/.test(kept),
    kept,
  );
  checks.check('so that it starts again', lab.host(['docker', 'restart', 'app-replaced']).code === 0);
  deployment.apply();
  checks.shown('after the apply the container does not have it', inside(lab, 'replaced', 'ls', '/etc/app/own.conf').code !== 0);
  deployment.install();
  checks.shown('and the next install takes it away', !places().includes('own.conf'), places());
  replansEmpty(stage, 'a file that is removed');
  const none: Program = ({ stack, daemon, image }) =>
    void new HardenedContainer(stack, 'Plain', { segment: new BridgeSegment(stack, 'Front', { daemon }), image });
  deployment.change(none);
  deployment.install();
  const left = lab.host(['sh', '-c', `ls -d ${CONFIG_FOLDER} ${BODIES} /etc/bulkhead/config-plan ${SCRIPT} 2>/dev/null`]).stdout;
  checks.shown('without any config file nothing of them stays', left === '', left);
  replansEmpty(stage, 'no config files');
}
