// Users and capabilities: what every process of a container really holds, by user, capability and no-new-privileges; and whether verify.sh finds out the
// images that do not drop root.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { makeSwarm } from './swarm-stage';
import {
  BridgeSegment,
  Capability,
  Cidr,
  ContainerImage,
  ContainerNetwork,
  ContainerUser,
  DataVolume,
  EncryptedOverlay,
  EndpointMode,
  HardenedContainer,
  type HardenedDaemon,
  HardenedService,
  SwarmCluster,
  VolumeMount,
} from '../../../src';
import { knowsCapability } from '../../../src/engine/private/capabilities';
import { capabilitiesWith } from '../../../src/hardening/private/capabilities';
import { attainable, capabilitySets, type ProcessStart } from '../../../src/hardening/private/held-capabilities';
import { imageWithFileCapabilities, sets } from '../harness/capability-sets';
import type { Checks } from '../harness/checks';
import { declaredVersion, Deployment, type Program } from '../harness/deployment';
import { fetchRegistry, pushToRegistry } from '../harness/registry';
import type { EngineId } from '../lab/cache';
import { sleep, until } from '../lab/exec';
import { CAPABILITY_NAMES } from '../lab/held';
import { type Lab, withLab } from '../lab/lab';

export const prepare = fetchRegistry;

const SCRIPT = '/lab/verify.sh';
const WHY = 'a stand-in for an image that starts as root';

/** A capability that the machine itself has not, nobody on it can be given. */
const present = () => {
  const own = sets(fs.readFileSync('/proc/self/status', 'utf8'))[0].bounding;
  return CAPABILITY_NAMES.filter((name) => own.includes(name));
};

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    lab.startEngine();
    exhaustive(checks, lab);
  });
  withLab(engine, (lab) => declared(checks, lab));
  withLab(engine, (lab) => services(checks, lab));
}

/** Every user and capability, with no-new-privileges and without, by the engine itself. */
function exhaustive(checks: Checks, lab: Lab): void {
  imageWithFileCapabilities(lab, 'caps:1');
  const cases = [...present(), 'none', 'default', 'ALL'].flatMap((name) =>
    ['0:0', '10001:10001'].flatMap((user) => [true, false].map((noNewPrivileges) => ({ name, user, noNewPrivileges }))),
  );
  const lines = cases.map(({ name, user, noNewPrivileges }, index) => {
    const options = [
      ...(name === 'default' ? [] : ['--cap-drop', 'ALL']),
      ...(name === 'default' || name === 'none' ? [] : ['--cap-add', name]),
      ...['--user', user, '--security-opt', `no-new-privileges:${noNewPrivileges}`],
    ];
    return `${index} ${options.join(' ')}`;
  });
  // All processes: the shell, a child of it, and one with all capabilities of its file.
  const inside = `sleep 60 & grep -h ^Cap /proc/[0-9]*/status; echo file; /cap/cat /proc/self/status`;
  const script = `mkdir -p /lab/users; xargs -P 2 -I{} sh -c 'set -- {}; n=$1; shift; docker run --rm --network none "$@" caps:1 sh -c "${inside}" >/lab/users/$n 2>&1; true'`;
  const { code, stderr } = lab.host(['sh', '-c', script], { input: `${lines.join('\n')}\n`, timeout: 900_000 });
  const wrong: string[] = [];
  let [processes, gained, refused, lacking] = [0, 0, 0, 0];
  const version = declaredVersion(lab).version;
  for (const [index, { name, user, noNewPrivileges }] of cases.entries()) {
    const text = fs.readFileSync(path.join(lab.labDir, 'users', `${index}`), 'utf8');
    const start: ProcessStart = {
      isRoot: user === '0:0',
      add: name === 'default' || name === 'none' ? [] : [name],
      drop: name === 'default' ? [] : ['ALL'],
      noNewPrivileges,
    };
    const [plain, ofFile] = text.split('file\n');
    const seen = sets(plain);
    const known = present().filter((each) => knowsCapability(version, each));
    if (name !== 'none' && name !== 'default' && name !== 'ALL' && !known.includes(name)) {
      // The library refuses it at synth.
      if (!text.includes(`unknown capability: "CAP_${name}"`)) wrong.push(`${name} is known to ${version}: ${text}`);
      refused++;
      continue;
    }
    // Engines before 23 add capabilities that the machine itself lacks to ALL.
    if (name === 'ALL' && start.isRoot && text.includes('unable to apply caps')) {
      lacking++;
      continue;
    }
    const here = (names: readonly string[]) =>
      names
        .filter((each) => known.includes(each))
        .sort()
        .join();
    const wanted = capabilitySets(start);
    processes += seen.length;
    for (const each of seen) {
      for (const key of ['inheritable', 'permitted', 'effective', 'bounding', 'ambient'] as const) {
        if (here(each[key]) !== here(wanted[key])) {
          wrong.push(`${name} ${user} ${noNewPrivileges}: ${key} is ${here(each[key]) || 'empty'}, not ${here(wanted[key]) || 'empty'}`);
        }
      }
    }
    const [most] = sets(ofFile ?? '');
    if (seen.length < 2 || most === undefined) {
      wrong.push(`${name} ${user} ${noNewPrivileges}: ${text}`);
    } else if (here(most.permitted) !== here(attainable(start))) {
      wrong.push(
        `${name} ${user} ${noNewPrivileges}: by a file ${here(most.permitted) || 'nothing'}, not ${here(attainable(start)) || 'nothing'}`,
      );
    }
    if (most !== undefined && most.permitted.length > wanted.permitted.length) gained++;
  }
  checks.shown(
    `${processes} processes in ${cases.length - refused - lacking} containers hold what the library says; ${refused} more the engine refuses, as the library does`,
    code === 0 && wrong.length === 0,
    wrong.join('\n') + stderr,
  );
  if (lacking > 0) checks.say(`${lacking} containers with all capabilities as root do not start: this machine lacks some itself`);
  checks.check('control: without no-new-privileges a file gives another user what was added', gained > 0, `${gained}`);
  named(checks, lab);
}

/** A number is that user, even where the image gives user 0 that name: what no program can know at synth. */
function named(checks: Checks, lab: Lab): void {
  lab.docker('run', '--name', 'renamed', 'caps:1', 'sh', '-c', 'echo 10001:x:0:0:root:/:/bin/sh >/etc/passwd');
  lab.docker('commit', 'renamed', 'renamed:1');
  lab.docker('rm', 'renamed');
  const status = lab.docker('run', '--rm', '--network', 'none', '--cap-drop', 'ALL', '--user', '10001:10001', '--security-opt', 'no-new-privileges:true', 'renamed:1', 'cat', '/proc/self/status'); // prettier-ignore
  const [{ permitted, bounding }] = sets(status);
  const isRoot = /^Uid:\s+0\s+0\s+0\s+0$/m.test(status);
  checks.shown('an image that calls root 10001 does not get root', !isRoot && permitted.length === 0 && bounding.length === 0, status);
}

/** Images that start as root: one that drops it, one that never does, one that starts its program as another user and stays. */
const ENTRY_POINTS = {
  drops: `["/bin/sh","-c","chown app /data && exec su app -s /bin/sh -c 'echo mine >/data/file; exec sleep 100000'"]`,
  never: `["/bin/sh","-c","while :; do sleep 1000; done"]`,
  child: `["/bin/sh","-c","su app -s /bin/sh -c 'exec sleep 100000' & wait"]`,
};

const VERDICTS: Readonly<Record<string, readonly [verdict: string, says: RegExp]>> = {
  fixed: ['PASS', /^PASS/],
  drops: ['PASS', /^PASS/],
  alone: ['PASS', /^PASS/],
  never: ['FAIL', /app-never has a process of root \(sh, \d+\)/],
  child: ['FAIL', /app-child has a process of root \(sh, \d+\)/],
  early: ['SKIP', /app-early has a process of root \(sh, \d+\); it started \d+ s ago, and has 3600 s to drop root/],
  always: ['SKIP', /declares as root, with a reason: app-always/],
  pinger: ['SKIP', /declares as root, with a reason: app-pinger/],
  renamed: ['PASS', /^PASS/],
};

function programOf(images: Readonly<Record<string, string>>): Program {
  return ({ stack, daemon, image }) => {
    if (images.drops === undefined) return;
    const segment = new BridgeSegment(stack, 'Front', { daemon });
    const committed = (name: string) => ContainerImage.fromId(images[name]);
    const toDrop = [Capability.SETUID, Capability.SETGID];
    const start = (startSeconds = 5) => ContainerUser.rootAtStart({ reason: WHY, startSeconds });
    const volumes = [VolumeMount.volume(new DataVolume(stack, 'Data', { daemon }), '/data', { readOnly: false })];
    new HardenedContainer(stack, 'Fixed', { segment, image });
    new HardenedContainer(stack, 'Drops', {
      segment,
      image: committed('drops'),
      user: start(),
      capabilities: capabilitiesWith('isForStart').map((name) => Capability.of(name)),
      volumes,
    });
    for (const id of ['Never', 'Child']) {
      new HardenedContainer(stack, id, { segment, image: committed(id.toLowerCase()), user: start(), capabilities: toDrop });
    }
    new HardenedContainer(stack, 'Early', { segment, image: committed('never'), user: start(3600), capabilities: toDrop });
    new HardenedContainer(stack, 'Always', { segment, image, user: ContainerUser.root({ reason: WHY }) });
    new HardenedContainer(stack, 'Renamed', { segment, image: committed('renamed') });
    new HardenedContainer(stack, 'Alone', {
      daemon,
      network: ContainerNetwork.none({ reason: 'it needs no connections' }),
      image: committed('drops'),
      user: start(),
      capabilities: [...toDrop, Capability.CHOWN],
      tmpfsMebibytes: { '/tmp': 8, '/data': 8 },
    });
    new HardenedContainer(stack, 'Pinger', {
      segment: new BridgeSegment(stack, 'Ping', { daemon }),
      image,
      user: ContainerUser.root({ reason: WHY }),
      capabilities: [Capability.of('NET_RAW', { reason: 'sends pings of its own making' })],
    });
  };
}

/** What a program declares, as the provider creates it. */
function declared(checks: Checks, lab: Lab): void {
  const deployment = new Deployment(lab, programOf({}));
  deployment.up();
  const images = Object.fromEntries([
    ...Object.entries(ENTRY_POINTS).map(([name, entryPoint]) => [name, commit(lab, name, 'true', `ENTRYPOINT ${entryPoint}`)]),
    ['renamed', commit(lab, 'renamed', 'echo 10001:x:0:0:root:/:/bin/sh >/etc/passwd', 'CMD ["sleep","100000"]')],
  ]) as Record<string, string>;
  deployment.change(programOf(images));
  sleep(6_000);
  const plan = deployment.plan();
  checks.shown('the plan after apply is empty', !plan.changes, plan.text);

  const topology = deployment.daemon._declarations.store.derived().topology;
  const wrong: string[] = [];
  for (const { name, capabilities = [], user } of [...topology.workloads, ...(topology.segmentless ?? [])]) {
    const add = capabilities.map((text) => text.replace(/^CAP_/, ''));
    const wanted = capabilitySets({ isRoot: user!.mode !== 'fixed', add, drop: ['ALL'], noNewPrivileges: true });
    for (const [process, status] of Object.entries(statusesOf(lab, name))) {
      const [own] = sets(status);
      const isRoot = /^Uid:\s+0\s/m.test(status);
      const held = isRoot ? wanted : { ...wanted, permitted: [], effective: [] };
      for (const key of ['inheritable', 'permitted', 'effective', 'bounding', 'ambient'] as const) {
        if ([...own[key]].sort().join() !== held[key].join()) {
          wrong.push(`${name} ${process}: ${key} is ${own[key].join()}, not ${held[key].join()}`);
        }
      }
      if (!/^NoNewPrivs:\s+1$/m.test(status)) wrong.push(`${name} ${process} may gain privileges`);
    }
  }
  checks.shown('every process of every container holds what the program says', wrong.length === 0, wrong.join('\n'));
  const raw = sets(statusesOf(lab, 'app-pinger')[lab.containerPid('app-pinger')])[0].effective.join();
  checks.shown('NET_RAW is effective where it is declared', raw === 'NET_RAW', raw);
  const mine = lab.docker('exec', '-u', '1000', 'app-drops', 'cat', '/data/file');
  checks.check('the image that drops root has prepared its volume and writes to it', mine === 'mine', mine);
  const health = lab.docker('exec', 'app-drops', 'cat', '/proc/self/status');
  checks.shown('what the engine starts beside it is root with these capabilities', sets(health)[0].effective.length === capabilitiesWith('isForStart').length && /^Uid:\s+0\s/m.test(health), health); // prettier-ignore

  const ask = (name: string) => verdictOf(lab, deployment, name);
  for (const [name, [verdict, says]] of Object.entries(VERDICTS)) {
    const line = ask(name);
    checks.shown(`verify.sh says ${verdict} of '${name}'`, line.startsWith(verdict) && says.test(line), line);
  }
  lab.docker('exec', '-d', 'app-drops', 'sleep', '1000');
  lab.docker('exec', '-d', '-u', '0', 'app-fixed', 'sleep', '1000');
  const [beside, byHand] = [ask('drops'), ask('fixed')];
  checks.shown('a process of root beside one that dropped it is told, and not judged', /^SKIP .*which a health check or an exec of the API started/.test(beside), beside); // prettier-ignore
  checks.shown('one in a container of a fixed user is a FAIL', /^FAIL .*app-fixed has a process of root \(sleep, /.test(byHand), byHand);
  // Somebody else's container under the name.
  lab.docker('rm', '-f', 'app-fixed');
  lab.docker('create', '--name', 'app-fixed', '--user', '4:4', 'lab:1');
  const created = ask('fixed');
  checks.shown('so is one that is to run as another user', /^FAIL .*app-fixed is to run as 4:4, not as 10001/.test(created), created);
  lab.docker('rm', '-f', 'app-fixed');
  deployment.destroy();
}

/** Services publish nothing here: the node knows of them for verify.sh alone. */
function services(checks: Checks, lab: Lab): void {
  const made: { cluster?: SwarmCluster; reference?: string } = {};
  const program: Program = ({ stack, daemon }) => {
    const managers = [daemon as HardenedDaemon];
    made.cluster = new SwarmCluster(stack, 'Swarm', { managers, workers: [], addressPool: Cidr.parse('10.64.0.0/16') });
    if (made.reference === undefined) return;
    const overlay = new EncryptedOverlay(stack, 'Shop', { cluster: made.cluster });
    const common = { overlay, image: ContainerImage.fromRegistry(made.reference), endpointMode: EndpointMode.DNSRR };
    const capabilities = [Capability.SETUID, Capability.SETGID];
    const user = ContainerUser.rootAtStart({ reason: WHY, startSeconds: 5 });
    new HardenedService(stack, 'Drops', {
      ...common,
      user,
      capabilities,
      command: ['su', 'app', '-s', '/bin/sh', '-c', 'exec sleep 100000'],
    });
    new HardenedService(stack, 'Never', { ...common, user, capabilities, command: ['sleep', '100000'] });
    new HardenedService(stack, 'Fixed', { ...common, command: ['sleep', '100000'] });
  };
  const deployment = new Deployment(lab, program, { daemon: { liveRestore: false } });
  deployment.synth();
  makeSwarm([lab], deployment, made.cluster!);
  made.reference = pushToRegistry(lab);
  deployment.change(program);
  const tasks = () => lab.docker('ps', '--format', '{{.Names}}').split('\n');
  const taskOf = (name: string) => tasks().find((task) => task.startsWith(`app-${name}.`));
  const areUp = until(() => ['drops', 'never', 'fixed'].every((name) => taskOf(name) !== undefined), 90_000);
  sleep(6_000);
  const heldBy = (name: string) => Object.values(statusesOf(lab, taskOf(name)!)).map((status) => `${/^Uid:\s+(\d+)/m.exec(status)![1]} ${sets(status)[0].effective.join()}`); // prettier-ignore
  const seen = { drops: heldBy('drops'), never: heldBy('never'), fixed: heldBy('fixed') };
  const wanted = { drops: ['1000 '], never: ['0 SETGID,SETUID'], fixed: ['10001 '] };
  checks.shown('tasks hold what their service says', areUp && JSON.stringify(seen) === JSON.stringify(wanted), JSON.stringify(seen));
  const line = verdictOf(lab, deployment);
  const isRight = /^FAIL /.test(line) && /app-never\.\S+ has a process of root/.test(line) && !/app-(drops|fixed)\./.test(line);
  checks.shown('of tasks verify.sh finds the one that keeps root', isRight, line);
  const plan = deployment.plan();
  checks.shown('the plan after apply is empty, with services', !plan.changes, plan.text);
}

/** The line of 4.1; of one container, or of all that the program has. */
function verdictOf(lab: Lab, { hostFiles }: Deployment, name?: string): string {
  const script = fs.readFileSync(path.join(hostFiles, 'verify.sh'), 'utf8').replace(/^look (?!4\.1 ).*\n/gm, '');
  lab.writeFile(SCRIPT, name === undefined ? script : script.replace(/^names=.*$/m, `names='app-${name}'`));
  const told = lab.host(['sh', SCRIPT], { timeout: 120_000 });
  return `${told.stdout.split('\n').find((line) => / 4\.1 /.test(line)) ?? ''}${told.stderr}`;
}

/** The status of every process of a container, by its number. */
function statusesOf(lab: Lab, name: string): Record<string, string> {
  const pids = lab.docker('top', name, '-eo', 'pid').split('\n').slice(1);
  return Object.fromEntries(pids.map((pid) => [pid.trim(), fs.readFileSync(`/proc/${pid.trim()}/status`, 'utf8')]));
}

/** An image of the lab's own, changed by a command, with an entry point; its id. */
function commit(lab: Lab, name: string, command: string, change: string): string {
  lab.docker('run', '--name', `make-${name}`, '--network', 'none', 'lab:1', 'sh', '-c', command);
  const id = lab.docker('commit', '--change', change, `make-${name}`, `${name}:1`);
  lab.docker('rm', `make-${name}`);
  return id;
}
