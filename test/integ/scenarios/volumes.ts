// Volumes that containers can write: who owns a fresh one, what a later apply leaves alone, what a failure does, and what somebody inside cannot do with
// symbolic links.
import * as path from 'node:path';
import {
  BridgeSegment,
  ContainerImage,
  ContainerUser,
  DataVolume,
  type DataVolumeProps,
  FileOwner,
  HardenedContainer,
  type HardenedContainerProps,
  type HostDirectoryOptions,
  VolumeMount,
} from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, isAtLeast, type Program } from '../harness/deployment';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

interface Mounted {
  readonly volume?: Partial<DataVolumeProps>;
  readonly props?: Partial<HardenedContainerProps>;
  readonly target?: string;
}

/** Containers, each with a volume of its own. */
const program =
  (all: Readonly<Record<string, Mounted>>): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Back', { daemon });
    for (const [id, { volume, props, target = '/store' }] of Object.entries(all)) {
      const data = new DataVolume(stack, `${id}Data`, { daemon, volumeName: id.toLowerCase(), ...volume });
      new HardenedContainer(stack, id, { segment, image, volumes: [VolumeMount.volume(data, target)], ...props });
    }
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program({}));
    deployment.up();
    owners(checks, lab, deployment);
    images(checks, lab, deployment);
    failures(checks, lab, deployment);
    links(checks, lab, deployment);
    verified(checks, lab, deployment);
    directories(checks, lab, deployment);
    deployment.destroy();
    const left = lab.docker('ps', '-aq') + lab.docker('volume', 'ls', '-q');
    checks.shown('destroy leaves no container and no volume', left === '', left);
  });
  withLab(engine, (lab) => {
    const deployment = new UnguardedDeployment(lab, program({ Fresh: {} }), { engineFirewall: firewallOf(engine) });
    deployment.up();
    writes(checks, lab, 'without host files a fresh volume', 'fresh');
    replansEmpty(checks, 'without host files', deployment);
    deployment.destroy();
  });
}

const DB = ContainerUser.of(999, 998);

function owners(checks: Checks, lab: Lab, deployment: Deployment): void {
  const raw = lab.host(['docker', 'run', '--rm', '--network', 'none', '-u', '10001', '-v', 'raw:/store', 'lab:1', 'touch', '/store/file']);
  checks.check('control: what the engine makes by itself, user 10001 cannot write', raw.code !== 0 && /Permission denied/.test(raw.stderr), raw.stderr); // prettier-ignore
  lab.docker('volume', 'rm', 'raw');

  const all = { Fresh: {}, Db: { props: { user: DB }, volume: { mode: '0750' } } };
  deployment.change(program(all));
  writes(checks, lab, 'a fresh volume', 'fresh');
  checks.shown('it belongs to the user of the container', stat(lab, 'fresh') === '10001:10001 755', stat(lab, 'fresh'));
  writes(checks, lab, 'a fresh volume of another user', 'db');
  checks.shown('it has the mode that is asked for', stat(lab, 'db') === '999:998 750', stat(lab, 'db'));
  replansEmpty(checks, 'fresh volumes', deployment);
  const setting = inspect(lab, 'fresh-owner', '{{.HostConfig.NetworkMode}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.State.Status}} {{.State.ExitCode}}'); // prettier-ignore
  checks.shown('what set it had no network, three capabilities and nothing else to write to, and has ended', setting === 'none true [ALL] [CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER] exited 0', setting); // prettier-ignore

  // What is in it belongs to whom it does, and has what it has.
  inside(lab, 'fresh', 'mkdir deep; echo kept >deep/file; chmod 0600 deep/file; chmod 0700 .');
  const dataOf = () => lab.mustHost('looking at the data', ['sh', '-c', `cd ${folder(lab, 'fresh')} && stat -c '%n %u:%g %a %Y' deep deep/file file && cat deep/file`]); // prettier-ignore
  lab.mustHost('a file of somebody else', ['sh', '-c', `cd ${folder(lab, 'fresh')} && touch other && chown 4242:4242 other`]);
  const before = dataOf();
  const owner = inspect(lab, 'fresh-owner', '{{.Id}}');
  deployment.change(program({ ...all, Fresh: { props: { environment: { A: 'b' } } } }));
  checks.shown('an apply that replaces the container leaves owner, mode and data', dataOf() === before && stat(lab, 'fresh') === '10001:10001 700', stat(lab, 'fresh')); // prettier-ignore
  checks.shown('and does not set the owner again', inspect(lab, 'fresh-owner', '{{.Id}}') === owner);

  deployment.change(program({ ...all, Fresh: { props: { user: ContainerUser.of(10002) } } }));
  const other = lab.mustHost('asking for the owner', ['stat', '-c', '%u', `${folder(lab, 'fresh')}/other`]).trim();
  checks.shown('another user of the container gets the volume', stat(lab, 'fresh') === '10002:10002 700', stat(lab, 'fresh'));
  checks.shown('and nothing in it changes', dataOf() === before && other === '4242', dataOf());
  inside(lab, 'fresh', 'touch new');
  replansEmpty(checks, 'another owner', deployment);
  deployment.change(
    program({ ...all, Fresh: { props: { user: ContainerUser.of(10002, 20) }, volume: { owner: FileOwner.of(0, 20), mode: '0770' } } }),
  );
  checks.shown('a group that is given can write', stat(lab, 'fresh') === '0:20 770', stat(lab, 'fresh'));
  inside(lab, 'fresh', 'touch by-group');
  replansEmpty(checks, 'an owner that is given', deployment);
}

/** Folders that the image has at the place of the mount. */
function images(checks: Checks, lab: Lab, deployment: Deployment): void {
  const image = committed(lab, 'seeded', 'mkdir -p /seed /bare /up/closed && echo from-image >/seed/file && chown 4000:4000 /seed /seed/file && chmod 0700 /seed && chown -R 4000 /up && chmod 0700 /up /up/closed && ln -s /seed /linked'); // prettier-ignore
  deployment.change(
    program({
      Seed: { target: '/seed', props: { image } },
      Bare: { target: '/bare', props: { image } },
      Closed: { target: '/up/closed', props: { image, user: ContainerUser.of(4000) } },
      Linked: { target: '/linked', props: { image } },
      Kept: { target: '/seed', props: { image, user: ContainerUser.of(4000) }, volume: { owner: FileOwner.fromImage() } },
      Empty: { target: '/seed', props: { image }, volume: { ownerImage: ContainerImage.fromId(imageId(lab, 'lab:1')) } },
      Root: { target: '/bare', props: { image, user: ContainerUser.root({ reason: 'a stand-in for such an image' }) } },
    }),
  );
  const content = inside(lab, 'seed', 'touch new; cat file 2>&1; stat -c %u file');
  checks.shown('the content of the image is there, with its owner, and the volume belongs to the user', /from-image\n4000$/.test(content) && stat(lab, 'seed') === '10001:10001 700', content); // prettier-ignore
  // Before 26.0 the provider cannot forbid the copy, and the synth warns of that.
  const isOld = !isAtLeast(deployment.daemon, '26.0');
  const bare = stat(lab, 'bare');
  checks.shown(`an empty folder of the image ${isOld ? 'gives' : 'does not give'} the volume back to root`, bare === (isOld ? '0:0 755' : '10001:10001 755'), bare); // prettier-ignore
  writes(checks, lab, 'a volume in a folder of the image that others may not enter', 'closed');
  checks.shown('a target that is a link in the image is the volume, and what it points at stays', stat(lab, 'linked') === '10001:10001 700' && lab.docker('run', '--rm', '--network', 'none', 'seeded:1', 'stat', '-c', '%u', '/seed') === '4000', stat(lab, 'linked')); // prettier-ignore
  checks.shown(
    'with the owner of the image nothing is set',
    stat(lab, 'kept') === '4000:4000 700' && !exists(lab, 'kept-owner'),
    stat(lab, 'kept'),
  );
  checks.shown(`with an image for the owner the volume ${isOld ? 'has what the image has' : 'begins empty'}`, isOld ? stat(lab, 'empty') === '4000:4000 700' : stat(lab, 'empty') === '10001:10001 755' && inside(lab, 'empty', 'ls') === '', stat(lab, 'empty')); // prettier-ignore
  checks.shown('where all are root nothing is set', stat(lab, 'root') === '0:0 755' && !exists(lab, 'root-owner'), stat(lab, 'root'));
  replansEmpty(checks, 'volumes of images', deployment);
}

function failures(checks: Checks, lab: Lab, deployment: Deployment): void {
  const [bare, shellless] = [
    committed(
      lab,
      'bare',
      `rm /bin/sh && printf '#!/bin/busybox ash\\necho chown: not found >&2\\nexit 127\\n' >/bin/sh && chmod 0755 /bin/sh`,
    ),
    committed(lab, 'shellless', 'rm /bin/chown /bin/sh'),
  ];
  const lacking = { Lacking: { props: { image: bare, command: ['/bin/busybox', 'sleep', '100000'] } } };
  deployment.synth(program(lacking));
  const failed = deployment.tryApplyInTurn();
  checks.shown('a volume whose owner cannot be set fails the apply', failed.code !== 0 && /The owner of the volume lacking was not set/.test(failed.stderr) && /docker logs\s+lacking-owner/.test(failed.stderr), failed.stderr); // prettier-ignore
  checks.shown('its container is not created', !exists(lab, 'app-lacking'));
  const why = lab.host(['docker', 'logs', 'lacking-owner']);
  checks.shown('the log that the message names says why', /chown: not found/.test(why.stdout + why.stderr), why.stdout + why.stderr);
  const again = deployment.tryApplyInTurn();
  checks.shown('and so does the apply after it', again.code !== 0 && /The owner of the volume lacking was not set/.test(again.stderr), again.stderr); // prettier-ignore
  deployment.change(program({ Lacking: { ...lacking.Lacking, volume: { ownerImage: ContainerImage.fromId(imageId(lab, 'lab:1')) } } }));
  writes(checks, lab, 'with an image that can, the next apply ends, and the volume', 'lacking');
  replansEmpty(checks, 'a failure that was mended in the program', deployment);

  deployment.synth(program({ Shellless: { props: { image: shellless } } }));
  const shell = deployment.tryApplyInTurn();
  checks.shown('an image without a shell fails the apply, and the engine says it', shell.code !== 0 && /"sh": executable file not found/.test(shell.stderr), shell.stderr); // prettier-ignore
  deployment.change(
    program({
      Shellless: {
        props: { image: shellless, command: ['/bin/busybox', 'sleep', '100000'] },
        volume: { ownerImage: ContainerImage.fromId(imageId(lab, 'lab:1')) },
      },
    }),
  );
  checks.shown('with one that has it the next apply ends', stat(lab, 'shellless') === '10001:10001 755', stat(lab, 'shellless'));

  // A cause outside of the program: the message says what to do, word for word.
  lab.docker('volume', 'create', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=ro', 'outside');
  deployment.synth(program({ Outside: {} }));
  const outside = deployment.tryApplyInTurn();
  checks.shown('a volume that the engine holds read-only fails the apply', outside.code !== 0 && /The owner of the volume outside was not set/.test(outside.stderr), outside.stderr); // prettier-ignore
  lab.docker('rm', 'outside-owner');
  lab.docker('volume', 'rm', 'outside');
  lab.docker('volume', 'create', 'outside');
  deployment.apply();
  writes(checks, lab, 'after what the message says, the volume', 'outside');
  replansEmpty(checks, 'a failure that was mended outside', deployment);
}

/** Somebody in the container plants what the next setting of the owner might follow. */
function links(checks: Checks, lab: Lab, deployment: Deployment): void {
  deployment.change(program({ Evil: {} }));
  inside(lab, 'evil', 'ln -s /etc etc; ln -s /etc/passwd passwd; ln -s / up; ln -s .. above; mkdir sub; ln -s /etc/shadow sub/shadow');
  const victim = '/srv/volumes-victim';
  lab.mustHost('a file of the host', ['sh', '-c', `echo secret >${victim} && chmod 0600 ${victim}`]);
  inside(lab, 'evil', `ln -s ${victim} victim; ln -s ${folder(lab, 'evil')}/../../fresh fresh`);
  const watched = () => lab.mustHost('owners on the host', ['sh', '-c', `stat -c '%n %u:%g %a' / /etc /etc/passwd /etc/shadow ${victim} ${path.dirname(folder(lab, 'evil'))}`]); // prettier-ignore
  const before = watched();
  deployment.change(program({ Evil: { props: { user: ContainerUser.of(10003) }, volume: { mode: '0700' } } }));
  checks.shown('links in the volume lead nowhere: owners and modes on the host stay', watched() === before, `${before}\n${watched()}`);
  const own = lab.mustHost('owners of the links', [
    'sh',
    '-c',
    `cd ${folder(lab, 'evil')} && stat -c '%n %u' * sub/shadow | grep -v ' 10001$' || :`,
  ]);
  checks.shown('and the links themselves stay', own === '' && stat(lab, 'evil') === '10003:10003 700', own);
  replansEmpty(checks, 'links in a volume', deployment);
}

/** The path of a directory on the host, and how it is mounted. */
type Directory = readonly [path: string, options?: HostDirectoryOptions, user?: ContainerUser];

const mounting =
  (all: Readonly<Record<string, Directory>>): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Back', { daemon });
    for (const [id, [directory, options, user]] of Object.entries(all)) {
      new HardenedContainer(stack, id, { segment, image, user, volumes: [VolumeMount.hostDirectory(directory, '/store', options)] });
    }
  };

/** Directories of the host, which its program makes before anything mounts them. */
function directories(checks: Checks, lab: Lab, deployment: Deployment): void {
  const on = (directory: string) => lab.host(['stat', '-c', '%u:%g %a', directory]).stdout.trim();
  const verify = () =>
    lab
      .host(['sh', lab.copyIn(path.join(deployment.hostFiles, 'verify.sh'))], { timeout: 240_000 })
      .stdout.split('\n')
      .find((line) => /directories that containers mount/.test(line)) ?? '';
  const own: Record<string, Directory> = {
    Plain: ['/srv/v/plain'],
    Mode: ['/srv/v/deep/mode', { mode: '0700' }, ContainerUser.of(70, 71)],
  };
  deployment.change(mounting(own));
  const of = (name: string) => lab.host(['docker', 'exec', `app-${name}`, 'sh', '-c', 'echo mine >/store/file && cat /store/file']);
  checks.shown('a directory of the host is made for the user of its container, who writes to it', on('/srv/v/plain') === '10001:10001 750' && of('plain').code === 0, on('/srv/v/plain')); // prettier-ignore
  checks.shown(
    'with another mode and another user',
    on('/srv/v/deep/mode') === '70:71 700' && of('mode').code === 0,
    on('/srv/v/deep/mode'),
  );
  checks.shown('the directories above are for root', on('/srv/v') === '0:0 755' && on('/srv/v/deep') === '0:0 755', on('/srv/v/deep'));
  checks.shown('verify.sh says PASS of them', /^PASS - /.test(verify()), verify());
  replansEmpty(checks, 'directories of the host', deployment);

  lab.mustHost('what a program does', ['sh', '-c', 'chmod 0700 /srv/v/plain && chown 4242 /srv/v/plain/file']);
  deployment.install();
  const kept = `${on('/srv/v/plain')} ${on('/srv/v/plain/file')}`;
  checks.shown('a second run leaves the mode and what is in it', /^10001:10001 700 4242:/.test(kept), kept);
  deployment.change(mounting({ ...own, Plain: ['/srv/v/plain', { mode: '0770' }, ContainerUser.of(10002)] }));
  checks.shown('another user gets it, and nothing in it changes', on('/srv/v/plain') === '10002:10002 770' && /^4242:/.test(on('/srv/v/plain/file')), on('/srv/v/plain')); // prettier-ignore
  replansEmpty(checks, 'another owner of a directory', deployment);

  // An image that starts as root gives its directory to a user of its own.
  const given = { ...own, Given: ['/srv/v/given', {}, ContainerUser.root({ reason: 'a stand-in for such an image' })] as Directory };
  deployment.change(mounting(given));
  const gives = (directory: string) => lab.mustHost('giving it away', ['sh', '-c', `touch ${directory}/file && chown 4242:0 ${directory}`]);
  gives('/srv/v/given');
  deployment.install();
  checks.shown('a directory that was made for root stays with the user that the image gave it to', on('/srv/v/given') === '4242:0 750' && /^PASS - /.test(verify()), on('/srv/v/given') + verify()); // prettier-ignore
  gives('/srv/v/plain');
  const taken = lab.host(['sh', lab.copyIn(path.join(deployment.hostFiles, 'install.sh'))], { timeout: 120_000 });
  checks.shown('control: one that was made for another user is not', taken.code !== 0 && taken.stderr.includes('chown 10001:10001 /srv/v/plain'), taken.stderr); // prettier-ignore
  lab.mustHost('as it was', ['chown', '10001:10001', '/srv/v/plain']);

  // Somebody else's, links, and places where others than root can put something else.
  lab.mustHost('traps', ['sh', '-c', 'mkdir -p /srv/t/theirs /srv/t/alice /srv/t/open /srv/t/empty && echo x >/srv/t/theirs/data && chown 33:33 /srv/t/theirs && chown 1000 /srv/t/alice && chmod 0777 /srv/t/open && ln -s /etc /srv/t/link && ln -s /srv/t/theirs /srv/t/above']); // prettier-ignore
  const traps = ['/srv/t/theirs', '/srv/t/alice/data', '/srv/t/open/data', '/srv/t/link', '/srv/t/above/data'];
  const before = traps.concat('/etc').map(on).join();
  deployment.synth(mounting(Object.fromEntries([...traps, '/srv/t/empty'].map((directory, index) => [`T${index}`, [directory]]))));
  const refused = lab.host(['sh', lab.copyIn(path.join(deployment.hostFiles, 'install.sh'))], { timeout: 120_000 });
  checks.shown('what is not safe is refused, each with its reason', refused.code !== 0 && traps.every((trap) => refused.stderr.includes(`${trap} is not for 10001:10001: `)), refused.stderr); // prettier-ignore
  checks.shown('nothing of it has changed', traps.concat('/etc').map(on).join() === before, before);
  checks.shown(
    'the way out is named for the data of somebody else',
    refused.stderr.includes('chown 10001:10001 /srv/t/theirs'),
    refused.stderr,
  );
  checks.shown('an empty one of root is taken', on('/srv/t/empty') === '10001:10001 750', on('/srv/t/empty'));
  checks.shown('verify.sh says FAIL of them', /^FAIL - .*\/srv\/t\/link is not for/.test(verify()), verify());
  deployment.change(mounting(own));
}

/** A container that has ended is none of those that verify.sh judges. */
function verified(checks: Checks, lab: Lab, deployment: Deployment): void {
  const told = lab.host(['sh', deployment.lab.copyIn(path.join(deployment.hostFiles, 'verify.sh'))], { timeout: 240_000 });
  const lines = told.stdout.split('\n').filter((line) => /-owner/.test(line));
  const users = told.stdout.split('\n').find((line) => / 4\.1 /.test(line)) ?? '';
  checks.shown('verify.sh says nothing of what set the owners', lines.length === 0 && /^PASS 4\.1/.test(users), `${lines.join('\n')}\n${users}\n${told.stderr}`); // prettier-ignore
  checks.shown('the engine restarts, and it stays as it ended', restartedOnce(lab));
}

function restartedOnce(lab: Lab): boolean {
  const at = () => inspect(lab, 'evil-owner', '{{.State.FinishedAt}} {{.State.Running}}');
  const before = at();
  lab.restartEngine();
  return at() === before;
}

const inspect = (lab: Lab, name: string, format: string) => lab.docker('inspect', '--format', format, name).trim();
const folder = (lab: Lab, volume: string) => lab.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume).trim();
const stat = (lab: Lab, volume: string) => lab.mustHost('asking for the owner', ['stat', '-c', '%u:%g %a', folder(lab, volume)]).trim();
const exists = (lab: Lab, name: string) => lab.host(['docker', 'container', 'inspect', name]).code === 0;
const imageId = (lab: Lab, name: string) => lab.docker('image', 'inspect', '--format', '{{.Id}}', name).trim();

/** Runs a shell in the container's volume, as its user. */
function inside(lab: Lab, name: string, command: string): string {
  const target = inspect(lab, `app-${name}`, `{{range .Mounts}}{{if eq .Type "volume"}}{{.Destination}}{{end}}{{end}}`);
  return lab.docker('exec', `app-${name}`, 'sh', '-c', `cd ${target} && { ${command}; }`).trim();
}

function writes(checks: Checks, lab: Lab, what: string, name: string): void {
  const target = inspect(lab, `app-${name}`, `{{range .Mounts}}{{if eq .Type "volume"}}{{.Destination}}{{end}}{{end}}`);
  const { code, stderr } = lab.host([
    'docker',
    'exec',
    `app-${name}`,
    '/bin/busybox',
    'sh',
    '-c',
    `echo mine >${target}/file && cat ${target}/file`,
  ]);
  checks.shown(`${what} is written by the user of its container`, code === 0, stderr);
}

function replansEmpty(checks: Checks, what: string, deployment: Deployment): void {
  const plan = deployment.plan();
  checks.shown(`${what}: the plan is empty`, !plan.changes, plan.text);
}

/** An image of the lab's own, changed by a command. */
function committed(lab: Lab, name: string, command: string): ContainerImage {
  lab.docker('run', '--name', `make-${name}`, '--network', 'none', 'lab:1', '/bin/busybox', 'sh', '-c', command);
  const id = lab.docker('commit', '--change', 'CMD ["/bin/busybox","sleep","100000"]', `make-${name}`, `${name}:1`).trim();
  lab.docker('rm', `make-${name}`);
  return ContainerImage.fromId(id);
}
