// Debian's programs without the rest of Debian: the lab's busybox, and of some packages their files and the libraries that their programs load. The engines of
// the lab copy an image for each container, so a tree of hundreds of MiB is too much for a stack of fifteen.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDir, once } from '../lab/cache';
import { debootstrap } from '../lab/debian';
import { must, run } from '../lab/exec';
import { imageTar } from '../lab/image';

/** What there is, and the packages of each. */
const PARTS = {
  postgres: ['postgresql-15', 'postgresql-client-15', 'tzdata'],
  mariadb: ['mariadb-server-core', 'mariadb-client-core', 'mariadb-common', 'tzdata'],
  redis: ['redis-server', 'redis-tools'],
  memcached: ['memcached'],
  nginx: ['nginx', 'nginx-common', 'curl'],
  prometheus: ['prometheus'],
  alertmanager: ['prometheus-alertmanager'],
  pushgateway: ['prometheus-pushgateway'],
  'node-exporter': ['prometheus-node-exporter'],
  unbound: ['unbound', 'openssl'],
  dnsmasq: ['dnsmasq-base'],
  wireguard: ['wireguard-go', 'wireguard-tools', 'iproute2', 'iptables'],
} as const;

export type Part = keyof typeof PARTS;
const ALWAYS = ['libc6', 'libc-bin'];
/** Raised when the recipe changes. */
const RECIPE = 1;

const SOURCES = ['postgresql', 'mariadb-server-core', 'mariadb-client-core', 'redis-server', 'nginx-light', 'curl', 'prometheus', 'prometheus-alertmanager', 'prometheus-pushgateway', 'prometheus-node-exporter', 'memcached', 'unbound', 'dnsmasq-base', 'tzdata', 'wireguard-go', 'wireguard-tools', 'iproute2', 'iptables']; // prettier-ignore

const treeOf = () => path.join(cacheDir(), `tree-services-bookworm-${RECIPE}`);
const dirOf = (part: Part) => path.join(cacheDir(), `image-slim-${part}-bookworm-${RECIPE}`);

/** The tar of a part; made before by `needPart`. */
export const partTar = (part: Part): string => path.join(dirOf(part), 'rootfs.tar');

// PostgreSQL compiles queries with LLVM, a hundred MiB, where it finds it.
const USELESS = /^\/usr\/share\/(doc|man|locale|lintian|info|bash-completion|bug)\/|\/(gconv|bitcode)\/|\/llvmjit/;
/** Debian's root has links in these places. */
const merged = (file: string) => file.replace(/^\/(bin|sbin|lib|lib64)(\/|$)/, '/usr/$1$2');

function filesOf(tree: string, name: string): string[] {
  const info = path.join(tree, 'var/lib/dpkg/info');
  const list = ['', ':amd64', ':arm64'].map((arch) => path.join(info, `${name}${arch}.list`)).find((file) => fs.existsSync(file));
  if (list === undefined) throw new Error(`no package ${name} in ${tree}`);
  const files = fs.readFileSync(list, 'utf8').split('\n').filter(Boolean).map(merged);
  return files.filter((file) => !USELESS.test(file) && fs.existsSync(path.dirname(path.join(tree, file))));
}

/** Libraries that the programs among the files load, with what the links lead to. */
function librariesOf(tree: string, files: readonly string[]): string[] {
  const isProgram = (file: string) => {
    const stat = fs.lstatSync(path.join(tree, file), { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size < 4) return false;
    const start = Buffer.alloc(4);
    const opened = fs.openSync(path.join(tree, file), 'r');
    fs.readSync(opened, start, 0, 4, 0);
    fs.closeSync(opened);
    return start.toString('latin1') === '\x7fELF';
  };
  const said = run(['chroot', tree, 'ldd', ...files.filter(isProgram)]).stdout;
  const found = [...said.matchAll(/(\/\S+\.so\S*) \(0x/g)].map(([, file]) => merged(file));
  return [...new Set(found)].flatMap((file) => [file, merged(must('following a link', ['chroot', tree, 'readlink', '-f', file]).trim())]);
}

async function make(part: Part): Promise<void> {
  await debootstrap(treeOf(), 'bookworm', SOURCES);
  const tree = treeOf();
  await once(dirOf(part), async (temporary) => {
    const root = path.join(temporary, 'root');
    const packed = [...ALWAYS, ...PARTS[part]].flatMap((name) => filesOf(tree, name));
    const files = [...new Set([...packed, ...librariesOf(tree, packed)])].filter((file) => !fs.lstatSync(path.join(tree, file), { throwIfNoEntry: false })?.isDirectory() && fs.lstatSync(path.join(tree, file), { throwIfNoEntry: false }) !== undefined); // prettier-ignore
    fs.mkdirSync(root);
    must('unpacking busybox', ['tar', '-C', root, '-xf', imageTar()]);
    for (const name of ['lib', 'lib64']) fs.symlinkSync(`usr/${name}`, path.join(root, name));
    const list = path.join(temporary, 'list');
    fs.writeFileSync(list, files.map((file) => `.${file}\n`).join(''));
    must('copying the files', ['sh', '-c', 'tar -C "$1" -cf - -T "$2" | tar -C "$3" -xf -', 'sh', tree, list, root], { timeout: 300_000 });
    must('packing the image', ['tar', '-C', root, '--sort=name', '--numeric-owner', '-cf', path.join(temporary, 'rootfs.tar'), '.']);
    fs.rmSync(root, { recursive: true });
    fs.rmSync(list);
  });
}

/** Scenarios are synchronous and debootstrap is not: it is run by this file as a program. */
export function needPart(part: Part): string {
  if (!fs.existsSync(partTar(part))) {
    must(`making the image of ${part}`, [process.execPath, ...process.execArgv, __filename, part], { timeout: 900_000 });
  }
  return partTar(part);
}

if (require.main === module) {
  make(process.argv[2] as Part).catch((error: Error) => {
    console.error(error.stack);
    process.exit(1);
  });
}
