// Secrets of a host: their values are nowhere but in the store and in the folders of their containers; no container starts without; a change is seen and
// told; whatever ends a put, the old value or the new one is there; and after a reboot all is there again.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { killed, put, SECRET, signals, TOKEN } from './secrets-kill';
import { BridgeSegment, Capability, ContainerUser, FileChange, HardenedContainer, SecretFile } from '../../../src';
import { SECRET_FOLDER, SECRET_STORE } from '../../../src/hardening/private/host-paths';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { clientPrograms, makeKeys, startSshServer } from '../harness/ssh-server';
import { type EngineId } from '../lab/cache';
import { installed } from '../lab/debian';
import { run as execute, sleep, until, which } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import * as terraform from '../lab/terraform';

export const engines: readonly EngineId[] = ['20.10', '28.5', '29'];
/** Lines of docs/THREATS.md that this shows. */
export const threats = ['T72'];

const PASSWORD = 'db-password';
const PORT = 22;

const empty: Program = () => undefined;

/** Notes each signal that it gets. */
const NOTING = ['sh', '-c', "trap 'echo told >>/tmp/told' HUP; trap 'exit 0' TERM; while :; do sleep 1 & wait; done"];

const program: Program = ({ stack, daemon, image }) => {
  const segment = new BridgeSegment(stack, 'Front', { daemon });
  const password = new SecretFile(stack, 'Password', { daemon, secretName: PASSWORD });
  const token = new SecretFile(stack, 'Token', { daemon, secretName: TOKEN });
  new HardenedContainer(stack, 'Db', {
    segment,
    image,
    environment: { POSTGRES_PASSWORD_FILE: password.filePath },
    secrets: { files: [password], onChange: FileChange.restart() },
  });
  new HardenedContainer(stack, 'Api', {
    segment,
    image,
    command: NOTING,
    user: ContainerUser.of(10002),
    environment: { DB_PASSWORD_FILE: password.pathIn('/keys'), TOKEN_FILE: token.pathIn('/keys') },
    secrets: { files: [password, token], folder: '/keys', onChange: FileChange.signal('HUP') },
  });
  new HardenedContainer(stack, 'Quiet', {
    segment,
    image,
    command: NOTING,
    user: ContainerUser.rootAtStart({ reason: 'stands for an image that drops root', startSeconds: 3600 }),
    capabilities: [Capability.SETUID, Capability.SETGID],
    secrets: { files: [password], owner: ContainerUser.of(999) },
  });
};

interface Stage {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly deployment: Deployment;
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, empty);
    deployment.up();
    const stage = { lab, checks, deployment };
    refused(stage);
    const values = given(stage);
    nowhere(stage, values);
    apart(stage, values);
    changed(stage);
    killed(stage);
    rebooted(stage);
    erased(stage);
    verified(stage);
    sealed(stage);
    sshed(stage);
    withdrawn(stage);
  });
}

const inside = (lab: Lab, container: string, ...argv: string[]) => lab.host(['docker', 'exec', container, ...argv]);

const began = (lab: Lab, container: string) => lab.docker('inspect', '--format', '{{.State.StartedAt}}', container);

/** Without its secrets no container is created, not even with an empty folder. */
function refused({ lab, checks, deployment }: Stage): void {
  deployment.synth(program);
  const told = deployment.install();
  checks.shown(
    'the installer says what is missing',
    told.includes(`app-api does not start before these secrets are here: ${TOKEN} ${PASSWORD}`),
    told,
  );
  const { code, stdout, stderr } = terraform.tryApply(deployment.stackDir, lab.terraformEnv());
  checks.shown('without its secrets no container starts', code !== 0 && /bind source path does not exist: .*bulkhead-secrets\/app-/.test(stdout + stderr), stdout + stderr); // prettier-ignore
  const half = put(lab, PASSWORD, 'half');
  checks.check('the first secret is taken', half.code === 0, half.stderr);
  const folders = lab.host(['ls', SECRET_FOLDER]).stdout.split('\n').filter(Boolean);
  checks.shown('a folder is there when all of its secrets are', folders.join() === 'app-db,app-quiet', folders.join());
  for (const [what, name] of [
    ['a slash', '../etc/passwd'],
    ['a dot at its beginning', '.work'],
    ['a letter beyond ASCII', 'pässword'],
    ['a dash at its beginning', '-n'],
    ['a blank', 'db password'],
    ['a line break', 'db-password\nx'],
    ['nothing', ''],
    ['a name that the program does not declare', 'other'],
  ]) {
    const tried = put(lab, name, 'x');
    checks.check(`a name with ${what} is refused`, tried.code === 2, tried.stdout + tried.stderr);
  }
  checks.check('an empty value is refused', put(lab, PASSWORD, '').code === 2);
  const large = lab.host(['sh', '-c', `head -c 512001 /dev/zero | ${SECRET} put ${PASSWORD}`]);
  checks.check('a value that is too large is refused', large.code === 2 && large.stderr.includes('more than 512000 bytes'), large.stderr);
  const stored = lab.host(['sh', '-c', `head -c 512000 /dev/urandom >/lab/large; ${SECRET} put ${TOKEN} </lab/large && cmp /lab/large ${SECRET_FOLDER}/app-api/${TOKEN}; rm /lab/large`]); // prettier-ignore
  checks.check('512000 bytes of any kind come as they are', stored.code === 0, stored.stdout + stored.stderr);
}

/** The values that are looked for: one line of text each, so that every tool finds it. */
function given({ lab, checks, deployment }: Stage): string[] {
  const values = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
  const sampled = whilePutting(lab, values[0], [PASSWORD, TOKEN]);
  checks.shown(`${sampled.looks} looks at words and environments of all processes during a put: 0 hits`, sampled.looks > 20 && sampled.hits === 0, JSON.stringify(sampled)); // prettier-ignore
  checks.shown('control: a value in the words of a process is found so', sampled.control > 0, JSON.stringify(sampled));
  put(lab, PASSWORD, `${values[0]}\n`);
  put(lab, TOKEN, `${values[1]}\n`);
  terraform.apply(deployment.stackDir, lab.terraformEnv());
  const plan = deployment.plan();
  checks.shown('with them all start, and the plan is empty', !plan.changes, plan.text);
  const read = [inside(lab, 'app-db', 'cat', `/run/secrets/${PASSWORD}`), inside(lab, 'app-api', 'cat', `/keys/${PASSWORD}`, `/keys/${TOKEN}`), lab.host(['docker', 'exec', '-u', '999', 'app-quiet', 'cat', `/run/secrets/${PASSWORD}`])]; // prettier-ignore
  checks.shown('each container reads its own', read.map(({ stdout }) => stdout).join('|') === `${values[0]}\n|${values[0]}\n${values[1]}\n|${values[0]}\n`, JSON.stringify(read)); // prettier-ignore
  return values;
}

/** Looks at every process of the host, again and again, while values are put. */
function whilePutting(lab: Lab, value: string, names: readonly string[]): { looks: number; hits: number; control: number } {
  lab.writeFile('/lab/look.sh', 'while [ ! -e /lab/enough ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -c -f /lab/value >>/lab/seen; done\n'); // prettier-ignore
  lab.writeFile('/lab/value', `${value}\n`, '600');
  const look = (act: string) => {
    lab.mustHost('looking', ['sh', '-c', `rm -f /lab/enough /lab/seen; sh /lab/look.sh & ${act}; : >/lab/enough; wait`], {
      timeout: 120_000,
    });
    return lab.mustHost('reading', ['cat', '/lab/seen']).trim().split('\n').map(Number);
  };
  const puts = names.map((name) => `${SECRET} put ${name} </lab/value >/dev/null`).join('; ');
  const seen = look(`for n in 1 2 3 4 5 6; do ${puts}; done`);
  // The value comes out of a file into the words of a process, as a careless program would have it.
  const control = look('sh -c "sleep 2" "$(cat /lab/value)"');
  lab.host(['rm', '-f', '/lab/value', '/lab/seen', '/lab/look.sh', '/lab/enough']);
  return { looks: seen.length, hits: seen.filter((count) => count > 0).length, control: control.filter((count) => count > 0).length };
}

/** The values, plain and in base64, in everything that the program, Terraform, the engine and the host have written. */
function nowhere({ lab, checks, deployment }: Stage, values: readonly string[]): void {
  fs.writeFileSync(path.join(deployment.dir, 'plan.txt'), deployment.plan().text);
  const needles = values.flatMap((value) => [value, Buffer.from(`${value}\n`).toString('base64').slice(0, 60)]);
  const found = (where: string, text: string) => {
    const hits = needles.filter((needle) => text.includes(needle)).length;
    checks.check(`${where}: 0 hits`, hits === 0, `${hits}`);
  };
  const ids = lab.docker('ps', '-aq').split('\n');
  found('docker inspect', lab.docker('inspect', ...ids));
  found('docker logs', ids.map((id) => lab.docker('logs', id)).join('\n'));
  found('docker history', lab.docker('image', 'history', '--no-trunc', 'lab:1'));
  const files = (folder: string, ...without: string[]) =>
    execute([
      'grep',
      '-rlaF',
      ...needles.flatMap((needle) => ['-e', needle]),
      ...without.map((dir) => `--exclude-dir=${dir}`),
      folder,
    ]).stdout.trim();
  const written = files(deployment.dir);
  checks.shown('state, plan, JSON, user data and every file of the synth: 0 hits', written === '' && fs.existsSync(path.join(deployment.dir, 'terraform.tfstate')), written); // prettier-ignore
  // What the host has written, the layers of containers and the logs of the engine among it; /run is in memory.
  const host = files(lab.runDir, 'root').split('\n').filter(Boolean);
  const store = path.join(lab.runDir, 'upper', SECRET_STORE);
  checks.shown(
    'files of the host besides the store: 0 hits',
    host.every((file) => path.dirname(file) === store),
    host.join('\n'),
  );
  checks.check('control: a store that is not encrypted is found so', host.length === 2, host.join('\n'));
  const runs = lab.host(['sh', '-c', `grep -rlaF ${needles.map((needle) => `-e ${needle}`).join(' ')} /run --exclude-dir=docker`]).stdout;
  const places = runs.trim().split('\n');
  checks.shown('in memory they are in the folders of their containers alone', places.length === 4 && places.every((file) => file.startsWith(`${SECRET_FOLDER}/app-`)), runs); // prettier-ignore
}

/** What the inside of a container can do with its folder, and with those of others. */
function apart({ lab, checks }: Stage, values: readonly string[]): void {
  const listed = inside(lab, 'app-db', 'sh', '-c', 'ls -A /run/secrets; cat /proc/mounts').stdout;
  checks.shown('a container sees its own folder, in memory and read-only', listed.startsWith(`${PASSWORD}\n`) && / \/run\/secrets ramfs ro,/.test(listed) && !listed.includes('app-api'), listed); // prettier-ignore
  const searched = inside(
    lab,
    'app-db',
    'sh',
    '-c',
    `grep -rlsF ${values[1]} /run /proc/1/root/run /tmp /etc; ls /keys /run/bulkhead-secrets /run/secrets/.. 2>&1`,
  );
  checks.shown('and nothing of another one', !searched.stdout.includes('/run/secrets/..:\n.') && !searched.stdout.includes(TOKEN), searched.stdout); // prettier-ignore
  for (const [what, argv] of [
    ['write', ['sh', '-c', `echo x >/run/secrets/${PASSWORD}`]],
    ['remove', ['rm', '-f', `/run/secrets/${PASSWORD}`]],
    ['make a file', ['touch', '/run/secrets/x']],
    ['open the folder', ['chmod', '777', '/run/secrets']],
  ] as const) {
    const tried = inside(lab, 'app-db', ...argv);
    checks.check(`inside nobody can ${what}`, tried.code !== 0, tried.stdout);
  }
  const other = lab.host(['docker', 'exec', '-u', '10009', 'app-db', 'cat', `/run/secrets/${PASSWORD}`]);
  checks.check('another user inside cannot read them', other.code !== 0 && /Permission denied/.test(other.stderr), other.stderr);
  const root = lab.host(['docker', 'exec', '-u', '0', 'app-quiet', 'cat', `/run/secrets/${PASSWORD}`]);
  checks.check('nor can root without CAP_DAC_OVERRIDE', root.code !== 0, root.stdout);
  const onHost = lab.host(['setpriv', '--reuid=10001', '--regid=10001', '--clear-groups', 'cat', `${SECRET_FOLDER}/app-db/${PASSWORD}`]);
  checks.check(
    'nor can a process of the host with the same number',
    onHost.code !== 0 && /Permission denied/.test(onHost.stderr),
    onHost.stderr,
  );
}

/** A rotation is seen inside at once, and each container is told as the program says. */
function changed({ lab, checks }: Stage): void {
  const before = { db: began(lab, 'app-db'), api: began(lab, 'app-api'), quiet: began(lab, 'app-quiet'), told: signals(lab, 'app-api') };
  const { stdout } = put(lab, PASSWORD, 'rotated\n');
  const read = ['app-db', 'app-quiet'].map((name) => lab.host(['docker', 'exec', ...(name === 'app-quiet' ? ['-u', '999'] : []), name, 'cat', `/run/secrets/${PASSWORD}`]).stdout); // prettier-ignore
  checks.shown('a changed secret is seen inside', [...read, inside(lab, 'app-api', 'cat', `/keys/${PASSWORD}`).stdout].every((text) => text === 'rotated\n'), read.join('|')); // prettier-ignore
  checks.shown('who wants a restart is restarted', began(lab, 'app-db') !== before.db, stdout);
  const isTold = until(() => signals(lab, 'app-api') === before.told + 1, 10_000);
  checks.shown('who wants a signal gets one, and runs on', isTold && began(lab, 'app-api') === before.api, stdout);
  checks.shown('who wants nothing gets nothing', began(lab, 'app-quiet') === before.quiet && signals(lab, 'app-quiet') <= 0, stdout);
  const again = put(lab, PASSWORD, 'rotated\n');
  sleep(1_500);
  checks.shown('the same value once more tells nobody', signals(lab, 'app-api') === before.told + 1, again.stdout);
  put(lab, TOKEN, 'other\n');
  checks.check(
    'a secret of one container alone tells that one',
    until(() => signals(lab, 'app-api') === before.told + 2, 10_000),
  );
}

/** What a boot leaves: nothing in memory, and the engine starts anew. */
function rebooted({ lab, checks }: Stage): void {
  const off = () => {
    lab.docker('stop', 'app-db', 'app-api', 'app-quiet');
    lab.stopEngine();
    lab.mustHost('an empty /run', ['sh', '-c', `umount ${SECRET_FOLDER} && rm -rf ${SECRET_FOLDER} /run/bulkhead`]);
  };
  off();
  lab.mustHost('applying the guard alone', ['/usr/local/sbin/bulkhead-firewall', 'apply']);
  lab.startEngine({ withoutUnits: true });
  const without = lab.host(['docker', 'start', 'app-db']);
  checks.shown('control: with an engine that our drop-in does not start, no container starts', without.code !== 0 && /bind source path does not exist|no such file/.test(without.stderr), without.stderr); // prettier-ignore
  lab.stopEngine();
  lab.mustHost('an empty /run', ['rm', '-rf', '/run/bulkhead']);
  lab.startEngine({});
  const started = lab.host(['docker', 'start', 'app-db', 'app-api', 'app-quiet']);
  const read = inside(lab, 'app-db', 'cat', `/run/secrets/${PASSWORD}`);
  checks.shown('after a boot the secrets are there before the engine', started.code === 0 && read.stdout === 'rotated\n', started.stderr + read.stderr); // prettier-ignore
}

function erased({ lab, checks, deployment }: Stage): void {
  const rm = lab.host([SECRET, 'rm', TOKEN]);
  const gone = inside(lab, 'app-api', 'ls', '/keys');
  checks.shown('what is erased is gone inside, too', rm.code === 0 && gone.stdout === `${PASSWORD}\n`, rm.stderr + gone.stdout);
  lab.docker('stop', 'app-api');
  const start = lab.host(['docker', 'start', 'app-api']);
  checks.shown(
    'and its container does not start again',
    start.code !== 0 && start.stderr.includes('bulkhead-secrets/app-api'),
    start.stderr,
  );
  const back = put(lab, TOKEN, 'back\n');
  checks.shown('until it is put again, and then put says so', back.stdout.includes('docker start app-api') && lab.host(['docker', 'start', 'app-api']).code === 0, back.stdout); // prettier-ignore
  lab.host([SECRET, 'rm', TOKEN]);
  put(lab, TOKEN, 'in time\n');
  const seen = inside(lab, 'app-api', 'cat', `/keys/${TOKEN}`);
  checks.shown('a container that runs sees it come back', seen.stdout === 'in time\n', seen.stderr);
  const plan = deployment.plan();
  checks.shown('the plan is empty after all of that', !plan.changes, plan.text);
}

/** The lines of verify.sh on secrets, and on what of the host containers see. */
function verifier(lab: Lab, { hostFiles }: Deployment): () => string {
  const script = fs.readFileSync(path.join(hostFiles, 'verify.sh'), 'utf8').replace(/^look (?!5\.6 ).*\n/gm, '');
  lab.writeFile('/lab/verify.sh', script);
  return () => {
    const { stdout } = lab.host(['sh', '/lab/verify.sh'], { timeout: 120_000 });
    return stdout.replace(/^(?!\S+ (secrets|5\.6) ).*\n/gm, '');
  };
}

function verified({ lab, checks, deployment }: Stage): void {
  const verify = verifier(lab, deployment);
  const plain = verify();
  checks.shown('verify.sh: they are apart, and not encrypted here', /^PASS 5\.6 /m.test(plain) && /^PASS secrets /m.test(plain) && new RegExp(`^WARN secrets .* ${PASSWORD}`, 'm').test(plain), plain); // prettier-ignore
  for (const [what, spoil, mend] of [
    ['a file that others read', `chmod 444 ${SECRET_FOLDER}/app-db/${PASSWORD}`, `${SECRET} apply`],
    ['a folder of another user', `chown 10002 ${SECRET_FOLDER}/app-db`, `${SECRET} apply`],
    ['an open folder', `chmod 755 ${SECRET_FOLDER}`, `${SECRET} apply`],
    ['an open store', `chmod 755 ${SECRET_STORE}`, `${SECRET} apply`],
    ['a file of the store that others read', `chmod 644 ${SECRET_STORE}/${TOKEN}`, `${SECRET} apply`],
    ['memory that may be swapped', `mount -t tmpfs tmpfs ${SECRET_FOLDER}`, `umount ${SECRET_FOLDER}`],
  ]) {
    lab.mustHost(what, ['sh', '-c', spoil]);
    const found = verify();
    lab.mustHost(what, ['sh', '-c', mend]);
    checks.check(`verify.sh finds ${what}`, /^FAIL secrets /m.test(found), found);
    const mended = verify();
    checks.check(`${what}: mended`, /^PASS secrets /m.test(mended), mended);
  }
}

/** The lab's host has no systemd, so it gets that one program of this machine, with its libraries. */
function sealed({ lab, checks, deployment }: Stage): void {
  const own = which('systemd-creds');
  if (own === undefined) return checks.skip('secrets that are encrypted', 'this machine has no systemd-creds');
  const libraries = [...execute(['ldd', own]).stdout.matchAll(/=> (\S+) /g)]
    .map(([, file]) => file)
    .filter((file) => !/\/lib[cm]\.so/.test(file));
  libraries.forEach((file) => lab.copyIn(fs.realpathSync(file), `creds/${path.basename(file)}`));
  lab.writeFile('/usr/bin/systemd-creds', `#!/bin/sh\nLD_LIBRARY_PATH=/lab/creds exec ${lab.copyIn(own, 'creds/program')} "$@"\n`, '755');
  // As every host with systemd has them.
  const tried = lab.host([
    'sh',
    '-c',
    `mkdir -p /var/lib/systemd; echo ${randomBytes(16).toString('hex')} >/etc/machine-id; systemd-creds setup`,
  ]);
  if (tried.code !== 0) {
    lab.mustHost('the program goes again', ['rm', '/usr/bin/systemd-creds']);
    return checks.skip('secrets that are encrypted', tried.stderr);
  }
  const verify = verifier(lab, deployment);
  const value = randomBytes(24).toString('hex');
  const said = [PASSWORD, TOKEN].map((name) => put(lab, name, `${value}\n`).stdout);
  checks.shown(
    'with systemd-creds they are stored encrypted',
    said.every((text) => text.includes('encrypted')),
    said.join(''),
  );
  const files = lab.host(['sh', '-c', `grep -rlaF ${value} ${SECRET_STORE} /etc /var/lib/bulkhead; cat ${SECRET_FOLDER}/app-api/*`]).stdout;
  checks.shown('the store has 0 hits, and containers read it', files === `${value}\n${value}\n`, files);
  const quiet = verify();
  checks.shown('verify.sh has no warning then', /^PASS secrets /m.test(quiet) && !quiet.includes('WARN'), quiet);
  lab.mustHost('one for another', ['cp', `${SECRET_STORE}/${TOKEN}`, `${SECRET_STORE}/${PASSWORD}`]);
  const swapped = lab.host([SECRET, 'apply']);
  checks.shown('a file under another name is not taken, and what is there stays', swapped.code === 2 && swapped.stderr.includes(PASSWORD) && lab.host(['cat', `${SECRET_FOLDER}/app-db/${PASSWORD}`]).stdout === `${value}\n`, swapped.stderr); // prettier-ignore
  put(lab, PASSWORD, 'mended\n');
  killed({ lab, checks });
}

function sshed({ lab, checks }: Stage): void {
  if (!installed('sshd', 'openssh-server') || !installed('ssh', 'openssh-client')) {
    return checks.skip('put over SSH', 'OpenSSH is not on this machine');
  }
  const dir = makeKeys(path.join(lab.runDir, 'ssh'), ['host', 'user']);
  startSshServer(lab, dir, HOST_ADDRESS, PORT);
  const PATH = clientPrograms(dir, [HOST_ADDRESS]);
  fs.writeFileSync(path.join(dir, 'db-password.txt'), 'by ssh\n');
  const line = 'ssh root@192.0.2.10 bulkhead-secret put db-password < db-password.txt';
  const { code, stdout, stderr } = lab.inNs('lanA', ['sh', '-c', line], {
    cwd: dir,
    env: { ...process.env, PATH: `${PATH}:${process.env.PATH}` },
  });
  const read = () => inside(lab, 'app-db', 'cat', `/run/secrets/${PASSWORD}`).stdout;
  checks.shown('a value comes over SSH', code === 0 && read() === 'by ssh\n', stdout + stderr);
  lab.writeFile('/lab/db-password.txt', 'by hand\n');
  const byHand = lab.host(['sh', '-c', 'cd /lab && bulkhead-secret put db-password < db-password.txt']);
  checks.shown('and on the host', byHand.code === 0 && read() === 'by hand\n', byHand.stderr);
  const made = lab.host(['sh', '-c', 'head -c 32 /dev/urandom | base64 | bulkhead-secret put db-password']);
  checks.shown('and from a pipe', made.code === 0 && /^[A-Za-z0-9+/]{43}=\n$/.test(read()), made.stderr);
}

/** A program that has no secrets any more, and a host that has no Bulkhead. */
function withdrawn({ lab, checks, deployment }: Stage): void {
  const state = () =>
    lab
      .host(['sh', '-c', `ls ${SECRET} ${SECRET_FOLDER} /etc/bulkhead/secrets 2>/dev/null; ls ${SECRET_STORE}`])
      .stdout.trim()
      .split('\n')
      .join(' ');
  const before = inside(lab, 'app-db', 'cat', `/run/secrets/${PASSWORD}`).stdout;
  terraform.destroy(deployment.stackDir, lab.terraformEnv());
  deployment.synth(empty);
  const told = deployment.install();
  checks.shown('a program without secrets takes away what showed them, and keeps what is stored', state() === `${TOKEN} ${PASSWORD}`.split(' ').sort().join(' ') && told.includes('rm -rf /var/lib/bulkhead'), told + state()); // prettier-ignore
  deployment.synth(program);
  deployment.install();
  const { stdout: again } = lab.host(['cat', `${SECRET_FOLDER}/app-db/${PASSWORD}`]);
  checks.check('a program that has them again finds them', again === before && again !== '', again);
  const removed = lab.mustHost('removing', ['sh', '/lab/install.sh', '--remove']);
  checks.shown('--remove takes away what is shown, and says what stays', state() === `${TOKEN} ${PASSWORD}`.split(' ').sort().join(' ') && removed.includes('rm -rf /var/lib/bulkhead'), removed + state()); // prettier-ignore
}
