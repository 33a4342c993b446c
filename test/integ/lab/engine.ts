// The engine's life: started as systemd would with the emitted drop-in, stopped, restarted and killed, always inside the same host.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { EngineSpec } from './cache';
import { LabError, patient, sleep, tail } from './exec';
import type { Holder } from './holder';
import { alive, engineCgroup } from './names';
import { parseService, type Command, type Service } from './units';

export interface StartOptions {
  /** A file on the real machine to become /etc/docker/daemon.json; without it the host's own file counts, if there is one. */
  readonly configFile?: string;
  readonly extraFlags?: readonly string[];
  /** Milliseconds until the engine has to answer; 60 s unless told. */
  readonly timeout?: number;
  /** Do not run ExecStartPre= and ExecStartPost= (a host on which the drop-in is missing). */
  readonly withoutUnits?: boolean;
}

export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  readonly minApiVersion: string;
}

const DAEMON_JSON = '/etc/docker/daemon.json';

export class Engine {
  private pid?: number;
  private last: StartOptions = {};
  private starts = 0;
  readonly log: string;

  constructor(
    private readonly id: string,
    private readonly spec: EngineSpec,
    private readonly holder: Holder,
  ) {
    this.log = path.join(holder.labDir, 'dockerd.log');
  }

  get running(): boolean {
    return this.pid !== undefined && alive(this.pid);
  }

  get pidOfDaemon(): number | undefined {
    return this.pid;
  }

  /** The text that dockerd has written since its last start. */
  logText(): string {
    return fs.existsSync(this.log) ? fs.readFileSync(this.log, 'utf8') : '';
  }

  private unit(): Service {
    const dir = '/etc/systemd/system/docker.service.d';
    const listed = this.holder.run(['sh', '-c', `for f in ${dir}/*.conf; do [ ! -e "$f" ] || { cat "$f"; printf '\\n\\0'; }; done`]).stdout;
    return parseService(listed.split('\0'));
  }

  private runAll(key: string, commands: readonly Command[], env: NodeJS.ProcessEnv): void {
    for (const { shell, mayFail } of commands) {
      const result = this.holder.run(['sh', '-c', shell], { env });
      if (result.code !== 0 && !mayFail) {
        throw new LabError(`docker.service: ${key} failed (exit ${result.code})`, [shell], result.stdout + result.stderr);
      }
    }
  }

  start(options: StartOptions = {}): void {
    if (this.running) throw new Error('the engine is running already');
    this.last = options;
    if (options.configFile) {
      fs.copyFileSync(options.configFile, path.join(this.holder.labDir, '.daemon.json'));
      this.holder.run(['sh', '-c', `mkdir -p /etc/docker && cp /lab/.daemon.json ${DAEMON_JSON}`]);
    }
    const unit = options.withoutUnits ? parseService([]) : this.unit();
    this.runAll('ExecStartPre', unit.startPre, unit.env);
    if (fs.existsSync(this.log)) fs.renameSync(this.log, `${this.log}.${this.starts}`);
    this.starts++;
    this.pid = this.holder.background(['dockerd', ...this.flags(), ...(options.extraFlags ?? [])], this.log, 'starting dockerd', unit.env);
    this.waitUntilReady(options.timeout ?? 60_000);
    this.runAll('ExecStartPost', unit.startPost, unit.env);
  }

  /** What the lab needs but the emitted daemon.json does not say; a key that is in both places would keep dockerd from starting. */
  private flags(): string[] {
    const text = this.holder.read(DAEMON_JSON);
    let given: Record<string, unknown> = {};
    try {
      given = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    } catch {
      // dockerd itself will say what is wrong with it.
    }
    const ours: Record<string, readonly string[]> = {
      hosts: ['-H', 'unix:///lab/docker.sock', '-H', 'unix:///run/docker.sock'],
      'data-root': ['--data-root', '/lab/data'],
      'cgroup-parent': ['--cgroup-parent', engineCgroup(this.id)],
      ...(this.spec.build || this.spec.own ? { 'userland-proxy-path': ['--userland-proxy-path', '/usr/local/bin/docker-proxy'] } : {}),
      ...this.spec.flags,
    };
    return Object.entries(ours).flatMap(([key, words]) => (key in given ? [] : words));
  }

  private waitUntilReady(timeout: number): void {
    const until = Date.now() + patient(timeout);
    while (!this.logText().includes('API listen on')) {
      if (!this.running) throw new LabError('dockerd ended while starting', ['dockerd', ...this.flags()], tail(this.logText(), 1500));
      if (Date.now() > until) throw new LabError(`dockerd did not answer within ${timeout} ms`, ['dockerd'], tail(this.logText()));
      sleep(20);
    }
  }

  /** SIGTERM, then waits. What happens to the containers is up to live-restore. */
  stop(timeout = 30_000): void {
    this.end('SIGTERM', timeout);
    const unit = this.last.withoutUnits ? undefined : this.unit();
    if (unit) this.runAll('ExecStopPost', unit.stopPost, unit.env);
  }

  /** SIGKILL to dockerd alone: its containerd and the containers stay behind, as after a crash. */
  kill(): void {
    this.end('SIGKILL', 5_000);
  }

  restart(options: StartOptions = this.last): void {
    this.stop();
    this.start(options);
  }

  private end(signal: NodeJS.Signals, timeout: number): void {
    const pid = this.pid;
    if (pid === undefined) return;
    if (alive(pid)) process.kill(pid, signal);
    const until = Date.now() + patient(timeout);
    while (alive(pid)) {
      if (Date.now() > until) throw new LabError(`dockerd did not end within ${timeout} ms`, [signal, String(pid)], tail(this.logText()));
      sleep(20);
    }
    this.pid = undefined;
  }

  version(): EngineVersion {
    const result = this.holder.run(['docker', 'version', '--format', '{{json .Server}}']);
    if (result.code !== 0) throw new LabError('asking for the version', ['docker', 'version'], result.stdout + result.stderr);
    const server = JSON.parse(result.stdout) as { Version?: string; APIVersion?: string; ApiVersion?: string; MinAPIVersion?: string };
    return {
      version: server.Version ?? '',
      apiVersion: server.APIVersion ?? server.ApiVersion ?? '',
      minApiVersion: server.MinAPIVersion ?? '',
    };
  }
}
