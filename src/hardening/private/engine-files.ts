/**
 * The files of a host that the controls of CIS Docker Benchmark 1.8.0 name: one list for the rules, for Bulkhead's files, and for the script that
 * checks.
 */

/** Programs, settings, sockets and data whose changes auditd must record; several paths if distributions differ. */
export const AUDITED: Readonly<Record<string, readonly string[]>> = {
  '1.1.3': ['/usr/bin/dockerd', '/usr/sbin/dockerd'],
  '1.1.4': ['/run/containerd'],
  '1.1.5': ['/var/lib/docker'],
  '1.1.6': ['/etc/docker'],
  '1.1.7': ['/usr/lib/systemd/system/docker.service', '/lib/systemd/system/docker.service'],
  '1.1.8': ['/run/containerd/containerd.sock'],
  '1.1.9': ['/usr/lib/systemd/system/docker.socket', '/lib/systemd/system/docker.socket', '/run/docker.sock'],
  '1.1.10': ['/etc/default/docker'],
  '1.1.11': ['/etc/docker/daemon.json'],
  '1.1.12': ['/etc/containerd/config.toml'],
  '1.1.13': ['/etc/sysconfig/docker'],
  '1.1.14': ['/usr/bin/containerd'],
  '1.1.15': ['/usr/bin/containerd-shim'],
  '1.1.16': ['/usr/bin/containerd-shim-runc-v1'],
  '1.1.17': ['/usr/bin/containerd-shim-runc-v2'],
  '1.1.18': ['/usr/bin/runc', '/usr/sbin/runc'],
};

/** Controls whose file an engine may have elsewhere, with the name by which verify.sh finds the path: its program, its data, its settings. */
export const LIVE: Readonly<Record<string, string>> = {
  '1.1.3': 'program',
  '1.1.5': 'root_directory',
  '1.1.11': 'settings',
  '3.17': 'settings',
  '3.18': 'settings',
};

/** Files of the engine, with their required owner and the bits that their mode may have at most. */
export interface EngineFile {
  /** Controls of the owner and of the mode. */
  readonly owned: string;
  readonly moded: string;
  /** Stars match any name. */
  readonly paths: readonly string[];
  readonly owner: string;
  readonly most: number;
}

export const ENGINE_FILES: readonly EngineFile[] = [
  file('3.1', '3.2', unitFiles('docker.service'), 0o644),
  file('3.3', '3.4', unitFiles('docker.socket'), 0o644),
  file('3.5', '3.6', ['/etc/docker'], 0o755),
  file('3.7', '3.8', ['/etc/docker/certs.d/*/*'], 0o444),
  file('3.15', '3.16', ['/run/docker.sock', '/var/run/docker.sock'], 0o660, 'root:docker'),
  file('3.17', '3.18', ['/etc/docker/daemon.json'], 0o644),
  file('3.19', '3.20', ['/etc/default/docker'], 0o644),
  file('3.22', '3.21', ['/etc/sysconfig/docker'], 0o644),
  file('3.23', '3.24', ['/run/containerd/containerd.sock'], 0o660),
];

/** Those whose place daemon.json says, by its key. */
export const TLS_FILES: readonly (Omit<EngineFile, 'paths'> & { readonly key: string })[] = [
  { key: 'tlscacert', owned: '3.9', moded: '3.10', owner: 'root:root', most: 0o444 },
  { key: 'tlscert', owned: '3.11', moded: '3.12', owner: 'root:root', most: 0o444 },
  { key: 'tlskey', owned: '3.13', moded: '3.14', owner: 'root:root', most: 0o400 },
];

/** All places where systemd looks for a unit, and for changes to it. */
function unitFiles(unit: string): string[] {
  const folders = ['/lib/systemd/system', '/usr/lib/systemd/system', '/usr/local/lib/systemd/system', '/etc/systemd/system', '/run/systemd/system', '/etc/systemd/system.control', '/run/systemd/system.control']; // prettier-ignore
  return folders.flatMap((folder) => [`${folder}/${unit}`, `${folder}/${unit}.d/*`]);
}

function file(owned: string, moded: string, paths: readonly string[], most: number, owner = 'root:root'): EngineFile {
  return { owned, moded, paths, owner, most };
}

/** The entry of a path; spellings with double slashes, dots or a slash at the end are the same path. */
export function engineFileAt(path: string): EngineFile | undefined {
  const wanted = normalized(path);
  return ENGINE_FILES.find(({ paths }) => paths.some((pattern) => matches(pattern, wanted)));
}

function matches(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  return wanted.length === found.length && wanted.every((part, index) => part === '*' || part === found[index]);
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
