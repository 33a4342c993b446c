import { gzip } from 'pako';
import type { HostFile, HostInput } from './host-input';
import { renderHostFiles } from './render-host-files';
import { PATHS } from './scripts/common';
import { FIREWALL_SCRIPT } from './scripts/firewall';

/** What the firewall script calls; named with the engine so that one transaction of apt brings all of it. */
const TOOL_PACKAGES = ['conntrack', 'ipset', 'iproute2', 'iptables', 'kmod'];

/**
 * One cloud-config document for a new host.
 *
 * cloud-init writes the files before it installs packages, so daemon.json, rules and the drop-in are there when the package first starts
 * dockerd. Its last step makes everything permanent and starts the engine; it runs last because only the last exit code of `runcmd` counts.
 */
export function renderUserData(input: HostInput): string {
  return cloudConfig(input, (file) => ({ ...head(file), ...encoded(file.content) }));
}

/**
 * The same, compressed as a whole, in base64 (for `user_data_base64` and its like): about two thirds of the size, for clouds that count
 * what base64 holds. cloud-init unpacks it by itself.
 */
export function renderUserDataGzip(input: HostInput): string {
  const text = cloudConfig(input, (file) => ({ ...head(file), content: file.content }));
  return zipped(Buffer.from(text, 'utf8'));
}

function cloudConfig(input: HostInput, entry: (file: HostFile) => Record<string, string>): string {
  const packages = [...new Set([...TOOL_PACKAGES, ...(input.auditRules ? ['auditd'] : []), ...input.installPackages])].sort();
  const document = {
    // Keeps our lists when our part comes after another one. A part after ours needs the same line.
    merge_how: 'list(append)+dict(recurse_list,no_replace)+str()',
    write_files: renderHostFiles(input).map(entry),
    ...(input.installPackages.length > 0 ? { package_update: true, packages } : {}),
    runcmd: [[PATHS.script, 'setup', '--start-docker']],
  };
  return `#cloud-config\n${JSON.stringify(document)}\n`;
}

/** Bytes that count against the limit of a cloud (16 KiB on AWS, before its own base64). */
export function userDataSize(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** No owner: root:root is cloud-init's default, and 16 KiB are not much. The mode is quoted: as a number, 600 would become 01130. */
function head({ path, mode }: HostFile): Record<string, string> {
  return { path, permissions: mode };
}

let script: Record<string, string> | undefined;

/** The program is most of it and always the same: it is packed once. */
function encoded(content: string): Record<string, string> {
  return content === FIREWALL_SCRIPT ? (script ??= pack(content)) : pack(content);
}

function pack(content: string): Record<string, string> {
  const bytes = Buffer.from(content, 'utf8');
  const plain = bytes.toString('base64');
  const packed = zipped(bytes);
  const smaller = packed.length + 'gz+'.length < plain.length;
  return { encoding: smaller ? 'gz+b64' : 'b64', content: smaller ? packed : plain };
}

/**
 * With the same bytes everywhere. Node's zlib compresses differently from one version and processor to the next, and user data that changes with the
 * machine of whoever runs the synth would replace the host.
 */
export function zipped(bytes: Buffer): string {
  return Buffer.from(gzip(bytes, { level: 9, memLevel: 9 })).toString('base64');
}
