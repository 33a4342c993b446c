// The prober's TypeScript side: sends batches of questions to probe.py in the right namespace and keeps its listeners running.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { LabError, patient, python, sleep, tail } from './exec';
import type { Lab, Where } from './lab';
import { alive } from './names';

export interface Listener {
  readonly proto: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** What it answers with: names who answered. */
  readonly token: string;
}

export interface Probe {
  readonly id: string;
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly dst: string;
  readonly port?: number;
  /** The source address to bind. */
  readonly src?: string;
  /** SO_BINDTODEVICE: goes past a missing route. */
  readonly device?: string;
  /** 1000 unless told. */
  readonly timeoutMs?: number;
  /** How often a probe that timed out, or was unreachable, is repeated; 1 unless told. */
  readonly tries?: number;
}

/** `refused` means that the packet arrived: callers that ask "reached?" count it with `open`; see `reached`. */
export type Outcome = 'open' | 'refused' | 'timeout' | 'unreachable' | 'error';

export interface ProbeResult {
  readonly id: string;
  readonly outcome: Outcome;
  readonly token?: string;
  readonly detail?: string;
  readonly ms: number;
}

export const reached = (result: ProbeResult): boolean => result.outcome === 'open' || result.outcome === 'refused';

const unsent = (result: ProbeResult): boolean => result.outcome === 'error' && result.detail === 'ENOBUFS';

export interface ServeReport {
  readonly listening: number;
  /** Ports that a real process has already, or addresses that are not there. */
  readonly skipped: ReadonlyArray<Listener & { readonly reason: string }>;
}

type Script = 'probe' | 'traffic' | 'attack' | 'forge' | 'odd' | 'dns' | 'groups' | 'helpers';
export type TrafficMode = 'listen-count' | 'sniff' | 'flood' | 'hold' | 'talk';
export type AttackMode = 'spoof-udp' | 'icmp-error' | 'sctp-init' | 'raw-tcp' | 'vlan' | 'vxlan' | 'frames' | 'arp' | 'freebind' | 'router';

const words = (script: Script, mode: string): string[] => [...python(`${script}.py`), mode];

/** Something of traffic.py that is under way. */
export class Running {
  constructor(
    private readonly what: string,
    readonly pid: number,
    private readonly file: string,
  ) {}

  /** The n-th JSON line that it prints; waits for it. What is no JSON is a complaint, shown when the line never comes. */
  line<T>(n: number, timeout: number): T {
    for (const until = Date.now() + patient(timeout); ; sleep(10)) {
      const gone = !alive(this.pid); // Asked before reading: what it wrote last is not missed.
      const text = fs.existsSync(this.file) ? fs.readFileSync(this.file, 'utf8') : '';
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      const found = whole.split('\n').filter((line) => line.startsWith('{'))[n];
      if (found) return JSON.parse(found) as T;
      if (gone || Date.now() > until) {
        throw new LabError(`${this.what} ${gone ? 'ended early' : 'said nothing in time'}`, [this.what], tail(text));
      }
    }
  }

  get isRunning(): boolean {
    return alive(this.pid);
  }

  /** Tells it to stop and returns its result. */
  stop<T = TrafficResult>(timeout = 5_000): T {
    if (alive(this.pid)) process.kill(this.pid, 'SIGTERM');
    return this.result<T>(timeout);
  }

  /** Waits for its own end and returns its result. */
  result<T = TrafficResult>(timeout = 150_000): T {
    return this.line<T>(1, timeout);
  }
}

/** The union of what the modes print; each fills its own part. */
export interface TrafficResult {
  readonly total?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly sample?: ReadonlyArray<Readonly<Record<string, string | number>>>;
  readonly sent?: number;
  readonly failed?: number;
  readonly alive?: boolean;
  readonly answers?: number;
  readonly deadAfterMs?: number;
  readonly detail?: string;
  readonly seconds?: number;
  readonly mtu?: number;
}

export class Probes {
  /** Of all of them: two for one lab must not read each other's files. */
  private static count = 0;

  constructor(private readonly lab: Lab) {}

  /** Listens, in the background and until the lab ends, and answers with tokens. Hundreds of ports are one process. */
  serve(where: Where, listeners: readonly Listener[]): ServeReport & { readonly running: Running } {
    const running = this.background(where, 'probe', 'serve', listeners);
    return { ...running.line<ServeReport>(0, 10_000), running };
  }

  /** Asks all of them at once; results come in the order of the probes. */
  run(where: Where, probes: readonly Probe[]): ProbeResult[] {
    let results = this.runOnce(where, probes);
    // The kernel's neighbour table is one for all namespaces; with many containers at a time it is full for moments, and nothing was sent.
    for (let round = 0; round < 5 && results.some(unsent); round++) {
      sleep(1_000);
      const again = this.runOnce(
        where,
        probes.filter((_, index) => unsent(results[index])),
      );
      results = results.map((result) => (unsent(result) ? again.shift()! : result));
    }
    return results;
  }

  private runOnce(where: Where, probes: readonly Probe[]): ProbeResult[] {
    if (probes.length === 0) return [];
    const numbered = probes.map((probe, index) => ({ ...probe, id: String(index) }));
    const longest = Math.max(...probes.map((probe) => ((probe.timeoutMs ?? 1000) + 1000) * (probe.tries ?? 1)));
    const argv = words('probe', 'probe');
    const done = this.lab.inWhere(where, argv, { input: JSON.stringify(numbered), timeout: longest + 30_000 });
    if (done.code !== 0) throw new LabError(`probing from ${JSON.stringify(where)} (exit ${done.code})`, argv, done.stdout + done.stderr);
    const results = JSON.parse(done.stdout) as ProbeResult[];
    const byIndex = new Map(results.map((result) => [Number(result.id), result]));
    return probes.map((probe, index) => ({
      ...(byIndex.get(index) ?? { outcome: 'error' as const, ms: 0, detail: 'no answer of the prober' }),
      id: probe.id,
    }));
  }

  /** One question. */
  one(where: Where, probe: Omit<Probe, 'id'>): ProbeResult {
    return this.run(where, [{ ...probe, id: '0' }])[0];
  }

  /** Starts counting, sniffing, flooding or holding; returns once it is ready. Options are described in traffic.py. */
  start(where: Where, mode: TrafficMode, options: Readonly<Record<string, unknown>>): Running {
    const running = this.background(where, 'traffic', mode, options);
    const ready = running.line<{ ready: boolean; detail?: string }>(0, 10_000);
    if (!ready.ready) throw new LabError(`${mode} could not start`, [mode, JSON.stringify(options)], ready.detail ?? '');
    return running;
  }

  /** Sends what attack.py describes; returns how many packets the kernel took. */
  attack(where: Where, mode: AttackMode, options: Readonly<Record<string, unknown>>): { readonly sent: number; readonly detail?: string } {
    const argv = words('attack', mode);
    const done = this.lab.inWhere(where, argv, { input: JSON.stringify(options), timeout: 150_000 });
    if (done.code !== 0) {
      throw new LabError(`attack ${mode} (exit ${done.code})`, [...argv, JSON.stringify(options)], done.stdout + done.stderr);
    }
    return JSON.parse(done.stdout) as { sent: number; detail?: string };
  }

  /** Starts sending first packets, each of a forged source of its own; returns once it is ready. Options are described in attack.py. */
  forge(where: Where, options: Readonly<Record<string, unknown>>): Running {
    const running = this.background(where, 'attack', 'forge', options);
    running.line(0, 10_000);
    return running;
  }

  /** Keeps flows alive and takes down what arrives, until stopped; see forge.py. */
  talk(where: Where, spec: unknown): Running {
    return this.begin(where, 'forge', 'talk', spec);
  }

  /** Sends what forge.py describes; says of each shot, by its id, what the kernel said. */
  volley(where: Where, spec: unknown): Readonly<Record<string, string>> {
    return this.call(where, 'forge', 'volley', spec, 300_000);
  }

  /** Takes down what arrives of the kinds of odd.py, until stopped. */
  hear(where: Where, spec: unknown): Running {
    return this.begin(where, 'odd', 'hear', spec);
  }

  /** Sends one of each kind of odd.py; what the kernel said, by kind. */
  sendOdd(where: Where, spec: unknown): Readonly<Record<string, string>> {
    return this.call(where, 'odd', 'send', spec);
  }

  /** Starts one of the lab's programs; returns once it is ready. */
  begin(where: Where, script: Script, mode: string, spec: unknown): Running {
    const running = this.background(where, script, mode, spec);
    running.line<{ ready: boolean }>(0, 10_000);
    return running;
  }

  /** Runs one of the lab's programs to its end; returns what it says. */
  call<T>(where: Where, script: Script, mode: string, spec: unknown, timeout = 60_000): T {
    const argv = words(script, mode);
    const done = this.lab.inWhere(where, argv, { input: JSON.stringify(spec), timeout });
    if (done.code !== 0) throw new LabError(`${script} ${mode} (exit ${done.code})`, argv, done.stdout + done.stderr);
    return JSON.parse(done.stdout) as T;
  }

  private background(where: Where, script: Script, mode: string, spec: unknown): Running {
    const stem = path.join(this.lab.runDir, `${mode}-${Probes.count++}`);
    fs.writeFileSync(`${stem}.json`, JSON.stringify(spec));
    const pid = this.lab.backgroundIn(where, [...words(script, mode), `${stem}.json`], `${stem}.log`);
    return new Running(mode, pid, `${stem}.log`);
  }
}
