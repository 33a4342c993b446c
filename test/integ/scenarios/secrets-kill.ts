// kill -9 before each command that `bulkhead-secret put` runs: the old value or the new one is there, and whoever reads it is told in the end.
import { SECRET_FOLDER, SECRET_STORE } from '../../../src/hardening/private/host-paths';
import type { Checks } from '../harness/checks';
import { until } from '../lab/exec';
import type { Lab } from '../lab/lab';

export const SECRET = '/usr/local/sbin/bulkhead-secret';
/** One that the container app-api alone reads, which notes the signals that it gets. */
export const TOKEN = 'api-token';

export const put = (lab: Lab, name: string, value: string) => lab.host([SECRET, 'put', name], { input: value });

export const signals = (lab: Lab, container: string) =>
  lab.host(['docker', 'exec', container, 'cat', '/tmp/told']).stdout.split('\n').length - 1;

const TOOLS = 'id mkdir stat flock mount rm head wc cat cmp sync mv chmod chown tail grep awk sed docker systemd-creds sort tr';

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
if [ $left = 0 ]; then kill -9 "$(cat /lab/kill/pid)"; exit 1; fi
exec "\${0##*/}" "$@"
`;

export function killed({ lab, checks }: { readonly lab: Lab; readonly checks: Checks }): void {
  lab.writeFile('/lab/kill/killer', KILLER, '755');
  const there = `mkdir -p /usr/local/sbin; for tool in ${TOOLS}; do ! command -v $tool >/dev/null || ln -s /lab/kill/killer /usr/local/sbin/$tool; done`;
  const shown = () => lab.host(['cat', `${SECRET_FOLDER}/app-api/${TOKEN}`]);
  const seen = { old: 0, new: 0, steps: 0, late: 0 };
  const wrong: string[] = [];
  for (let step = 1; step < 500; step++) {
    const [old, fresh] = [`old ${step}\n`, `new ${step}\n`];
    put(lab, TOKEN, old);
    const told = signals(lab, 'app-api');
    lab.writeFile('/lab/kill/value', fresh);
    lab.writeFile('/lab/kill/left', `${step}\n`);
    lab.mustHost('tools that kill', ['sh', '-c', there]);
    const { code } = lab.host(['sh', '-c', `echo $$ >/lab/kill/pid; KILLING=yes exec ${SECRET} put ${TOKEN} </lab/kill/value`]);
    lab.mustHost('tools that do not', ['sh', '-c', `cd /usr/local/sbin && for tool in ${TOOLS}; do [ ! -L $tool ] || rm $tool; done`]);
    const atOnce = shown();
    if (atOnce.code !== 0 || ![old, fresh].includes(atOnce.stdout)) wrong.push(`${step}: ${atOnce.stdout}${atOnce.stderr}`);
    const again = lab.host([SECRET, 'apply']);
    const then = shown().stdout;
    if (again.code !== 0 || ![old, fresh].includes(then)) wrong.push(`${step}, then: ${then}${again.stderr}`);
    if (atOnce.stdout === fresh && then !== fresh) wrong.push(`${step}: back to the old one`);
    if (then === fresh && !until(() => signals(lab, 'app-api') > told, 3_000)) wrong.push(`${step}: nobody was told`);
    if (then === fresh && atOnce.stdout !== fresh) seen.late++;
    const left = lab.host(['sh', '-c', `ls -A ${SECRET_STORE} ${SECRET_FOLDER}`]).stdout;
    if (/\.new|\.work/.test(left)) wrong.push(`${step}: ${left}`);
    seen[then === fresh ? 'new' : 'old']++;
    seen.steps = step;
    if (code === 0) break;
  }
  checks.shown(`kill -9 before each of ${seen.steps - 1} commands of a put: ${seen.old} times the old value, ${seen.new} times the new one, ${seen.late} of them by the next apply`, wrong.length === 0 && seen.old > 5 && seen.new > 2, wrong.join('\n')); // prettier-ignore
}
