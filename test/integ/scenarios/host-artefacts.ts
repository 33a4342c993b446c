// What the library writes for a host, judged by the programs that will read it: dockerd, a shell linter, cloud-init, systemd, the kernel; and an
// engine that is reached by SSH, whose host key is pinned.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FIREWALL } from './attacks-stage';
import { program as threeTier } from './three-tier';
import { BridgeSegment, Cidr, DaemonConnection, HardenedContainer, type HardenedDaemonProps, Peer, Port } from '../../../src';
import { IPTABLES_GUARD } from '../../../src/firewall/private/backend/iptables/backend';
import { firewallScript, SECRET_SCRIPT, SWARM_SCRIPT } from '../../../src/host/private/programs';
import { LINKS } from '../../host/sample';
import { filesOfUserData, type HostFile } from '../../support/user-data';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { makeKeys, startSshServer } from '../harness/ssh-server';
import { type EngineId, treeDir } from '../lab/cache';
import { installed } from '../lab/debian';
import { must, run as command, sleep, tail, which } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { terraformProgram } from '../lab/setup';

const ROOT = path.resolve(__dirname, '../../..');
/** What the strictest of the large clouds takes. */
const USER_DATA_LIMIT = 16_384;

/** Settings that each write another daemon.json. */
const VARIANTS: Readonly<Record<string, Partial<HardenedDaemonProps>>> = {
  'no live-restore': { liveRestore: false },
  'a mirror and larger logs': { registryMirrors: ['https://mirror.example.test'], logMebibytes: 50 },
  'foreign blocks and another address': { foreignBlocks: [Cidr.parse('10.99.0.0/16')], additionalHostAddresses: ['192.0.2.11'] },
  'no packages': { enginePackages: [] },
};

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T82'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, threeTier);
    deployment.up();
    const files = filesOf(deployment);
    guardReadsBack(checks, lab, deployment.hostFiles, files);
    shellcheck(checks, lab, deployment, files);
    cloudInit(checks, deployment, 'the scenario');
    exampleFits(checks, lab);
    units(checks, lab, files);
    deployment.destroy();
    engineSettings(checks, lab);
  });
  withLab(engine, (lab) => checks.step('SSH', () => ssh(checks, lab)));
}

/** The files that cloud-init would write. */
function filesOf(deployment: Deployment): HostFile[] {
  return filesOfUserData(fs.readFileSync(path.join(deployment.hostFiles, 'user-data'), 'utf8'));
}

function guardReadsBack(checks: Checks, lab: Lab, hostFiles: string, files: readonly HostFile[]): void {
  for (const { path: file, content } of files) {
    const onHost = lab.host(['cat', file]).stdout;
    checks.check(`user data and install.sh bring the same ${file}`, onHost === content);
    checks.check(`host${file} is what stands on the host`, fs.readFileSync(path.join(hostFiles, 'host', file), 'utf8') === onHost);
  }
  const checked = lab.host([FIREWALL, 'check'], { timeout: 120_000 });
  checks.shown('every ruleset is applied and reads back', checked.code === 0, checked.stdout + checked.stderr);
  lab.iptables('breaking a ruleset', '-t', 'mangle', '-D', 'BULKHEAD-FORWARD', '1');
  const broken = lab.host([FIREWALL, 'check'], { timeout: 120_000 });
  // The watch may have mended it already; either is right, silence is not.
  const mended = lab.host(['cat', '/lab/unit-bulkhead-watch.log']).stdout;
  checks.check('a rule that went is noticed', broken.code !== 0 || mended !== '', broken.stdout + broken.stderr);
}

// --- scripts, user data, units ---

function shellcheck(checks: Checks, lab: Lab, deployment: Deployment, files: readonly HostFile[]): void {
  if (!installed('shellcheck', 'shellcheck')) {
    return checks.skip('shellcheck', 'the program is not on this machine, and no package brings it');
  }
  const brought = files.filter(({ content }) => content.startsWith('#!'));
  checks.check('there are scripts', brought.length > 0);
  // What is installed has not the comments that tell the linter why a word is split; the unit tests lint their sources.
  const told = ['-e', 'SC2013,SC2016,SC2064,SC2086'];
  const scripts = {
    ...Object.fromEntries(brought.map((file) => [path.basename(file.path), file.content])),
    // What this program does not need: interfaces on wires, and a swarm.
    'bulkhead-firewall-links': firewallScript({
      guard: IPTABLES_GUARD.needs,
      links: LINKS,
      sharers: [{ name: 'app-side', other: 'app-web' }],
    }),
    'bulkhead-swarm': SWARM_SCRIPT,
    'bulkhead-secret': SECRET_SCRIPT,
  };
  const lint = (script: string, ...options: string[]) => {
    const { code, stdout, stderr } = command(['shellcheck', '-s', 'sh', ...options, script], { timeout: 300_000 });
    checks.shown(`shellcheck is silent about ${path.basename(script)}`, code === 0 && stdout === '', stdout + stderr);
  };
  lint(path.join(deployment.hostFiles, 'install.sh'));
  for (const [name, text] of Object.entries(scripts)) {
    const copy = path.join(lab.runDir, name);
    fs.writeFileSync(copy, text);
    lint(copy, ...told);
  }
}

function cloudInit(checks: Checks, deployment: Deployment, whose: string): void {
  if (!installed('cloud-init', 'cloud-init')) {
    return checks.skip('cloud-init schema', 'the program is not on this machine, and no package brings it');
  }
  const { code, stdout, stderr } = command(['cloud-init', 'schema', '--config-file', path.join(deployment.hostFiles, 'user-data')]);
  checks.shown(`cloud-init accepts the user data of ${whose}`, code === 0 && stdout.includes('Valid'), stdout + stderr);
}

interface ExampleStack {
  readonly output: { readonly 'user-data': { readonly value: string } };
}

function exampleFits(checks: Checks, lab: Lab): void {
  const outdir = path.join(lab.runDir, 'example');
  const env = { ...process.env, CDKTF_OUTDIR: outdir, CI: 'true', SHOP_ENGINE: lab.version().version.split('-')[0] };
  const made = spawnSync(path.join(ROOT, 'node_modules/.bin/tsx'), ['main.ts'], {
    cwd: path.join(ROOT, 'examples/three-tier'),
    env,
    encoding: 'utf8',
  });
  const folder = path.join(outdir, 'stacks/three-tier/bulkhead');
  if (!checks.check('the example is synthesized', made.status === 0 && fs.existsSync(folder), made.stdout + made.stderr)) return;
  const file = path.join(folder, 'three-tier--Host', 'user-data');
  const stack = JSON.parse(fs.readFileSync(path.join(outdir, 'stacks/three-tier/cdk.tf.json'), 'utf8')) as ExampleStack;
  const size = Buffer.from(stack.output['user-data'].value, 'base64').length;
  checks.shown(
    `compressed user data of the example is under 16 KiB (${size} bytes; as text ${fs.statSync(file).size})`,
    size < USER_DATA_LIMIT,
  );
  if (which('cloud-init')) {
    const { code, stdout, stderr } = command(['cloud-init', 'schema', '--config-file', file]);
    checks.check('cloud-init accepts the user data of the example', code === 0, stdout + stderr);
  }
}

/** systemd reads the units in a root of its own, beside Debian's own docker.service and what is installed with systemd. */
function units(checks: Checks, lab: Lab, files: readonly HostFile[]): void {
  if (!which('systemd-analyze')) return checks.skip('systemd-analyze verify', 'the program is not on this machine');
  const root = path.join(lab.runDir, 'systemd');
  const put = (file: string, text: string, mode: number) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text, { mode });
  };
  files.forEach(({ path: file, mode, content }) => put(file, content, parseInt(mode, 8)));
  fs.cpSync('/lib/systemd/system', path.join(root, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['docker.service', 'docker.socket', 'containerd.service']) {
    fs.copyFileSync(path.join(treeDir('bookworm'), 'lib/systemd/system', name), path.join(root, 'usr/lib/systemd/system', name));
  }
  fs.symlinkSync('usr/lib', path.join(root, 'lib'));
  for (const program of ['/usr/sbin/dockerd', '/usr/bin/containerd', '/sbin/modprobe', '/bin/kill']) put(program, '', 0o755);
  put('/etc/group', 'root:x:0:\ndocker:x:999:\n', 0o644);
  const names = files.filter(({ path: file }) => /^\/etc\/systemd\/system\/[^/]+$/.test(file)).map(({ path: file }) => path.basename(file));
  const { code, stdout, stderr } = command(['systemd-analyze', 'verify', '--man=no', `--root=${root}`, ...names, 'docker.service']);
  const told = (stdout + stderr).split('\n').filter((line) => /bulkhead|docker\.service/.test(line));
  checks.shown(
    `systemd finds nothing wrong with ${names.join(', ')} and docker.service with its drop-in`,
    code === 0 && told.length === 0,
    stdout + stderr,
  );
  // That it would find something: the same with a fault.
  put('/etc/systemd/system/bulkhead-watch.service', '[Service]\nExecStart=/nowhere/at-all\nRestrat=always\n', 0o644);
  const faulty = command(['systemd-analyze', 'verify', '--man=no', `--root=${root}`, 'bulkhead-watch.service']);
  checks.check('systemd would say so', /Restrat|nowhere/.test(faulty.stdout + faulty.stderr), faulty.stdout + faulty.stderr);
}

// --- the engine's settings ---

function engineSettings(checks: Checks, lab: Lab): void {
  const hasValidate = Number.parseInt(lab.version().version, 10) >= 23;
  if (!hasValidate) checks.skip('dockerd --validate', 'this engine has no such flag; it is started with every file instead');
  const variants: Record<string, Partial<HardenedDaemonProps>> = { 'the defaults': {}, ...VARIANTS };
  for (const [what, daemon] of Object.entries(variants)) {
    const deployment = new Deployment(lab, threeTier, { daemon });
    deployment.synth();
    const text = filesOf(deployment).find(({ path: file }) => file === '/etc/docker/daemon.json')!.content;
    const file = path.join(lab.runDir, 'daemon.json');
    fs.writeFileSync(file, text);
    lab.writeFile('/lab/candidate.json', text);
    if (hasValidate) {
      const { code, stdout, stderr } = lab.host(['dockerd', '--validate', '--config-file', '/lab/candidate.json']);
      checks.shown(
        `dockerd accepts daemon.json of ${what}`,
        code === 0 && /configuration OK/.test(stdout + stderr),
        text + stdout + stderr,
      );
    }
    checks.step(`dockerd starts with daemon.json of ${what}`, () => {
      deployment.install();
      lab.restartEngine({ configFile: file });
      const answers = JSON.parse(lab.docker('info', '--format', '{{json .}}')) as { LiveRestoreEnabled: boolean };
      checks.shown(
        `dockerd starts with daemon.json of ${what}`,
        answers.LiveRestoreEnabled === (daemon.liveRestore ?? true),
        JSON.stringify(answers),
      );
    });
  }
}

// --- SSH ---

const PORT = 2022;

function ssh(checks: Checks, lab: Lab): void {
  if (!installed('sshd', 'openssh-server') || !installed('ssh', 'openssh-client')) {
    return checks.skip('SSH', 'OpenSSH is not on this machine, and no package brings it');
  }
  const dir = makeKeys(path.join(lab.runDir, 'ssh'), ['host', 'other', 'user']);
  startSshServer(lab, dir, HOST_ADDRESS, PORT);
  const agent = path.join(dir, 'agent');
  lab.backgroundIn({ ns: 'lanA' }, ['ssh-agent', '-D', '-a', agent], `${agent}.log`);
  for (let left = 200; !fs.existsSync(agent) && left > 0; left--) sleep(50);
  must('giving the key to the agent', ['ssh-add', '-q', path.join(dir, 'user')], { env: { ...process.env, SSH_AUTH_SOCK: agent } });

  const publicKey = (name: string) =>
    fs
      .readFileSync(path.join(dir, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const connect = (name: string) => DaemonConnection.ssh({ host: HOST_ADDRESS, user: 'root', port: PORT, hostKeys: [publicKey(name)] });
  const deployment = new Deployment(lab, sshProgram, { daemon: { connection: connect('host') } });
  deployment.synth();
  deployment.install();
  lab.startEngine();
  deployment.watch();
  const image = lab.importImage();
  Object.assign(deployment, { imageId: image });
  deployment.synth();
  // From another machine of the LAN, as a deployment by SSH is.
  const terraform = (...words: string[]) => {
    const env: NodeJS.ProcessEnv = { ...lab.terraformEnv(), SSH_AUTH_SOCK: agent };
    delete env.DOCKER_HOST;
    return lab.inNs('lanA', [terraformProgram(), `-chdir=${deployment.stackDir}`, ...words, '-no-color'], { env, timeout: 300_000 });
  };
  terraform('init');
  const applied = terraform('apply', '-auto-approve');
  checks.shown('the program is applied by SSH, with the host key pinned', applied.code === 0, tail(applied.stdout + applied.stderr));
  checks.shown(
    'its containers run on the host',
    lab.docker('ps', '--format', '{{.Names}}').split('\n').sort().join() === 'app-one,app-two',
  );
  const again = terraform('plan', '-detailed-exitcode');
  checks.shown('the plan after apply is empty', again.code === 0, tail(again.stdout + again.stderr));

  const wrong = new Deployment(lab, sshProgram, { daemon: { connection: connect('other') } });
  Object.assign(wrong, { imageId: image });
  wrong.synth();
  const refused = terraform('plan', '-detailed-exitcode');
  const text = refused.stdout + refused.stderr;
  checks.shown(
    'a server with another key is not talked to',
    refused.code === 1 && /verification failed|host key|HOST IDENTIFICATION/i.test(text),
    tail(text),
  );
}

const sshProgram: Program = (given) => {
  const { stack, daemon, image } = given;
  const segment = new BridgeSegment(stack, 'Front', { daemon });
  const one = new HardenedContainer(stack, 'One', { segment, image });
  const two = new HardenedContainer(stack, 'Two', { segment, image });
  one.connections.allowTo(two, Port.tcp(8080));
  two.publish(Port.tcp(80), { targetPort: Port.tcp(8080), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
};
