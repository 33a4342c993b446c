import type { HostFile, HostInput } from './host-input';
import { gzip } from './render-gzip';
import { renderHostFiles } from './render-host-files';
import { PATHS } from './scripts/common';

/** What the firewall script calls; named with the engine so that one transaction of apt brings all of it. */
const TOOL_PACKAGES = ['conntrack', 'ipset', 'iproute2', 'iptables', 'kmod'];

/**
 * One cloud-config document for a new host.
 *
 * cloud-init writes the files before it installs packages, so daemon.json, rules and the drop-in are there when the package first starts
 * dockerd. Its last step makes everything permanent and starts the engine; it runs last because only the last exit code of `runcmd` counts.
 */
export function renderUserData(input: HostInput): string {
  const files = renderHostFiles(input).map(entry);
  const packages = [...new Set([...TOOL_PACKAGES, ...input.installPackages])].sort();
  const document = {
    // Keeps our lists when our part comes after another one. A part after ours needs the same line.
    merge_how: 'list(append)+dict(recurse_list,no_replace)+str()',
    write_files: files,
    ...(input.installPackages.length > 0 ? { package_update: true, packages } : {}),
    runcmd: [[PATHS.script, 'setup', '--start-docker']],
  };
  return `#cloud-config\n${JSON.stringify(document)}\n`;
}

/** Bytes that count against the limit of a cloud (16 KiB on AWS, before its own base64). */
export function userDataSize(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function entry(file: HostFile): Record<string, string> {
  const plain = Buffer.from(file.content, 'utf8');
  const plainText = plain.toString('base64');
  const zippedText = Buffer.from(gzip(plain)).toString('base64');
  const zipped = zippedText.length + 'gz+'.length < plainText.length;
  return {
    path: file.path,
    owner: 'root:root',
    permissions: file.mode,
    encoding: zipped ? 'gz+b64' : 'b64',
    content: zipped ? zippedText : plainText,
  };
}
