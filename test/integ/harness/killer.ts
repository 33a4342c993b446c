// kill -9 before each command that a program of the host runs, one run for each: a shim before the commands counts down to the one whose turn it is.
import type { Lab } from '../lab/lab';

const TOOLS =
  'id mkdir stat flock mount rm head wc cat cmp sync mv chmod chown tail grep awk sed docker systemd-creds sort tr find rmdir sha256sum cut';

/** Stands before a command of the host, and kills the program that calls it when its turn has come. Others call it, too: the watch, for one. */
const KILLER = `#!/bin/sh
if [ -z "$KILLING" ]; then PATH=/usr/bin:/bin:/usr/sbin:/sbin exec "\${0##*/}" "$@"; fi
# Both ends of a pipe come here at once.
exec 8>>/lab/kill/lock
PATH=/usr/bin:/bin:/usr/sbin:/sbin flock 8
read -r left </lab/kill/left
left=$((left - 1))
echo $left >/lab/kill/left
exec 8>&-
PATH=/usr/bin:/bin:/usr/sbin:/sbin
if [ $left = 0 ]; then kill -9 "$(cat /lab/kill/pid)" $$; fi
exec "\${0##*/}" "$@"
`;

/** More than any program runs; who comes so far is in a loop. */
const MOST = 1000;

/**
 * Runs the program until it comes to its end, once more each time. `before` makes the state that it starts from, `after` looks at what a kill left.
 * Returns how many times it was killed.
 */
export function killEverywhere(lab: Lab, argv: readonly string[], before: (step: number) => string, after: (step: number) => void): number {
  lab.writeFile('/lab/kill/killer', KILLER, '755');
  const there = `mkdir -p /usr/local/sbin; for tool in ${TOOLS}; do ! command -v $tool >/dev/null || ln -s /lab/kill/killer /usr/local/sbin/$tool; done`;
  for (let step = 1; step < MOST; step++) {
    lab.writeFile('/lab/kill/input', before(step));
    lab.writeFile('/lab/kill/left', `${step}\n`);
    lab.mustHost('tools that kill', ['sh', '-c', there]);
    const { code } = lab.host(['sh', '-c', 'echo $$ >/lab/kill/pid; KILLING=yes exec "$@" </lab/kill/input', 'sh', ...argv]);
    lab.mustHost('tools that do not', ['sh', '-c', `cd /usr/local/sbin && for tool in ${TOOLS}; do [ ! -L $tool ] || rm $tool; done`]);
    after(step);
    if (code === 0) return step - 1;
  }
  throw new Error(`${argv.join(' ')} runs more than ${MOST} commands`);
}
