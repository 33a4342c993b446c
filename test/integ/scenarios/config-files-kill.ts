// kill -9 before each command that `bulkhead-config apply` runs after an install changed a text: a container reads the old text or the new one, never a part,
// the next run brings the new one, and the container is told of it.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BODIES, inside, read, SCRIPT, type Stage } from './config-files-stage';
import { CONFIG_FOLDER } from '../../../src/hardening/private/host-paths';
import { killEverywhere } from '../harness/killer';
import { until } from '../lab/exec';

const FILE = '/etc/app/told.conf';
const PLAN = '/etc/bulkhead/config-plan';

/** What an install writes of a text, without running it: the digest in the plan, and the text. */
function brought({ lab }: Stage, text: string): void {
  lab.writeFile('/lab/kill/text', text);
  const edit = `sum=$(sha256sum </lab/kill/text | cut -d ' ' -f 1) && awk -v sum=$sum '$1 == "app-told" && $7 == "${FILE}" { $5 = sum } { print }' ${PLAN} >/lab/kill/plan && cat /lab/kill/plan >${PLAN} && cat /lab/kill/text >${BODIES}/app-told${FILE}`;
  lab.mustHost('bringing a text', ['sh', '-c', edit]);
}

export function killed(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const signals = () => Number(inside(lab, 'told', 'sh', '-c', 'wc -l </tmp/told').stdout);
  const wrong: string[] = [];
  const seen = { old: 0, new: 0 };
  let told = 0;
  const before = (step: number) => {
    brought(stage, `old ${step}\n`);
    lab.mustHost('the text before', [SCRIPT, 'apply']);
    told = signals();
    brought(stage, `new ${step}\n`);
    return '';
  };
  const after = (step: number) => {
    const [old, fresh] = [`old ${step}\n`, `new ${step}\n`];
    const atOnce = read(lab, 'told', FILE);
    if (![old, fresh].includes(atOnce)) wrong.push(`${step}: ${atOnce}`);
    seen[atOnce === fresh ? 'new' : 'old']++;
    const again = lab.host([SCRIPT, 'apply']);
    const then = read(lab, 'told', FILE);
    if (again.code !== 0 || then !== fresh) wrong.push(`${step}, then: ${then}${again.stderr}`);
    if (!until(() => signals() > told, 3_000)) wrong.push(`${step}: the container was not told`);
    const left = lab.host(['sh', '-c', `ls -A ${CONFIG_FOLDER} ${CONFIG_FOLDER}/.changed`]).stdout;
    if (/^\.new$|^app-told$[^]*^app-told$/m.test(left)) wrong.push(`${step}: ${left}`);
  };
  const kills = killEverywhere(lab, [SCRIPT, 'apply'], before, after);
  checks.shown(`kill -9 before each of ${kills} commands of bulkhead-config: ${seen.old} times the old text, ${seen.new} times the new one, and the next run brings the new one`, wrong.length === 0 && seen.old > 5 && seen.new > 2, wrong.join('\n')); // prettier-ignore
  const own = path.join(deployment.hostFiles, 'host', BODIES, `app-told${FILE}`);
  brought(stage, fs.readFileSync(own, 'utf8'));
  lab.mustHost('the text of the program', [SCRIPT, 'apply']);
}
