import { gzip } from 'pako';
import { PATHS } from './constants';
import type { HostFile, HostInput } from './host-input';
import { renderHostFiles } from './render-host-files';

/** What the firewall script calls beside the commands of the guard; named with the engine so that one transaction of apt brings all of it. */
const TOOL_PACKAGES = ['conntrack', 'iproute2', 'kmod', 'nftables'];

/**
 * One cloud-config document for a new host.
 *
 * All files are in one archive, packed together: packed one by one they would take a fifth more, and 16 KiB are not much. cloud-init unpacks it at
 * its start, before it installs packages, so daemon.json, rules and the drop-in exist when the package first starts dockerd. The last step makes
 * everything permanent and starts the engine; it runs last because only the last exit code of `runcmd` counts.
 */
export function renderUserData(input: HostInput): string {
  const unpack = `echo ${zipped(archive(renderHostFiles(input)))}|base64 -d|tar xzmC /`;
  return cloudConfig(input, { bootcmd: [['cloud-init-per', 'instance', 'bulkhead', 'sh', '-c', unpack]] });
}

/**
 * The same, compressed as a whole, in base64 (for `user_data_base64` and similar arguments): about three quarters of the size, for clouds that count
 * what base64 contains. cloud-init unpacks it.
 */
export function renderUserDataGzip(input: HostInput): string {
  // No owner: root:root is cloud-init's default. The mode is quoted: as a number, 600 would become 01130.
  const files = renderHostFiles(input).map(({ path, mode, content }) => ({ path, permissions: mode, ...bodyOf(content) }));
  return zipped(Buffer.from(cloudConfig(input, { write_files: files }), 'utf8'));
}

/** YAML treats some characters as line ends and refuses others, also in JSON. */
function bodyOf(content: string): { readonly content: string; readonly encoding?: string } {
  if (/^[\t\n -~]*$/.test(content)) return { content };
  return { encoding: 'b64', content: Buffer.from(content, 'utf8').toString('base64') };
}

function cloudConfig(input: HostInput, files: object): string {
  const all = [...TOOL_PACKAGES, ...Object.keys(input.guard.tools), ...(input.auditRules ? ['auditd'] : []), ...input.installPackages];
  const packages = [...new Set(all)].sort();
  const document = {
    // Keeps Bulkhead's lists when its part comes after another one. A part after it needs the same line.
    merge_how: 'list(append)+dict(recurse_list,no_replace)+str()',
    ...files,
    ...(input.installPackages.length > 0 ? { package_update: true, packages } : {}),
    runcmd: [[PATHS.script, 'setup', '--start-docker']],
  };
  return `#cloud-config\n${JSON.stringify(document)}\n`;
}

/** Bytes that count against the limit of a cloud (16 KiB on AWS, before its own base64). */
export function userDataSize(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The format has 100 bytes for the name, and for a longer one 155 more in front of one of its slashes. */
function ustarName(path: string): { readonly name: string; readonly prefix: string } {
  if (path.length <= 100) return { name: path, prefix: '' };
  const at = path.lastIndexOf('/', 155);
  const name = path.slice(at + 1);
  if (at <= 0 || name.length > 100) throw new Error(`the path '${path}' is too long for an archive`);
  return { name, prefix: path.slice(0, at) };
}

/** A ustar archive: a header and the text of each file, in blocks of 512 bytes, and two empty blocks. Root owns everything. */
function archive(files: readonly HostFile[]): Buffer {
  const blocks = files.flatMap(({ path, mode, content }) => {
    const body = Buffer.from(content, 'utf8');
    const header = Buffer.alloc(512);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
    const put = (text: string, offset: number) => header.write(text, offset, 'latin1');
    const { name, prefix } = ustarName(path.slice(1));
    put(name, 0);
    put(prefix, 345);
    put(octal(parseInt(mode, 8), 7), 100);
    put(octal(0, 7) + octal(0, 7), 108);
    put(octal(body.length, 11) + octal(0, 11), 124);
    put(`${' '.repeat(8)}0`, 148);
    put('ustar\x0000', 257);
    put(
      octal(
        header.reduce((sum, byte) => sum + byte),
        6,
      ),
      148,
    );
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/**
 * The same bytes everywhere. Node's zlib compresses differently from one version and processor to the next, and user data that changes with the
 * machine that runs the synth would replace the host.
 */
export function zipped(bytes: Buffer): string {
  return Buffer.from(gzip(bytes, { level: 9, memLevel: 6 })).toString('base64');
}
