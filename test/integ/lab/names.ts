// What a lab is called, how its processes are found again, and how all of it is taken away, whoever made it and however that one ended.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { LabError, python, run, type RunOptions, type RunResult } from './exec';

const PREFIX = 'bhl';
const ID = /bhl-([0-9a-z]+)-([0-9a-z]+)-\d+/;
let count = 0;

/** The moment a process began: a process id alone is given out again. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** A name for a new lab of this process: the prefix of its namespaces, cgroups and run directory. */
export function newLabId(): string {
  return `${PREFIX}-${process.pid.toString(36)}-${Number(startTime(process.pid)).toString(36)}-${count++}`;
}

function ownerLives(id: string): boolean {
  const [, pid, start] = ID.exec(id)!;
  return startTime(parseInt(pid, 36)) === String(parseInt(start, 36));
}

export function newRunDir(id: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `${id}.`));
}

/**
 * Everything that a lab starts is put into a cgroup of the lab's, and so are the containers (as the engine's cgroup parent): children cannot
 * leave it, so that the end of a lab finds every shim and every daemonised process without looking at names.
 */
export function cgroupRoot(): string {
  const root = '/sys/fs/cgroup';
  if (fs.existsSync(`${root}/cgroup.controllers`)) return root;
  const found = ['pids', 'freezer', 'memory', 'systemd']
    .map((name) => `${root}/${name}`)
    .find((dir) => fs.existsSync(`${dir}/cgroup.procs`));
  if (!found) throw new Error(`no cgroup hierarchy under ${root}`);
  return found;
}

export function makeCgroup(id: string): void {
  const group = path.join(cgroupRoot(), id);
  fs.mkdirSync(path.join(group, 'lab'), { recursive: true });
  // In a single hierarchy a group has what those above it pass on; an engine without it knows no limit of memory, and drops what Terraform asks for.
  for (const above of [cgroupRoot(), group]) {
    const passedOn = path.join(above, 'cgroup.subtree_control');
    const lacks = fs.existsSync(passedOn) && !fs.readFileSync(passedOn, 'utf8').includes('memory');
    if (lacks) fs.writeFileSync(passedOn, '+cpu +memory +pids');
  }
}

export const engineCgroup = (id: string): string => `/${id}/engine`;

/** Words that put a command into the lab's cgroup. */
export function inCgroup(id: string, argv: readonly string[]): string[] {
  return ['sh', '-c', 'echo $$ > "$0" && exec "$@"', path.join(cgroupRoot(), id, 'lab', 'cgroup.procs'), ...argv];
}

export function netnsFile(id: string, name: string): string {
  return `/run/netns/${id}-${name}`;
}

/** Runs within a network namespace; `nsenter` and not `ip netns exec`, which hides the cgroups. */
export function runInNetns(id: string, name: string, argv: readonly string[], options?: RunOptions): RunResult {
  return run(inCgroup(id, ['nsenter', `--net=${netnsFile(id, name)}`, '--', ...argv]), options);
}

/** Starts something that outlives the call; output goes to a file. Returns its process id. */
export function background(
  id: string,
  argv: readonly string[],
  logFile: string,
  step: string,
  env: NodeJS.ProcessEnv = process.env,
): number {
  const result = run(inCgroup(id, [...python('reaper.py'), logFile, ...argv]), { env });
  const pid = Number(result.stdout.trim());
  if (result.code !== 0 || !(pid > 0)) throw new LabError(step, argv, result.stdout + result.stderr);
  return pid;
}

export function alive(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !'ZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

// $1: the lab's id. $2: where run directories are. Every step may find nothing to do. The mounts live in the holder's mount namespace
// only, so they go with its last process; `--one-file-system` is a second belt.
const TEARDOWN = `
id=$1; tmp=$2
case $id in bhl-*-*-*) ;; *) echo "not a lab: $id" >&2; exit 2;; esac
groups() { find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$id"; }
for try in $(seq 1 100); do
  for g in $(groups); do find "$g" -name freezer.state -exec sh -c 'echo THAWED > "$1"' sh {} \\; 2>/dev/null; done
  pids=$(for g in $(groups); do find "$g" -name cgroup.procs -exec cat {} +; done 2>/dev/null | sort -u)
  [ -n "$pids" ] || break
  kill -9 $pids 2>/dev/null
  sleep 0.05
done
for ns in /run/netns/$id-*; do [ -e "$ns" ] && ip netns del "\${ns##*/}"; done
for try in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf --one-file-system "$tmp/$id".* 2>/dev/null
  for g in $(groups); do find "$g" -depth -type d -exec rmdir {} \\; 2>/dev/null; done
  ls -d "$tmp/$id".* >/dev/null 2>&1 || [ -n "$(groups)" ] || exit 0
  sleep 0.1
done
echo "left over: $(ls -d "$tmp/$id".* 2>/dev/null) $(groups)" >&2; exit 1
`;

export function teardownById(id: string): void {
  const argv = ['sh', '-c', TEARDOWN, 'sh', id, os.tmpdir()];
  const result = run(argv, { timeout: 60_000 });
  if (result.code !== 0) throw new LabError(`tearing down ${id}`, ['sh', '-c', '…', 'sh', id], result.stdout + result.stderr);
}

/**
 * A process that waits for this one to end, in whatever way, and then clears up. A scenario is synchronous, so that no signal handler of
 * this process would ever get its turn; and nothing in here survives a SIGKILL.
 */
export function startGuardian(id: string): void {
  const script = `start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
    began=$(start "$3")
    while [ "$(start "$3")" = "$began" ]; do sleep 0.5; ls -d "$2/$1".* >/dev/null 2>&1 || exit 0; done
    ${TEARDOWN}`;
  spawn('sh', ['-c', script, 'sh', id, os.tmpdir(), String(process.pid)], { detached: true, stdio: 'ignore' }).unref();
}

/** Removes what dead runs left behind; labs whose owner lives are left alone. Returns the ids that were removed. */
export function sweepDead(): string[] {
  const list = (dir: string): string[] => (fs.existsSync(dir) ? fs.readdirSync(dir) : []);
  const names = [...list('/run/netns'), ...list(cgroupRoot()), ...list(os.tmpdir())];
  const ids = new Set(names.flatMap((name) => (name.startsWith(PREFIX) ? (ID.exec(name)?.[0] ?? []) : [])));
  const dead = [...ids].filter((id) => !ownerLives(id));
  dead.forEach(teardownById);
  return dead;
}
