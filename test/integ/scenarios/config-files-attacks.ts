// Who tries to change config files, from the inside and on the host, and what verify.sh finds.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BODIES, inside, read, SCRIPT, type Stage } from './config-files-stage';
import { CONFIG_FOLDER } from '../../../src/hardening/private/host-paths';
import type { Deployment } from '../harness/deployment';
import type { Lab } from '../lab/lab';

/** From the inside, and by a local user of the host. */
export function attacked({ lab, checks }: Stage): void {
  for (const [name, file] of [
    ['replaced', '/etc/app/own.conf'],
    ['told', '/etc/app/told.conf'],
    ['quiet', '/config/quiet.conf'],
  ]) {
    const folder = path.dirname(file);
    const tries = [
      `echo x >${file}`,
      `rm -f ${file}`,
      `mv ${file} ${file}.old`,
      `chmod 666 ${file}`,
      `chown 10001 ${file}`,
      `ln -s /etc/passwd ${folder}/new`,
      `echo x >${folder}/new`,
      `mv ${folder} /tmp/away`,
      `mount -o remount,rw ${file}`,
      `umount ${file}`,
    ];
    for (const attempt of tries) {
      const { code, stdout } = inside(lab, name, 'sh', '-c', attempt);
      checks.check(`${name} cannot: ${attempt}`, code !== 0, stdout);
    }
  }
  const quiet = `${CONFIG_FOLDER}/app-quiet`;
  const user = (command: string) => lab.host(['setpriv', '--reuid=10001', '--regid=10001', '--clear-groups', 'sh', '-c', command]);
  for (const attempt of [
    `ls ${CONFIG_FOLDER}`,
    `ls ${quiet}`,
    `cat ${CONFIG_FOLDER}/app-replaced/*`,
    `rm -rf ${quiet}`,
    `ln -s /etc/shadow ${CONFIG_FOLDER}/x`,
    `mv ${CONFIG_FOLDER} /tmp/away`,
    `ls ${BODIES}/app-quiet/config && cat ${BODIES}/app-quiet/config/quiet.conf`,
    `echo x >/etc/bulkhead/config-plan`,
  ]) {
    const { code, stdout } = user(attempt);
    checks.check(`a user of the host cannot: ${attempt}`, code !== 0, stdout);
  }
  // Root alone can plant a link; what it leads to stays as it is.
  const file = lab.mustHost('looking for the file', ['sh', '-c', `ls -d ${quiet}/*/quiet.conf`]).trim();
  const victim = '/srv/victim';
  const plants = [
    ['a link in the place of a file', `rm ${file}; ln -s ${victim} ${file}`],
    [
      'a link in the place of a folder',
      `rm -rf ${path.dirname(file)}; mkdir -p /srv/other; cp -p ${victim} /srv/other/quiet.conf; ln -s /srv/other ${path.dirname(file)}`,
    ],
    ['a folder in the place of a file', `rm -rf ${file}; mkdir -p ${file}/x`],
    ['a folder in the place of the new file', `mkdir -p ${CONFIG_FOLDER}/.new/x; rm ${file}`],
    ['a link in the place of the new file', `ln -sfT ${victim} ${CONFIG_FOLDER}/.new; rm ${file}`],
  ];
  lab.mustHost('a file of the host', ['sh', '-c', `echo kept >${victim}; chmod 0600 ${victim}`]);
  for (const [what, plant] of plants) {
    lab.mustHost(what, ['sh', '-c', plant]);
    const repaired = lab.host([SCRIPT, 'apply']);
    const state = lab.host([
      'sh',
      '-c',
      `[ ! -L ${file} ] && [ ! -L ${path.dirname(file)} ] && cat ${file} && stat -c '%u:%g %a' ${victim} && cat ${victim}`,
    ]).stdout;
    checks.shown(
      `${what} is replaced, and what it leads to stays`,
      repaired.code === 0 && state === 'b\n0:0 600\nkept\n',
      `${state} ${repaired.stderr}`,
    );
  }
  // The folder was made anew, so its container has to start again.
  lab.docker('restart', 'app-quiet');
}

/** Only what verify.sh says of config files, and of what of the host containers see. */
function verifier(lab: Lab, { hostFiles }: Deployment): () => string {
  const script = fs.readFileSync(path.join(hostFiles, 'verify.sh'), 'utf8').replace(/^look (?!5\.6 ).*\n/gm, '');
  lab.writeFile('/lab/verify.sh', script);
  return () => lab.host(['sh', '/lab/verify.sh'], { timeout: 120_000 }).stdout.replace(/^(?!\S+ (config-files|5\.6) ).*\n/gm, '');
}

export function verified({ lab, checks, deployment }: Stage): void {
  const verify = verifier(lab, deployment);
  const first = verify();
  checks.shown('verify.sh: all are as declared', /^PASS config-files /m.test(first) && /^PASS 5\.6 /m.test(first), first);
  const file = lab.mustHost('looking for the file', ['sh', '-c', `ls -d ${CONFIG_FOLDER}/app-replaced/*-app.conf`]).trim();
  const restart = lab.mustHost('looking for the file', ['sh', '-c', `ls -d ${CONFIG_FOLDER}/app-restarted/*-app.conf`]).trim();
  for (const [what, spoil] of [
    ['another content', `echo x >>${file}`],
    ['another owner', `chown 10001 ${file}`],
    ['another mode', `chmod 644 ${file}`],
    ['a file that is not there', `rm ${file}`],
    ['a link', `mv ${file} ${file}.x; ln -s ${file}.x ${file}`],
    ['an open folder', `chmod 755 ${CONFIG_FOLDER}`],
    ['a file that its container does not see', `cp -p ${restart} ${restart}.x; mv ${restart}.x ${restart}`],
  ]) {
    lab.mustHost(what, ['sh', '-c', spoil]);
    const found = verify();
    const check = lab.host(['sh', path.posix.join('/lab', 'install.sh'), '--check']);
    const mended = lab.host([SCRIPT, 'apply']);
    if (what === 'a file that its container does not see') lab.docker('restart', 'app-restarted');
    checks.shown(`verify.sh finds ${what}`, /^FAIL config-files /m.test(found), found);
    if (/content|owner|mode|there|link/.test(what)) {
      checks.check(
        `and install.sh --check finds ${what}`,
        check.code === 1 || /No such file/.test(check.stderr),
        check.stdout + check.stderr,
      );
    }
    const now = verify();
    checks.shown(
      `${what}: apply mends it, and tells the container`,
      mended.code === 0 && /^PASS config-files /m.test(now),
      now + mended.stdout + mended.stderr,
    );
  }
  lab.mustHost('a body that somebody edits', [
    'sh',
    '-c',
    `echo x >>${BODIES}/app-quiet/config/quiet.conf; rm -f ${CONFIG_FOLDER}/app-quiet/*/quiet.conf`,
  ]);
  const edited = lab.host([SCRIPT, 'apply']);
  checks.shown(
    'what somebody edits on the host does not come into a container',
    edited.code === 1 && /quiet\.conf is missing or was changed; run install\.sh again/.test(edited.stderr),
    edited.stderr,
  );
  deployment.install();
  checks.shown('and to install again mends it', read(lab, 'quiet', '/config/quiet.conf') === 'b\n');
}
