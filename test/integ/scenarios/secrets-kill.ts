// kill -9 before each command that `bulkhead-secret put` runs: the old value or the new one is there, and whoever reads it is told in the end.
import { SECRET_FOLDER, SECRET_STORE } from '../../../src/hardening/private/host-paths';
import type { Checks } from '../harness/checks';
import { killEverywhere } from '../harness/killer';
import { until } from '../lab/exec';
import type { Lab } from '../lab/lab';

export const SECRET = '/usr/local/sbin/bulkhead-secret';
/** One that the container app-api alone reads, which notes the signals that it gets. */
export const TOKEN = 'api-token';

export const put = (lab: Lab, name: string, value: string) => lab.host([SECRET, 'put', name], { input: value });

export const signals = (lab: Lab, container: string) =>
  lab.host(['docker', 'exec', container, 'cat', '/tmp/told']).stdout.split('\n').length - 1;

export function killed({ lab, checks }: { readonly lab: Lab; readonly checks: Checks }): void {
  const shown = () => lab.host(['cat', `${SECRET_FOLDER}/app-api/${TOKEN}`]);
  const seen = { old: 0, new: 0, late: 0 };
  const wrong: string[] = [];
  let told = 0;
  const before = (step: number) => {
    put(lab, TOKEN, `old ${step}\n`);
    told = signals(lab, 'app-api');
    return `new ${step}\n`;
  };
  const after = (step: number) => {
    const [old, fresh] = [`old ${step}\n`, `new ${step}\n`];
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
  };
  const kills = killEverywhere(lab, [SECRET, 'put', TOKEN], before, after);
  checks.shown(`kill -9 before each of ${kills} commands of a put: ${seen.old} times the old value, ${seen.new} times the new one, ${seen.late} of them by the next apply`, wrong.length === 0 && seen.old > 5 && seen.new > 2, wrong.join('\n')); // prettier-ignore
}
