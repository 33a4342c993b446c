// Many listeners and many sources at once: programs with thirty containers would take minutes one after the other.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { LabError, sleep } from '../lab/exec';
import type { Lab, Where } from '../lab/lab';
import { netnsFile, startTime } from '../lab/names';
import type { Listener, Probe, ProbeResult } from '../lab/probe';

const PROBE = path.join(__dirname, '../lab/probe.py');
/** How many sources ask at the same time; more would only wait for each other. */
const PARALLEL = 8;

// $1 the folder; its file `tasks` has a line each: namespace file, specification, output. Prints the process ids.
const SERVE = `
while read -r net spec out; do
  nsenter --net="$net" -- python3 -B -S -E ${PROBE} serve "$spec" > "$out" 2>&1 < /dev/null &
  echo $!
done < "$1/tasks"
`;
const ASK = `
xargs -P ${PARALLEL} -L 1 sh -c 'exec nsenter --net="$0" -- python3 -B -S -E ${PROBE} probe "$1" > "$2" 2> "$2.err" < /dev/null' < "$1/tasks"
`;

const FORGET = `
while read -r net spec out; do
  nsenter --net="$net" -- ip neigh flush all
done < "$1/tasks"
`;

export interface Task<T> {
  readonly where: Where;
  readonly spec: readonly T[];
}

export class Crowd {
  private count = 0;
  private listening: { readonly pid: number; readonly began: string | undefined }[] = [];

  constructor(private readonly lab: Lab) {}

  /** Everybody listens until `stop`. Ports that are taken already are passed over. */
  serve(tasks: readonly Task<Listener>[]): void {
    const dir = this.write('serve', tasks);
    const printed = this.lab.inNs('host', ['sh', '-c', SERVE, 'sh', dir], { timeout: 60_000 }).stdout;
    const pids = printed.split('\n').filter(Boolean).map(Number);
    this.listening.push(...pids.map((pid) => ({ pid, began: startTime(pid) })));
    const until = Date.now() + 60_000;
    tasks.forEach((_, i) => {
      const out = path.join(dir, `out-${i}`);
      while (!fs.existsSync(out) || !fs.readFileSync(out, 'utf8').includes('"ready"')) {
        if (Date.now() > until) {
          throw new LabError('listening', ['probe.py', 'serve'], fs.existsSync(out) ? fs.readFileSync(out, 'utf8') : '');
        }
        sleep(20);
      }
    });
    this.checkPlaces(tasks, pids);
  }

  /**
   * All sources ask; answers in the order of the tasks and their probes. The machine has one table of neighbours for all namespaces: when it is
   * full nothing can be sent, so the tables are emptied and what failed is asked again.
   */
  ask(tasks: readonly Task<Probe>[]): ProbeResult[][] {
    const results = this.askOnce(tasks);
    for (let round = 0; round < 5; round++) {
      const failed = tasks
        .map(({ where, spec }, i) => ({ where, i, spec: spec.filter((_, n) => results[i][n].outcome === 'error') }))
        .filter(({ spec }) => spec.length > 0);
      if (failed.length === 0) break;
      this.forgetNeighbours(tasks);
      this.askOnce(failed).forEach((again, f) => {
        const place = new Map(results[failed[f].i].map(({ id }, n) => [id, n]));
        again.forEach((result) => (results[failed[f].i][place.get(result.id)!] = result));
      });
    }
    return results;
  }

  /** Only this lab's: the other labs mend themselves. */
  forgetNeighbours(tasks: readonly Task<Probe>[]): void {
    const dir = this.write('forget', tasks);
    this.lab.inNs('host', ['sh', '-c', FORGET, 'sh', dir], { timeout: 120_000 });
  }

  private askOnce(tasks: readonly Task<Probe>[]): ProbeResult[][] {
    const dir = this.write('ask', tasks);
    const done = this.lab.inNs('host', ['sh', '-c', ASK, 'sh', dir], { timeout: 600_000 });
    return tasks.map(({ spec }, i) => {
      const file = path.join(dir, `out-${i}`);
      const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
      if (!text.trim()) {
        const error = fs.existsSync(`${file}.err`) ? fs.readFileSync(`${file}.err`, 'utf8') : '';
        throw new LabError(`asking (exit ${done.code})`, ['probe.py', 'probe'], done.stderr + error);
      }
      const byId = new Map((JSON.parse(text) as ProbeResult[]).map((result) => [result.id, result]));
      return spec.map(({ id }) => byId.get(id) ?? { id, outcome: 'error', ms: 0, detail: 'no answer of the prober' });
    });
  }

  /** A container that ended in between has left its number to somebody: then the answers would be of the wrong place. */
  private checkPlaces(tasks: readonly Task<Listener>[], pids: readonly number[]): void {
    const now = this.pids(tasks.flatMap(({ where }) => ('container' in where ? [where.container] : [])));
    tasks.forEach(({ where }, i) => {
      if (!('container' in where)) return;
      const [listener, container] = [pids[i], now.get(where.container)].map((pid) => fs.readlinkSync(`/proc/${pid}/ns/net`));
      if (listener !== container) throw new Error(`the listener of ${where.container} is in ${listener}, the container in ${container}`);
    });
  }

  /** Ends the listeners: a port that the host holds could not be published by the next program. */
  stop(): void {
    for (const { pid, began } of this.listening) {
      if (began !== undefined && startTime(pid) === began) process.kill(pid, 'SIGKILL');
    }
    this.listening = [];
  }

  private write<T>(what: string, tasks: readonly Task<T>[]): string {
    const dir = path.join(this.lab.runDir, `${what}-many-${this.count++}`);
    fs.mkdirSync(dir);
    const pids = this.pids(tasks.flatMap(({ where }) => ('container' in where ? [where.container] : [])));
    const lines = tasks.map(({ where, spec }, i) => {
      const file = path.join(dir, `spec-${i}.json`);
      fs.writeFileSync(file, JSON.stringify(spec));
      return `${this.namespace(where, pids)} ${file} ${path.join(dir, `out-${i}`)}\n`;
    });
    fs.writeFileSync(path.join(dir, 'tasks'), lines.join(''));
    return dir;
  }

  /** Asked anew each time: between two programs a number goes to another process. */
  private pids(names: readonly string[]): ReadonlyMap<string, number> {
    if (names.length === 0) return new Map();
    const lines = this.lab.docker('inspect', '--format', '{{.Name}} {{.State.Pid}}', ...names).split('\n');
    return new Map(lines.map((line) => [line.split(' ')[0].slice(1), Number(line.split(' ')[1])]));
  }

  private namespace(where: Where, pids: ReadonlyMap<string, number>): string {
    if ('container' in where) {
      const pid = pids.get(where.container) ?? 0;
      if (!(pid > 0)) throw new Error(`container ${where.container} is not running`);
      return `/proc/${pid}/ns/net`;
    }
    return netnsFile(this.lab.id, 'ns' in where ? where.ns : 'host');
  }
}
