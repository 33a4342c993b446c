// Ulimits of programs on a machine that permits less: without CAP_SYS_RESOURCE nobody raises a hard limit, and a container that asks for it does not start.
import * as fs from 'node:fs';
import type { Checks } from './checks';
import { LIMITS } from './combinations-oracle';
import type { Lab } from '../lab/lab';

const SYS_RESOURCE = 1n << 24n;

interface Ulimit {
  readonly name: string;
  soft: number;
  hard: number;
}

export interface Lowered {
  readonly container: string;
  readonly name: string;
  readonly wanted: number;
  readonly permitted: number;
}

const valueOf = (word: string) => (word === 'unlimited' ? -1 : Number(word));

function limitIn(limits: string, name: string): { readonly soft: number; readonly hard: number } {
  const line = limits.split('\n').find((each) => each.startsWith(LIMITS[name]))!;
  const [soft, hard] = line.slice(LIMITS[name].length).trim().split(/\s+/).map(valueOf);
  return { soft, hard };
}

/** Without a value, everything is permitted. */
function permitted(lab: Lab, name: string): number | undefined {
  const { stdout } = lab.host(['cat', '/proc/self/status', '/proc/self/limits']);
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(stdout)![1]}`);
  const { hard } = limitIn(stdout, name);
  return (capabilities & SYS_RESOURCE) !== 0n || hard === -1 ? undefined : hard;
}

type Resources = Readonly<Record<string, { readonly name: string; readonly ulimit?: Ulimit[] }>>;
const containersIn = (file: string) => JSON.parse(fs.readFileSync(file, 'utf8')) as { resource: { docker_container?: Resources } };

/** Lowers what this machine does not permit in a synthesized program, and names it. */
export function lowerUlimits(lab: Lab, file: string): Lowered[] {
  const program = containersIn(file);
  const lowered: Lowered[] = [];
  for (const { name: container, ulimit = [] } of Object.values(program.resource.docker_container ?? {})) {
    for (const limit of ulimit) {
      const most = permitted(lab, limit.name);
      if (most === undefined || (limit.hard !== -1 && limit.hard <= most)) continue;
      lowered.push({ container, name: limit.name, wanted: limit.hard, permitted: most });
      limit.hard = most;
      if (limit.soft === -1 || limit.soft > most) limit.soft = most;
    }
  }
  if (lowered.length > 0) fs.writeFileSync(file, JSON.stringify(program, undefined, 2));
  return lowered;
}

export function tellLowered(checks: Checks, what: string, lowered: readonly Lowered[]): void {
  for (const { container, name, wanted, permitted: most } of lowered) {
    checks.skip(`${what}: ${container} with a hard limit of ${wanted} for ${name}`, `this machine permits ${most} and lacks CAP_SYS_RESOURCE; the container ran with ${most}`); // prettier-ignore
  }
}

/** Each container has the ulimits of its program. */
export function ulimitsHold(checks: Checks, lab: Lab, file: string, what: string, names: readonly string[]): void {
  const wrong: string[] = [];
  let count = 0;
  for (const { name: container, ulimit = [] } of Object.values(containersIn(file).resource.docker_container ?? {})) {
    if (!names.includes(container)) continue;
    const pid = lab.docker('inspect', '--format', '{{.State.Pid}}', container).trim();
    const limits = lab.mustHost(`reading the limits of ${container}`, ['cat', `/proc/${pid}/limits`]);
    for (const { name, soft, hard } of ulimit) {
      const found = limitIn(limits, name);
      count++;
      if (found.soft !== soft || found.hard !== hard) wrong.push(`${container} ${name}: ${found.soft}:${found.hard}, not ${soft}:${hard}`);
    }
  }
  checks.shown(`${what}: the ${count} ulimits of the program hold`, wrong.length === 0, wrong.join('\n'));
}
