// What verify.sh says of a live host and its containers, and that it notices what somebody changed there.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { oneByOne } from './cis-one-by-one';
import { forgedLabels, heldStamp, lineOf, spoilings } from './cis-spoilings';
import { makeSwarm, tasksOf } from './swarm-stage';
import { CIS_COVERAGE } from '../../../scripts/cis-coverage';
import {
  Cidr,
  ContainerImage,
  EncryptedOverlay,
  EndpointMode,
  HardenedContainer,
  type HardenedDaemon,
  HardenedService,
  HealthCheck,
  Peer,
  Port,
  PublishMode,
  Rules,
  SwarmCluster,
  ThreeTierNetwork,
} from '../../../src';
import { VERIFIED } from '../../../src/host/private/render-verify-script';
import { CIS_CONTROLS } from '../../../src/validation/private/cis-controls';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { fetchRegistry, pushToRegistry } from '../harness/registry';
import type { EngineId } from '../lab/cache';
import { installed } from '../lab/debian';
import { run as command, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

const program: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const healthCheck = HealthCheck.command(['true']);
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image, healthCheck });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, healthCheck, defaultPort: Port.tcp(8080) });
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  web.connections.allowTo(api);
};

/** What spoilt containers run. */
const IMAGE = 'lab/spoilt:latest';

/** Where it lies on the host. */
const SCRIPT = '/lab/verify.sh';

interface Told {
  readonly code: number | null;
  readonly text: string;
  readonly byControl: ReadonlyMap<string, 'PASS' | 'FAIL' | 'SKIP'>;
}

export const prepare = fetchRegistry;

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T10'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program);
    deployment.up();
    const script = path.join(deployment.hostFiles, 'verify.sh');
    if (installed('shellcheck', 'shellcheck')) {
      const { code, stdout, stderr } = command(['shellcheck', '-s', 'sh', script], { timeout: 300_000 });
      checks.shown('shellcheck is silent about verify.sh', code === 0 && stdout === '', stdout + stderr);
    } else {
      checks.skip('shellcheck', 'the program is not on this machine, and no package brings it');
    }

    lab.writeFile(SCRIPT, fs.readFileSync(script, 'utf8'));
    const before = fingerprint(lab);
    const [first, second] = [1, 2].map((level) => ask(lab, '--level', `${level}`));
    const wanted = (level: number) => VERIFIED.filter((control) => CIS_CONTROLS[control][0] <= level).sort();
    for (const [level, told] of [
      [1, first],
      [2, second],
    ] as const) {
      checks.shown(
        `one line for each of ${wanted(level).length} controls of level ${level}`,
        [...told.byControl.keys()].sort().join() === wanted(level).join(),
        told.text,
      );
    }
    const failures = failing(first).filter((control) => !expectedInLab(control));
    checks.shown('a host as we make it fails nothing else', failures.length === 0 && first.code === 1, first.text);
    checks.check('of level 2, only what no property sets', failing(second).filter((control) => !expectedInLab(control)).join() === '2.10,2.13,2.14', second.text); // prettier-ignore
    const accepted = ask(lab, ...failing(first).flatMap((control) => ['--accept', control]));
    checks.shown('what is accepted fails nothing', accepted.code === 0 && failing(accepted).length === 0, accepted.text);
    checks.shown('looking changes nothing', fingerprint(lab) === before && before.includes('app-web'), before);

    heldStamp(checks, lab, SCRIPT);
    const image = lab.docker('inspect', '--format', '{{.Image}}', 'app-web');
    const untold = cgroupOfUntold(lab, image);
    checks.check('a container that says nothing has a namespace of control groups of its own', untold === 'private', untold);
    checks.check('5.25 passes on it', first.byControl.get('5.25') === 'PASS', lineOf(first.text, '5.25'));

    oneByOne(checks, lab, image, (names) => {
      const look = fs.readFileSync(script, 'utf8').replace(/^names=.*$/m, `names='${names.join(' ')}'`);
      lab.writeFile(SCRIPT, look);
      const { text } = ask(lab, '--level', '2');
      lab.writeFile(SCRIPT, fs.readFileSync(script, 'utf8'));
      return text;
    });

    spoil(lab);
    const spoilt = ask(lab, '--level', '2');
    for (const control of SPOILT) checks.check(`${control} is noticed`, spoilt.byControl.get(control) === 'FAIL', spoilt.text);
    const level2 = () => ask(lab, '--level', '2');
    forgedLabels(checks, lab, IMAGE, level2);
    spoilings(checks, lab, IMAGE, level2);
    lab.docker('rm', '-f', 'app-web', 'on-host');
    settings(checks, lab);
    checks.check('bad arguments are refused', ask(lab, '--level', '3').code === 2 && ask(lab, '--accept').code === 2);
    coverage(checks, second);
  });
  withLab(engine, (lab) => service(checks, lab));
}

/** What stands behind each control, beside what was seen of it on this host. */
function coverage(checks: Checks, { byControl }: Told): void {
  const rules = Rules.all();
  for (const [control, [level, title]] of Object.entries(CIS_CONTROLS)) {
    const enforced = rules.filter(({ cisControls }) => cisControls.includes(control)).map(({ ruleId }) => ruleId);
    const { configured, outside } = CIS_COVERAGE[control] ?? {};
    const state = byControl.get(control) ?? 'not looked at';
    const words = [
      `level ${level}`,
      state,
      enforced.join(' ') || 'no rule',
      configured ?? (outside === undefined ? '' : `not here: ${outside}`),
    ];
    checks.say(`${control} ${title} | ${words.join(' | ')}`);
  }
}

/** A node of a swarm with a service of ours: what nobody but the engine sets for its tasks holds for them, too. */
function service(checks: Checks, lab: Lab): void {
  const made: { cluster?: SwarmCluster; reference?: string } = {};
  const withService: Program = ({ stack, daemon }) => {
    const cluster = new SwarmCluster(stack, 'Swarm', {
      managers: [daemon as HardenedDaemon],
      workers: [],
      addressPool: Cidr.parse('10.64.0.0/16'),
    });
    made.cluster = cluster;
    if (made.reference === undefined) return;
    const overlay = new EncryptedOverlay(stack, 'Shop', { cluster });
    const shop = new HardenedService(stack, 'Web', {
      overlay,
      image: ContainerImage.fromRegistry(made.reference),
      healthCheck: HealthCheck.command(['true']),
      endpointMode: EndpointMode.DNSRR,
    });
    shop.publish(Port.tcp(8443), { sources: [Peer.anyIpv4()], mode: PublishMode.HOST });
  };
  const deployment = new Deployment(lab, withService, { daemon: { liveRestore: false } });
  deployment.synth();
  makeSwarm([lab], deployment, made.cluster!);
  made.reference = pushToRegistry(lab);
  deployment.change(withService);
  const isUp = until(() => tasksOf({ labs: [lab] }, 'app-web').length === 1, 60_000);
  lab.writeFile(SCRIPT, fs.readFileSync(path.join(deployment.hostFiles, 'verify.sh'), 'utf8'));
  const seen = ask(lab);
  // Swarm binds a port that is published on nodes to all of their addresses; the guard says who gets there.
  const expected = (control: string) => control === '5.14' || expectedInLab(control);
  const failures = failing(seen).filter((control) => !expected(control));
  checks.shown(
    'a node with a service as we make it fails nothing else',
    isUp && failures.length === 0 && seen.byControl.get('5.14') === 'FAIL',
    seen.text,
  );
  const passed = ['4.1', '5.4', '5.11', '5.13', '5.19', '5.26', '5.27', '5.28', '7.2', '7.3', '7.5', '7.7'];
  const notPassed = passed.filter((control) => seen.byControl.get(control) !== 'PASS');
  checks.shown(`of the service and its swarm ${passed.join(', ')} pass`, notPassed.length === 0, `${notPassed.join()}\n${seen.text}`);

  forgedTask(checks, lab, made.reference, lineOf(seen.text, '5.9'));
  lab.docker('network', 'create', '-d', 'overlay', '--subnet', '10.99.0.0/24', 'clear');
  lab.docker('swarm', 'update', '--autolock=false', '--cert-expiry', '8760h');
  const socket = 'type=bind,source=/run/docker.sock,target=/run/docker.sock';
  lab.docker('service', 'create', '--detach', '--name', 'other', '--user', '0', '--cap-add', 'SYS_ADMIN', '--mount', socket, made.reference, 'sleep', '1000'); // prettier-ignore
  until(() => tasksOf({ labs: [lab] }, 'other').length === 1, 60_000);
  const spoilt = ask(lab);
  for (const control of ['4.1', '5.4', '5.11', '5.13', '5.27', '5.32', '7.3', '7.5', '7.7']) {
    checks.check(
      `${control} of the swarm, or of a task that others made, is noticed`,
      spoilt.byControl.get(control) === 'FAIL',
      spoilt.text,
    );
  }
}

/** On a node, too: a container with a task's labels is none, and a service cannot have the name of another by a label. */
function forgedTask(checks: Checks, lab: Lab, reference: string, before: string): void {
  const label = 'com.docker.swarm.service.name=app-web';
  lab.docker(
    'run',
    '-d',
    '--name',
    'decoy',
    '--label',
    label,
    '--label',
    'com.docker.swarm.task.id=abc',
    '--user',
    '0',
    reference,
    'sleep',
    '1000',
  );
  const decoy = ask(lab, '--level', '2').text;
  checks.check('a container with the labels of a task is no task', !decoy.includes('decoy'), decoy);
  lab.docker('rm', '-f', 'decoy');
  lab.docker('service', 'create', '--detach', '--name', 'forger', '--container-label', label, '--publish', 'mode=host,target=8443,published=8444', reference, 'sleep', '1000'); // prettier-ignore
  until(() => tasksOf({ labs: [lab] }, 'forger').length === 1, 60_000);
  const forged = lineOf(ask(lab, '--level', '2').text, '5.9');
  checks.check('a label gives a service no ports of another', !before.includes('8444') && forged.startsWith('FAIL') && forged.includes('8444'), `${before}\n${forged}`); // prettier-ignore
  lab.docker('service', 'rm', 'forger');
}

/** What the lab has not: a partition, a kernel's audit of its own, and the engine's own cgroup. */
function expectedInLab(control: string): boolean {
  return ['1.1.1', '2.11'].includes(control) || /^1\.1\.([3-9]|1[0-8])$/.test(control);
}

const SPOILT = '2.2 2.15 3.17 3.18 4.1 5.3 5.4 5.5 5.6 5.8 5.9 5.10 5.11 5.12 5.13 5.14 5.16 5.17 5.18 5.21 5.22 5.26 5.27 5.28 5.31 5.32'.split(' '); // prettier-ignore

/** Somebody comes by: the settings, and a container of one of our names. */
function spoil(lab: Lab): void {
  const image = lab.docker('inspect', '--format', '{{.Image}}', 'app-web');
  lab.docker('tag', image, IMAGE);
  lab.docker('rm', '-f', 'app-web', 'app-api');
  // Not started: old engines give such a container capabilities that a machine in a container may not have itself.
  lab.docker('create', '--name', 'app-web', '--privileged', '--network', 'host', '--pid', 'host', '--ipc', 'host', '--uts', 'host', '--userns', 'host', '--security-opt', 'seccomp=unconfined', '--security-opt', 'label=disable', '-v', '/run/docker.sock:/run/docker.sock', '-v', '/etc:/host', '--device', '/dev/null:/dev/nothing', IMAGE, 'sleep', '1000'); // prettier-ignore
  lab.docker('create', '--name', 'app-api', '-p', '81:81', IMAGE, 'sleep', '1000');
  const file = '/etc/docker/daemon.json';
  lab.mustHost('spoiling the settings', ['sed', '-i', '-E', 's/("no-new-privileges":) true/\\1 false/; s/("icc":) false/\\1 true/', file]);
  lab.mustHost('spoiling its mode', ['chmod', '577', file]);
  lab.mustHost('spoiling its owner', ['chown', '1000', file]);
  lab.restartEngine();
}

/** The same settings in another layout, by the command line, in a text that is not understood; and AppArmor that is there and not in force. */
function settings(checks: Checks, lab: Lab): void {
  const written = (text: string, ...extraFlags: string[]) => {
    lab.writeFile('/etc/docker/daemon.json', text);
    lab.restartEngine({ extraFlags });
    return ask(lab, '--level', '2');
  };
  const good = { 'no-new-privileges': true, 'userland-proxy': false, 'default-ulimits': { nofile: { Name: 'nofile', Soft: 9, Hard: 9 } } };
  const [dense, spread] = [JSON.stringify(good), JSON.stringify(good, null, '\t').replace(/:/g, '\t:\n')];
  for (const [layout, text] of Object.entries({ dense, spread })) {
    const told = written(text);
    checks.check(
      `good settings in another layout (${layout}) pass`,
      ['2.9', '2.15', '2.17', '2.3', '2.4'].every((control) => told.byControl.get(control) === 'PASS'),
      told.text,
    );
  }
  const version = lab.docker('info', '--format', '{{.CgroupVersion}}');
  const untold = cgroupOfUntold(lab, IMAGE);
  // What the setting is for: without it the engine takes what it thinks right for the kernel.
  checks.check(`without default-cgroupns-mode, control groups of version ${version} give it that of the ${version === '1' ? 'host' : 'engine'}`, untold === (version === '1' ? 'host' : 'private'), untold); // prettier-ignore
  const bad = written('{"iptables":true,"no-new-privileges":false,"log-level":"DEBUG"}', '--ip6tables=0', '--userland-proxy=t');
  for (const control of ['2.3', '2.4', '2.9', '2.15', '2.17']) {
    checks.check(`${control} on one line, or by the command line, is noticed`, bad.byControl.get(control) === 'FAIL', bad.text);
  }
  const odd = written('{"no-new-privil\\u0065ges":true}');
  checks.check('settings in a spelling that is not read are a SKIP', odd.byControl.get('2.15') === 'SKIP', lineOf(odd.text, '2.15'));

  const apparmor = (enabled: string) => {
    const fake = `mkdir -p /tmp/aa/apparmor/parameters && printf ${enabled} >/tmp/aa/apparmor/parameters/enabled && mount --bind /tmp/aa /sys/module`;
    lab.mustHost('as a kernel with AppArmor says it', ['sh', '-c', fake]);
    const told = ask(lab);
    lab.mustHost('taking that away', ['umount', '/sys/module']);
    return lineOf(told.text, '5.2');
  };
  const [off, unused] = [apparmor('N'), apparmor('Y')];
  checks.check('AppArmor that is switched off is noticed', off.startsWith('FAIL') && off.includes('switched off'), off);
  checks.check('AppArmor that the engine does not use is noticed', unused.startsWith('FAIL') && unused.includes('does not use'), unused);
}

/** What the engine takes for a container that does not say. */
function cgroupOfUntold(lab: Lab, image: string): string {
  lab.docker('create', '--name', 'untold', image, 'sleep', '9');
  const mode = lab.docker('inspect', '--format', '{{.HostConfig.CgroupnsMode}}', 'untold');
  lab.docker('rm', 'untold');
  return mode;
}

function fingerprint(lab: Lab): string {
  const commands =
    'docker ps -a --format "{{.ID}} {{.Names}}"; docker network ls -q; sha256sum /etc/docker/* /etc/bulkhead/*; iptables-save -t filter | grep -v "^[#:]"';
  return lab.mustHost('looking at the host', ['sh', '-c', commands]);
}

function failing({ byControl }: Told): string[] {
  return [...byControl].flatMap(([control, state]) => (state === 'FAIL' ? [control] : []));
}

function ask(lab: Lab, ...words: string[]): Told {
  const { code, stdout, stderr } = lab.host(['sh', SCRIPT, ...words], { timeout: 300_000 });
  const lines = stdout.split('\n').map((line) => line.split(' '));
  const told = lines.filter(([state, control]) => /^(PASS|FAIL|SKIP)$/.test(state) && control !== '-');
  return { code, text: stdout + stderr, byControl: new Map(told.map(([state, control]) => [control, state as 'PASS'])) };
}
