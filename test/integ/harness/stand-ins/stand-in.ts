// Stand-ins for public images, which cannot be pulled here: each has the name, the user, the volumes, the ports and the health check that the public image
// names, Debian's real program where there is one, and an entry point that does what the public one does to files and users. Nothing of theirs is copied.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { must } from '../../lab/exec';
import { imageTar } from '../../lab/image';
import type { Lab } from '../../lab/lab';
import { markedCopy } from '../file-marks';
import { needPart, type Part, partTar } from '../slim-images';

export interface StandIn {
  /** Names that programs give the public image. */
  readonly names: readonly string[];
  /** Debian's program that it has; without one it is a shell. */
  readonly part?: Part;
  /** Users beside root, by number, `UID` or `UID:GID`; the name is `uUID`. */
  readonly users?: readonly string[];
  /** Folders that its Dockerfile makes: path, owner, mode. */
  readonly folders?: readonly (readonly [path: string, owner: string, mode?: string])[];
  /** As in a Dockerfile: USER, VOLUME, EXPOSE, ENV, HEALTHCHECK, WORKDIR, STOPSIGNAL. */
  readonly says?: readonly string[];
  /** Programs of the image beside the entry point: path and lines of a shell. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Copies of busybox whose file is marked with NET_BIND_SERVICE, as an effective capability: a container that cannot have it does not execute them. */
  readonly marked?: readonly string[];
  /** Lines of a shell, with the functions of HELPERS. */
  readonly entry: string;
  readonly command?: readonly string[];
}

/** What entry points do, in the words of a shell. */
const HELPERS = `
say() { echo "stand-in: $*"; }
fail() { echo "stand-in: $*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }
# owned UID:GID FOLDER…: as root before the drop, with all that is below.
owned() { owner=$1; shift; for d; do mkdir -p "$d" && chown -R "$owner" "$d" || fail "chown of $d"; done; }
# again UID WORD…: this entry point, as another user.
again() { uid=$1; shift; exec su "u$uid" -s /bin/sh /entry.sh "$@"; }
# writes FOLDER…: a file in each, which must last or not.
writes() { for d; do mkdir -p "$d" && echo "$(id -u)" >"$d/.stand-in" || fail "no writing in $d"; done; }
# secret VARIABLE…: the file that each names can be read.
secret() { for v; do eval "f=\\$$v"; f=\${f#file://}; [ -n "$f" ] && [ -r "$f" ] && [ -s "$f" ] || fail "$v: no secret in '$f'"; done; }
# waits HOST PORT: until a connection is accepted.
waits() {
  n=0
  until timeout 5 nc -w 2 "$1" "$2" </dev/null >/dev/null 2>&1; [ $? = 0 ] || [ $? = 143 ]; do
    n=$((n + 1)); [ $n -lt 150 ] || fail "$1:$2 does not answer"
    sleep 1
  done
  say "reached $1:$2"
}
# waits_url URL: the same, of scheme://host:port/…
waits_url() { rest=\${1#*://}; rest=\${rest%%/*}; waits "\${rest%:*}" "\${rest#*:}"; }
# listens PORT…: TCP; answers each request with 200.
listens() { for p; do nc -ll -p "$p" -e /usr/bin/answer & done; }
# stays: until the end.
stays() { trap 'exit 0' TERM INT QUIT; while :; do sleep 3600 & wait $!; done; }
`;

const ANSWER = `read -t 2 -r line; printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: 3\\r\\n\\r\\nok\\n'`;
/** With the last word as the address, as health checks use it. */
const CURL = `for w; do :; done; exec timeout 3 wget -q -O - "$w"`;

/** The option that tells whether somebody listens, which this busybox lacks; its shell has an `nc` of its own, so that checks name the file. */
const NC = `[ "$1" = -z ] || exec /bin/nc "$@"; timeout 3 /bin/nc -w 2 "$2" "$3" </dev/null >/dev/null 2>&1; [ $? = 0 ] || [ $? = 143 ]`;

function write(root: string, file: string, text: string, mode: number): void {
  const target = path.join(root, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, text);
  fs.chmodSync(target, mode);
}

/** The files beside those of the program. */
function layerOf({ users = [], folders = [], programs = {}, marked = [], entry }: StandIn, root: string): void {
  // As in Debian and Alpine.
  if (!fs.existsSync(path.join(root, 'var/run'))) fs.symlinkSync('/run', path.join(root, 'var/run'));
  write(root, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n', 0o644);
  write(root, 'helpers.sh', HELPERS, 0o644);
  write(root, 'entry.sh', `#!/bin/sh\n. /helpers.sh\n${entry}`, 0o755);
  write(root, 'usr/bin/answer', `#!/bin/sh\n${ANSWER}\n`, 0o755);
  const all = { 'usr/bin/nc': NC, ...programs };
  for (const [file, text] of Object.entries(all)) write(root, file, `#!/bin/sh\n. /helpers.sh\n${text}\n`, 0o755);
  for (const file of marked) markedCopy(path.join(root, 'bin/busybox'), path.join(root, file));
  const numbers = users.map((user) => [user.split(':')[0], user.split(':').at(-1)!]);
  const passwd = numbers.map(([uid, gid]) => `u${uid}:x:${uid}:${gid}::/:/bin/sh\n`);
  write(root, 'etc/passwd', `root:x:0:0:root:/root:/bin/sh\n${passwd.join('')}nobody:x:65534:65534::/:/bin/false\n`, 0o644);
  write(root, 'etc/group', `root:x:0:\n${numbers.map(([, gid]) => `g${gid}:x:${gid}:\n`).join('')}`, 0o644);
  for (const [folder, owner, mode = '755'] of folders) {
    const target = path.join(root, folder);
    fs.mkdirSync(target, { recursive: true });
    const [uid, gid] = owner.split(':').map(Number);
    fs.chownSync(target, uid, gid);
    fs.chmodSync(target, Number.parseInt(mode, 8));
  }
}

/** Makes a stand-in on the engine of a lab, under all of its names. */
export function importStandIn(lab: Lab, standIn: StandIn, index: number): void {
  const root = path.join(lab.runDir, `stand-in-${index}`);
  const name = `.stand-in-${index}.tar`;
  fs.mkdirSync(root);
  must('unpacking an image', ['tar', '-C', root, '-xf', standIn.part === undefined ? imageTar() : partTar(standIn.part)]);
  layerOf(standIn, root);
  if (!fs.existsSync(path.join(root, 'usr/bin/curl'))) write(root, 'usr/bin/curl', `#!/bin/sh\n${CURL}\n`, 0o755);
  const tar = path.join(lab.labDir, name);
  must('packing a stand-in', ['tar', '--xattrs', '--xattrs-include=security.*', '-C', root, '--numeric-owner', '-cf', tar, '.']);
  const says = [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin',
    'ENTRYPOINT ["/entry.sh"]',
    `CMD ${JSON.stringify(standIn.command ?? [])}`,
    ...(standIn.says ?? []),
  ];
  const [first, ...others] = standIn.names;
  lab.mustHost(`importing ${first}`, ['docker', 'import', ...says.flatMap((line) => ['--change', line]), `/lab/${name}`, first], { timeout: 120_000 }); // prettier-ignore
  for (const other of others) lab.docker('tag', first, other);
  fs.rmSync(tar);
  fs.rmSync(root, { recursive: true });
}

/** Fetches what the stand-ins are made of. */
export function prepareStandIns(standIns: readonly StandIn[]): void {
  for (const { part } of standIns) if (part !== undefined) needPart(part);
}
