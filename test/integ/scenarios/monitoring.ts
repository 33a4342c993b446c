// A monitoring program that sees the host: what it reads, and that it can do nothing there. The controls are containers made by hand that show what each of the
// refusals is for: a read-only mount keeps nobody from a socket, and /proc of the host opens every process of the same user.
import * as path from 'node:path';
import { BridgeSegment, ContainerUser, HardenedContainer, VolumeMount } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { needService, serviceTar } from '../harness/generate-images';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['26.1', '28.5', '29'];

const CANARY = 'canary-of-the-lab';
const OWN = 10900;
const reason = 'the exporter reads the counters of the host';

export async function prepare(): Promise<void> {
  needService('profiles'); // it has curl
}

const program: Program = ({ stack, daemon, image }) => {
  const segment = new BridgeSegment(stack, 'Monitor', { daemon });
  new HardenedContainer(stack, 'Exporter', {
    segment,
    image,
    user: ContainerUser.of(OWN),
    volumes: [VolumeMount.procOfHost('/host/proc', { reason }), VolumeMount.sysOfHost('/host/sys', { reason })],
  });
  new HardenedContainer(stack, 'Db', { segment, image, environment: { GREETING: CANARY } });
};

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program);
    deployment.up();
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    const inside = (script: string, name = 'app-exporter') => lab.host(['docker', 'exec', name, 'sh', '-c', script]);
    const seen = inside('cat /host/proc/1/cmdline | wc -c; grep -c ^cpu /host/proc/stat; ls /host/sys/class/net | wc -l');
    checks.shown('it reads processes, counters and interfaces of the host', seen.stdout.trim().split('\n').every((line) => Number(line) > 0), seen.stdout + seen.stderr); // prettier-ignore
    const pid = lab.containerPid('app-db');
    const closed: Record<string, string> = {
      'the environment of another container': `cat /host/proc/${pid}/environ`,
      'the files of another container': `ls /host/proc/${pid}/root/`,
      'the files of the host by its first process': 'ls /host/proc/1/root/',
      'the environment of the first process': 'cat /host/proc/1/environ',
      'the memory of the kernel': 'head -c 1 /host/proc/kcore',
      'a parameter of the host': 'echo 1 >/host/proc/sys/net/ipv4/ip_forward',
      'the trigger of the kernel': 'echo h >/host/proc/sysrq-trigger',
      'a control group': 'echo 1 >/host/sys/fs/cgroup/cgroup.procs',
      'a device of the host': 'f=$(ls -d /host/sys/class/net/lo)/mtu; echo 1 >$f',
    };
    for (const [what, script] of Object.entries(closed)) {
      const { code, stdout, stderr } = inside(script);
      checks.shown(`closed: ${what}`, code !== 0 && stdout === '', `${code} ${stdout} ${stderr}`);
    }
    const writable = inside('find /host/proc/sys /host/sys -maxdepth 6 -writable 2>/dev/null | head -n 5').stdout;
    checks.shown('it can write to nothing in either', writable.trim() === '', writable);
    controls(lab, checks);
    lab.copyIn(path.join(deployment.hostFiles, 'verify.sh'));
    verified(lab, checks);
    deployment.destroy();
  });
}

/** The script looks at the containers of the program, by name: so what a hand makes takes the place of one of them for a while. */
function verified(lab: Lab, checks: Checks): void {
  const asked = () => {
    const { stdout } = lab.host(['sh', '/lab/verify.sh']);
    return stdout.split('\n').find((each) => / 5\.6 /.test(each)) ?? stdout;
  };
  const line = asked();
  checks.shown('verify.sh accepts what the program gives the exporter', line.startsWith('PASS'), line);
  for (const [what, name, mount, says] of [
    ['the same mount of another container', 'app-db', '/proc:/host/proc:ro', 'app-db mounts /proc'],
    ['a mount of the exporter that can be written to', 'app-exporter', '/proc:/host/proc', 'app-exporter mounts /proc'],
    ['one part of what the exporter may read', 'app-exporter', '/proc/sys:/host/proc:ro', 'app-exporter mounts /proc/sys'],
    ['a place that the program does not give it', 'app-exporter', '/etc:/host/etc:ro', 'app-exporter mounts /etc'],
  ] as const) {
    lab.docker('rename', name, 'kept');
    lab.docker('create', '--name', name, '-u', `${OWN}`, '--cap-drop', 'ALL', '--network', 'none', '-v', mount, 'lab:1');
    const found = asked();
    checks.shown(`control: it finds ${what}`, found.startsWith('FAIL') && found.includes(says), found);
    lab.docker('rm', '-f', name);
    lab.docker('rename', 'kept', name);
  }
  const again = asked();
  checks.shown('and accepts the exporter again', again.startsWith('PASS'), again);
}

/** What is refused, and why. */
function controls(lab: Lab, checks: Checks): void {
  lab.docker('run', '-d', '--name', 'victim', '-u', `${OWN + 1}`, '--cap-drop', 'ALL', '-e', `GREETING=${CANARY}`, 'lab:1');
  lab.docker('run', '-d', '--name', 'twin', '-u', `${OWN + 1}`, '--cap-drop', 'ALL', '-v', '/proc:/host/proc:ro', 'lab:1');
  const pid = lab.containerPid('victim');
  const environ = lab.host(['docker', 'exec', 'twin', 'cat', `/host/proc/${pid}/environ`]).stdout;
  checks.shown('control: who has the user of another container reads its environment', environ.includes(CANARY), environ);
  const written = lab.host([
    'docker',
    'exec',
    'twin',
    'sh',
    '-c',
    `echo x >/host/proc/${pid}/root/tmp/by-twin && cat /host/proc/${pid}/root/tmp/by-twin`,
  ]);
  checks.shown(
    'control: and writes to its files, through a read-only mount',
    written.stdout.trim() === 'x',
    written.stdout + written.stderr,
  );
  lab.importImage('curl:1', serviceTar('profiles'));
  // Below /lab, where the engine of the lab listens.
  const ping = (user: string) =>
    lab.host(['docker', 'run', '--rm', '-u', user, '--cap-drop', 'ALL', '--network', 'none', '-v', '/lab:/host/run:ro', 'curl:1', 'curl', '-sS', '--max-time', '5', '--unix-socket', '/host/run/docker.sock', 'http://x/_ping']); // prettier-ignore
  const root = ping('0:0');
  checks.shown(
    'control: root without a capability asks the engine through a read-only mount',
    root.stdout.trim() === 'OK',
    root.stdout + root.stderr,
  );
  const other = ping(`${OWN}:${OWN}`);
  checks.shown('control: another user without its group does not', other.stdout.trim() !== 'OK', other.stdout + other.stderr);
}
