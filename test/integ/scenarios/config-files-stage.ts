// What the parts of the scenario `config-files` share.
import { ConfigFile } from '../../../src';
import type { Checks } from '../harness/checks';
import type { Deployment } from '../harness/deployment';
import type { Lab } from '../lab/lab';

export const SCRIPT = '/usr/local/sbin/bulkhead-config';

export const BODIES = '/etc/bulkhead/config';

/** What somebody on the way might take for its own, or change. */
export const ODD: Readonly<Record<string, string>> = {
  marks: 'a ${var.x} $${y} %{ if true }%% #{z} ${TfTok and {{ name }} $(id) `id` \\0101 \\c \\n %s %b',
  quotes: `it's "quoted" 'END_OF_BODY'\nEND_OF_BODY\nEND\n--MIMEBOUNDARY\n`,
  // Terraform brings letters with accents into one form; these are in the other one.
  accents: 'e\u0301 a\u030a \u1112\u1161\u11ab \u00e9 漢字 😀\n',
  'line-ends': '\ufeffone\r\ntwo\rthree\n\n\n',
  controls: Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join('') + '\u007f\u0085\u2028\u202e',
  blanks: '  leading\n\ttab\ntrailing   ',
  dash: '-n',
  empty: '',
  '.hidden': 'x',
  '-rf': '-rf',
};

/** As large as a file can be, of ASCII, since of other signs not as many go through the engine's API. */
export const LARGE = `${'0123456789abcdef${x}'.repeat(25_600)}`.slice(0, 400_000);

export const odd = (folder: string) => Object.entries(ODD).map(([name, text]) => ConfigFile.fromText(`${folder}/${name}`, text));

export interface Stage {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly deployment: Deployment;
}

export const inspect = (lab: Lab, name: string, format: string) => lab.docker('inspect', '--format', format, name).trim();

export const inside = (lab: Lab, name: string, ...argv: string[]) => lab.host(['docker', 'exec', `app-${name}`, ...argv]);

export const read = (lab: Lab, name: string, file: string) => inside(lab, name, 'cat', file).stdout;

export const began = (lab: Lab, name: string) => inspect(lab, `app-${name}`, '{{.Id}} {{.State.StartedAt}}');

export function replansEmpty({ checks, deployment }: Stage, what: string): void {
  const plan = deployment.plan();
  checks.shown(`${what}: the plan is empty`, !plan.changes, plan.text);
}

/** Every byte, compared in base64, since no terminal is to change it. */
export function whole({ lab, checks }: Stage, large: string): void {
  for (const [name, text] of Object.entries({ ...ODD, large: LARGE })) {
    const file = name === 'large' ? large : `/etc/odd/${name}`;
    const { stdout, stderr } = lab.host(['sh', '-c', `docker exec app-odd cat ${file} | base64 -w 0`]);
    checks.shown(
      `the text '${name}' comes byte for byte`,
      stdout === Buffer.from(text, 'utf8').toString('base64'),
      `${stdout.slice(0, 200)} ${stderr}`,
    );
  }
}
