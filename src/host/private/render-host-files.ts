import { createHash } from 'node:crypto';
import { AUDIT_RULES } from './audit-rules';
import { PATHS } from './constants';
import { configLine, directoryLine, type HostFile, type HostInput, type HostLink, placedFiles, secretLines, swarmLine } from './host-input';
import { CONFIG_SCRIPT, DIRECTORIES_SCRIPT, firewallScript, SECRET_SCRIPT, SWARM_SCRIPT } from './programs';
import { checkHostInput, sysctlPath } from './render-input-check';
import { renderUnits } from './render-units';
import { REQUIRED_SYSCTLS } from '../../hardening/private/kernel';

/** Everything on the host, in an order in which it can be written: a file comes before the files that refer to it. */
export function renderHostFiles(input: HostInput): HostFile[] {
  checkHostInput(input);
  const sysctlText = lines(sysctls(input).map(([path, value]) => `${path} = ${value}`));
  const guard: HostFile[] = [
    ...guardFiles(input),
    { path: PATHS.sysctl, mode: '0644', content: sysctlText },
    { path: PATHS.modules, mode: '0644', content: lines([...new Set(['br_netfilter', ...input.modules])]) },
  ];
  return [
    ...guard,
    { path: `${PATHS.etc}/sums`, mode: '0600', content: sums(guard) },
    { path: PATHS.script, mode: '0755', content: firewallScript(input) },
    ...(input.swarm ? [{ path: PATHS.swarmScript, mode: '0755', content: SWARM_SCRIPT } as const] : []),
    ...(input.directories.length > 0 ? [{ path: PATHS.directoriesScript, mode: '0755', content: DIRECTORIES_SCRIPT } as const] : []),
    ...secretFiles(input),
    ...configFiles(input),
    ...renderUnits(input),
    ...unmanaged(input),
    ...(input.auditRules ? [{ path: PATHS.auditRules, mode: '0644', content: AUDIT_RULES } as const] : []),
    { path: PATHS.daemonJson, mode: '0644', content: input.daemonJson },
  ];
}

function guardFiles(input: HostInput): HostFile[] {
  const { guard, permits } = input.firewall;
  const file = (name: string, content: string): HostFile => ({ path: `${PATHS.etc}/${name}`, mode: '0600', content });
  return [
    ...guard.map(({ name, content }) => file(name, content)),
    file('permits', lines([...new Set(permits)].sort())),
    file(
      'network',
      lines([
        `prefix ${input.bridgePrefix}`,
        ...input.blocks.map((block) => `block ${block}`),
        ...input.links.map(linkLine),
        ...(input.swarm ? [swarmLine(input.swarm)] : []),
        ...(input.forges ? ['raw'] : []),
        ...input.sharers.map(({ name, other }) => `shares ${name} ${other}`),
      ]),
    ),
    ...(input.directories.length > 0 ? [file('directories', lines(input.directories.map(directoryLine)))] : []),
    file('daemon-id', lines([input.daemonId, printable(input.daemonPath)])),
    file('engine', lines([`version ${input.engine.version}`, `minimum ${input.engine.minimum}`, `below ${input.engine.below}`])),
  ];
}

function secretFiles({ secrets }: HostInput): HostFile[] {
  if (secrets === undefined) return [];
  return [
    { path: PATHS.secretPlan, mode: '0600', content: lines(secretLines(secrets)) },
    { path: PATHS.secretScript, mode: '0755', content: SECRET_SCRIPT },
  ];
}

/** The content of a file is at its path in the container, below the name of the container: so a comparison of two synths shows the changed line. */
function configFiles({ config }: HostInput): HostFile[] {
  if (config.length === 0) return [];
  const files = placedFiles(config);
  return [
    ...files.map(({ container, target, text }) => ({
      path: `${PATHS.configBodies}/${container}${target}`,
      mode: '0600' as const,
      content: text,
    })),
    { path: PATHS.configPlan, mode: '0600', content: lines(files.map(configLine)) },
    { path: PATHS.configScript, mode: '0755', content: CONFIG_SCRIPT },
  ];
}

/**
 * Other programs that manage interfaces of the host must leave Bulkhead's alone: another address or route on one would open a path past the guard.
 */
function unmanaged({ links, bridgePrefix }: HostInput): HostFile[] {
  if (links.length === 0) return [];
  const names = [`${bridgePrefix}*`, ...links.flatMap(({ kind, name }) => (kind === 'vlan' ? [name] : []))];
  const devices = names.map((name) => `interface-name:${name}`).join(';');
  return [
    { path: PATHS.networkd, mode: '0644', content: `[Match]\nName=${names.join(' ')}\n\n[Link]\nUnmanaged=yes\n` },
    { path: PATHS.networkManager, mode: '0644', content: `[keyfile]\nunmanaged-devices+=${devices}\n` },
  ];
}

function linkLine(link: HostLink): string {
  const { kind, name, parent } = link;
  return [kind, name, parent, ...(link.kind === 'vlan' ? [link.id] : [link.address, ...link.routes])].join(' ');
}

/** By path under /proc/sys: sysctl(8) and systemd-sysctl take keys with slashes, and the script reads the same file. */
function sysctls(input: HostInput): [string, string][] {
  const all = new Map(
    [...Object.entries(REQUIRED_SYSCTLS), ...Object.entries(input.sysctls)].map(([key, value]) => [sysctlPath(key), value]),
  );
  return [...all.keys()].sort().map((path) => [path, all.get(path)!]);
}

/** Enough of each digest to tell a truncated or edited file: it guards against accidents, root can write anything. */
function sums(files: readonly HostFile[]): string {
  return lines(files.map(({ path, content }) => `${createHash('sha256').update(content).digest('hex').slice(0, 12)} ${path}`));
}

/** Only for `status`. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
