// A Docker host with one engine, a LAN and an internet, all in namespaces of its own. Several labs run side by side.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { engineLayers, engineSpec, terraformEnv, type EngineId, type EngineSpec } from './cache';
import { Engine, type EngineVersion, type StartOptions } from './engine';
import { isGuest, LabError, patient, run, sleep, type RunOptions, type RunResult } from './exec';
import { heldBy } from './held';
import { Holder } from './holder';
import { imageTar } from './image';
import {
  alive,
  background,
  inCgroup,
  makeCgroup,
  netnsFile,
  newLabId,
  newRunDir,
  runInNetns,
  startGuardian,
  startTime,
  sweepDead,
  teardownById,
} from './names';
import { type Beside, makeNetwork, type NsName } from './network';
import { parseService } from './units';

/**
 * Where a command runs: a namespace of the lab, a container's network, or the host's network. With `held` it runs there with the user and the capabilities
 * that the first process of the container really holds; else as root.
 */
export type Where = { readonly ns: NsName } | { readonly container: string; readonly held?: boolean } | { readonly host: true };

export interface Unit {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
}

const open = new Set<Lab>();
process.on('exit', () => {
  for (const lab of open) {
    try {
      lab.teardown();
    } catch (error) {
      console.error(String(error));
    }
  }
});

export class Lab {
  /** Removes what dead earlier runs left behind. */
  static sweep(): string[] {
    return sweepDead();
  }

  private static succeeded(step: string, argv: readonly string[], result: RunResult): string {
    if (result.code !== 0) throw new LabError(`${step} (exit ${result.code})`, argv, result.stdout + result.stderr);
    return result.stdout;
  }

  readonly id = newLabId();
  readonly spec: EngineSpec;
  /** This lab's directory on the real machine; removed at the end. */
  readonly runDir: string;
  /** The part of it that the host sees as /lab. */
  readonly labDir: string;
  readonly engine: Engine;
  private readonly holder: Holder;
  private readonly pids = new Map<string, { readonly pid: number; readonly began: string | undefined }>();

  /**
   * With `beside`, a host on the switch of another lab, which must be there longer; LAN and internet are that one's. With `over`, further layers of its
   * root lie over those of the engine.
   */
  constructor(
    readonly engineId: EngineId,
    beside?: Beside,
    over: readonly string[] = [],
  ) {
    this.spec = engineSpec(engineId);
    const layers = [...over, ...engineLayers(engineId)];
    const missing = [...layers, path.dirname(imageTar())].filter((dir) => !fs.existsSync(dir));
    if (missing.length) {
      throw new Error(`the lab is not set up for engine ${engineId} (missing: ${missing.join(', ')}): run test/integ/lab/setup.ts`);
    }
    this.runDir = newRunDir(this.id);
    this.labDir = path.join(this.runDir, 'lab');
    open.add(this);
    // With the guest goes all that is in it, and its shells start slowly.
    if (!isGuest()) startGuardian(this.id);
    try {
      makeCgroup(this.id);
      makeNetwork(this.id, beside);
      const env = { DOCKER_HOST: 'unix:///lab/docker.sock', DOCKER_API_VERSION: this.spec.api };
      this.holder = new Holder(this.id, this.runDir, this.labDir, layers, env);
      this.engine = new Engine(this.id, this.spec, this.holder);
    } catch (error) {
      this.teardown();
      throw error;
    }
  }

  /** How a client on the real machine reaches the engine. */
  get dockerHost(): string {
    return `unix://${path.join(this.labDir, 'docker.sock')}`;
  }

  /** For Terraform, and for cdktf: the mirror, and this lab's engine as the provider's default. */
  terraformEnv(): NodeJS.ProcessEnv {
    return { ...terraformEnv(), DOCKER_HOST: this.dockerHost, DOCKER_API_VERSION: this.spec.api };
  }

  // --- running things ---

  /** Runs a command on the Docker host: its files and its network. A failure is a result, not an error. */
  host(argv: readonly string[], options?: RunOptions): RunResult {
    return this.holder.run(argv, options);
  }

  /** The same, for what has to succeed; returns what it printed. */
  mustHost(step: string, argv: readonly string[], options?: RunOptions): string {
    return Lab.succeeded(step, argv, this.host(argv, options));
  }

  /** The Docker CLI on the host; has to succeed. Returns what it printed, trimmed. */
  docker(...args: string[]): string {
    return this.mustHost(`docker ${args[0]}`, ['docker', ...args]).trim();
  }

  /** `iptables` on the host, which waits for the lock: the guard and the engine take it when they like. */
  iptables(step: string, ...words: string[]): void {
    this.mustHost(step, ['iptables', '-w', '30', ...words]);
  }

  /** Runs in a namespace, with the real machine's files. */
  inNs(name: NsName, argv: readonly string[], options?: RunOptions): RunResult {
    return runInNetns(this.id, name, argv, options);
  }

  /** Runs in a container's network namespace, with the real machine's files. */
  inContainer(name: string, argv: readonly string[], options?: RunOptions): RunResult {
    return this.inWhere({ container: name }, argv, options);
  }

  inWhere(where: Where, argv: readonly string[], options?: RunOptions): RunResult {
    return run(inCgroup(this.id, [...this.enter(where), ...argv]), options);
  }

  /** Starts something there that outlives the call. Returns its process id. */
  backgroundIn(where: Where, argv: readonly string[], logFile: string): number {
    return background(this.id, [...this.enter(where), ...argv], logFile, `starting ${argv[0]}`);
  }

  private enter(where: Where): string[] {
    const file =
      'container' in where ? `/proc/${this.containerPid(where.container)}/ns/net` : netnsFile(this.id, 'ns' in where ? where.ns : 'host');
    return ['nsenter', `--net=${file}`, '--', ...('container' in where && where.held ? heldBy(this.containerPid(where.container)) : [])];
  }

  /** The container's first process; asked again only when the one known has ended. */
  containerPid(name: string): number {
    const known = this.pids.get(name);
    // The number alone may belong to somebody else by now.
    if (known && alive(known.pid) && startTime(known.pid) === known.began) return known.pid;
    const pid = Number(this.docker('inspect', '--format', '{{.State.Pid}}', name));
    if (!(pid > 0)) throw new Error(`container ${name} is not running:\n${this.host(['docker', 'logs', '--tail', '20', name]).stderr}`);
    this.pids.set(name, { pid, began: startTime(pid) });
    return pid;
  }

  // --- the engine ---

  startEngine(options?: StartOptions): void {
    this.engine.start(options);
  }

  stopEngine(): void {
    this.engine.stop();
  }

  restartEngine(options?: StartOptions): void {
    this.engine.restart(options);
  }

  killEngine(): void {
    this.engine.kill();
  }

  /** What the running engine says it is. */
  version(): EngineVersion {
    return this.engine.version();
  }

  // --- files, units, images ---

  /** Copies a file or folder of the real machine to /lab on the host; returns its path there. */
  copyIn(source: string, name = path.basename(source)): string {
    fs.cpSync(source, path.join(this.labDir, name), { recursive: true });
    return `/lab/${name}`;
  }

  /** Writes a file on the host. */
  writeFile(file: string, text: string, mode = '644'): void {
    this.mustHost(`writing ${file}`, ['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod "$2" "$1"', 'sh', file, mode], {
      input: text,
    });
  }

  /** Runs an emitted, self-contained install.sh on the host: `source` is the script, or the folder that holds it. */
  installFiles(source: string): string {
    const script = fs.statSync(source).isDirectory() ? `${this.copyIn(source)}/install.sh` : this.copyIn(source, 'install.sh');
    return this.mustHost('running install.sh', ['sh', script], { timeout: 120_000 });
  }

  /** Starts a unit that the product installed; a oneshot is run to its end and has to succeed. */
  startUnit(name: string): Unit | undefined {
    const unit = name.replace(/\.service$/, '');
    const base = `/etc/systemd/system/${unit}.service`;
    const texts = this.mustHost(`reading ${base}`, [
      'sh',
      '-c',
      `cat "$1"; for f in "$1".d/*.conf; do [ ! -e "$f" ] || cat "$f"; done`,
      'sh',
      base,
    ]);
    const service = parseService([texts]);
    const runNow = [...service.startPre, ...(service.type === 'oneshot' ? service.start : [])];
    for (const { shell, mayFail } of runNow) {
      const result = this.host(['sh', '-c', shell], { env: service.env });
      if (!mayFail) Lab.succeeded(`${unit}.service`, [shell], result);
    }
    if (service.type === 'oneshot') return undefined;
    if (!service.start.length) throw new Error(`${base} has no ExecStart=`);
    const log = path.join(this.labDir, `unit-${unit}.log`);
    const pid = this.holder.background(['sh', '-c', `exec ${service.start[0].shell}`], log, `starting ${unit}.service`, service.env);
    return { name: unit, pid, log };
  }

  /** Ends a unit as systemd does: SIGTERM, and SIGKILL when that is not heeded. */
  stopUnit(unit: Unit, timeout = 5_000): void {
    if (alive(unit.pid)) process.kill(unit.pid, 'SIGTERM');
    for (const until = Date.now() + patient(timeout); alive(unit.pid) && Date.now() < until;) sleep(20);
    if (alive(unit.pid)) process.kill(unit.pid, 'SIGKILL');
  }

  /** Imports the lab's own image, or another root file system; returns its id. */
  importImage(name = 'lab:1', tarPath = imageTar()): string {
    const tar = this.copyIn(tarPath, '.image.tar');
    const cmd = `CMD ["/bin/sh","-c","trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]`;
    this.mustHost('importing the image', ['docker', 'import', '--change', cmd, tar, name], { timeout: 120_000 });
    return this.docker('image', 'inspect', '--format', '{{.Id}}', name);
  }

  /** Ends everything that the lab started and removes all of it. May be called twice. */
  teardown(): void {
    open.delete(this);
    teardownById(this.id);
  }
}

/** Runs a scenario and clears up after it, however it ends. */
export function withLab<T>(engineId: EngineId, scenario: (lab: Lab) => T, over?: readonly string[]): T {
  const lab = new Lab(engineId, undefined, over);
  try {
    return scenario(lab);
  } finally {
    lab.teardown();
  }
}
