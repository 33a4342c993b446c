// What a container is, seen from its inside by one command of its own, and by the engine.
import { GIVEN, type Combination } from '../../support/combinations';
import type { Lab } from '../lab/lab';

export interface Seen {
  /** What the engine says of it. */
  readonly inspect: any;
  /** What was printed inside, by section. */
  readonly inside: ReadonlyMap<string, string>;
}

/** A container of a combination: its name on the host. */
export interface Container {
  readonly combination: Combination;
  readonly name: string;
}

const SECTIONS: Readonly<Record<string, string>> = {
  status: 'cat /proc/1/status',
  self: 'cat /proc/self/status',
  mounts: 'cat /proc/self/mountinfo',
  limits: 'cat /proc/1/limits',
  environ: 'base64 </proc/1/environ | tr -d "\\n"',
  hostname: 'cat /proc/sys/kernel/hostname',
  cwd: 'readlink /proc/1/cwd',
  hosts: 'cat /etc/hosts',
  resolv: 'cat /etc/resolv.conf',
  memory: 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null',
  swap: 'cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max 2>/dev/null',
  cpu: 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us /sys/fs/cgroup/cpu.max 2>/dev/null',
  words: 'for p in /proc/[0-9]*; do base64 <$p/cmdline | tr -d "\\n"; echo " ${p#/proc/}"; done',
  interfaces: 'ls /sys/class/net',
  given: 'cat "$2"/note 2>&1',
};

/** Prints all sections; what it looks for in one container alone comes as words: sysctls, then the targets of mounts. */
const SCRIPT = [
  ...Object.entries(SECTIONS).map(([name, command]) => `echo "=== ${name}"; ${command}; echo`),
  'echo "=== sysctls"; for key in $1; do echo "$key=$(cat /proc/sys/$(echo $key | tr . /))"; done',
  'shift 2; echo "=== stats"; for at; do stat -c "%u:%g %a %n" "$at"; (: >"$at/.written") 2>/dev/null && rm "$at/.written" && echo "written $at"; done',
  'echo "=== devices"; for at in /dev/kvm /dev/net/tun; do [ -c $at ] || continue; for way in r w; do if [ $way = r ]; then (: <$at); else (: >$at); fi 2>/dev/null && echo "$at $way"; done; done',
  'echo "=== root"; (: >/.written) 2>/dev/null && rm /.written && echo written',
  'echo "=== end"',
].join('\n');

const quoted = (text: string) => `'${text.replace(/'/g, `'\\''`)}'`;

/** Looks at all containers, two at a time. */
export function lookAt(lab: Lab, containers: readonly Container[]): Map<string, Seen> {
  lab.writeFile('/lab/look/inside', SCRIPT);
  const lines = containers.map(({ name, combination: { facts } }) => {
    const mount = facts.mounts.find(({ owner }) => owner === undefined);
    const words = [
      Object.keys(facts.sysctls).join(' '),
      mount?.target ?? GIVEN,
      ...facts.mounts.map(({ target }) => target),
      ...Object.keys(facts.tmpfs),
    ];
    return `timeout 60 docker exec ${name} /bin/busybox sh -c "$(cat /lab/look/inside)" sh ${words.map(quoted).join(' ')} >/lab/look/${name} 2>/lab/look/${name}.err`;
  });
  lab.writeFile('/lab/look/all', `${lines.join('\n')}\n`);
  lab.mustHost('looking inside', ['sh', '-c', "tr '\\n' '\\0' </lab/look/all | xargs -0 -P 3 -I{} sh -c '{} || true'"], {
    timeout: 900_000,
  });
  return new Map(
    containers.map(({ name }): [string, Seen] => {
      const text = lab.host(['sh', '-c', `cat /lab/look/${name}; cat /lab/look/${name}.err >&2`]);
      const parts = text.stdout.split(/^=== (\w+)\n/m);
      const inside = new Map(parts.flatMap((part, index) => (index % 2 === 1 ? [[part, parts[index + 1]] as const] : [])));
      if (!inside.has('end')) inside.set('error', text.stderr);
      return [name, { inspect: {}, inside }];
    }),
  );
}
