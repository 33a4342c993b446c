/** A look at one container by `docker inspect`: what the control asks for, and a Go template that writes something where it does not hold. */
export interface ContainerCheck {
  readonly control: string;
  readonly what: string;
  readonly template: string;
  /** Where the settings of the engine have that line, containers that say nothing have it from there, and this template finds who said no. */
  readonly byDefault?: { readonly line: string; readonly template: string };
}

/** Directories of a host that give power over it. */
const SENSITIVE = [
  '/',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/root',
  '/sys',
  '/usr',
  '/var/lib/docker',
  '/var/lib/containerd',
];
const DANGEROUS = ['ALL', ...['SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO', 'DAC_READ_SEARCH', 'NET_ADMIN', 'BPF'].map((name) => `CAP_${name}`)]; // prettier-ignore

const DEFAULT_ULIMITS = '"default-ulimits": [{]';
const NO_NEW_PRIVILEGES = '"no-new-privileges": true';

export const CONTAINER_CHECKS: readonly ContainerCheck[] = [
  check(
    '4.1',
    'no container runs as root',
    `{{$u := index (split .Config.User ":") 0}}${when(equals('$u', ['', 'root', '0']), 'runs as root')}`,
  ),
  check('5.2', 'AppArmor is not switched off', options(['apparmor=unconfined', 'apparmor:unconfined'])),
  check('5.3', 'SELinux is not switched off', options(['label=disable', 'label:disable'])),
  check(
    '5.4',
    'all capabilities are dropped, and no dangerous one is added',
    `{{$all := false}}{{range .HostConfig.CapDrop}}{{if eq . "ALL"}}{{$all = true}}{{end}}{{end}}${when('not $all', 'keeps capabilities')}{{range .HostConfig.CapAdd}}${when(equals('.', DANGEROUS), 'has {{.}}')}{{end}}`,
  ),
  check('5.5', 'no container is privileged', when('.HostConfig.Privileged', 'is privileged')),
  check('5.6', 'no sensitive directory of the host is mounted', mounts(`and (eq .Type "bind") ${brackets(equals('.Source', SENSITIVE))}`)),
  check('5.10', 'no container is in the network of the host', when('eq .HostConfig.NetworkMode "host"', 'is in it')),
  check('5.11', 'memory is limited', when('eq .HostConfig.Memory 0', 'has no limit')),
  check(
    '5.12',
    'processor time is limited',
    // As Go names them: other spellings are read from JSON, where numbers do not compare.
    when('and (eq .HostConfig.NanoCPUs 0) (eq .HostConfig.CPUQuota 0) (eq .HostConfig.CPUShares 0)', 'has no limit'),
  ),
  check('5.13', 'root file systems are read-only', when('not .HostConfig.ReadonlyRootfs', 'writes to its own')),
  check(
    '5.14',
    'ports are published on one address',
    `{{range $p, $b := .HostConfig.PortBindings}}{{range $b}}${when(equals('.HostIp', ['', '0.0.0.0', '::']), 'publishes {{$p}} on all')}{{end}}{{end}}`,
  ),
  check(
    '5.15',
    'restarts come to an end',
    when(
      `or (eq .HostConfig.RestartPolicy.Name "always") (gt .HostConfig.RestartPolicy.MaximumRetryCount 5)`,
      'is restarted more than 5 times',
    ),
  ),
  check('5.16', 'no container sees the processes of the host', when('eq .HostConfig.PidMode "host"', 'does')),
  check('5.17', 'no container shares memory with the host', when('eq .HostConfig.IpcMode "host"', 'does')),
  check('5.18', 'no device of the host is in a container', when('or .HostConfig.Devices .HostConfig.DeviceRequests', 'has one')),
  {
    ...check('5.19', 'limits of processes are set', when('not .HostConfig.Ulimits', 'has those of the engine')),
    // An empty template would print all of it.
    byDefault: { line: DEFAULT_ULIMITS, template: '{{""}}' },
  },
  check('5.20', 'no mount is shared with the host', mounts(equals('.Propagation', ['shared', 'rshared']))),
  check('5.21', 'no container has the host name of the host', when('eq .HostConfig.UTSMode "host"', 'has it')),
  check('5.22', 'system calls are filtered', options(['seccomp=unconfined', 'seccomp:unconfined'])),
  check(
    '5.25',
    'containers are in the cgroup of the engine',
    when('or .HostConfig.CgroupParent (eq .HostConfig.CgroupnsMode "host")', 'is elsewhere'),
  ),
  {
    ...check(
      '5.26',
      'no process gains privileges',
      `{{$set := false}}{{range .HostConfig.SecurityOpt}}{{if ${equals('.', ['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true'])}}}{{$set = true}}{{end}}{{end}}${when('not $set', 'may gain some')}`,
    ),
    byDefault: { line: NO_NEW_PRIVILEGES, template: options(['no-new-privileges:false', 'no-new-privileges=false']) },
  },
  check('5.27', 'every container has a health check', when('not .Config.Healthcheck', 'has none')),
  check('5.28', 'images are named by digest', when('lt (len (split .Config.Image "sha256:")) 2', 'runs {{.Config.Image}}')),
  check(
    '5.30',
    'no container is on the default bridge',
    `{{range $n, $_ := .NetworkSettings.Networks}}${when('eq $n "bridge"', 'is')}{{end}}`,
  ),
  check('5.31', 'no container is in the user namespace of the host', when('eq .HostConfig.UsernsMode "host"', 'is')),
  check(
    '5.32',
    'the socket of the engine is in no container',
    mounts(
      `or (gt (len (split .Source "docker.sock")) 1) (gt (len (split .Source "containerd.sock")) 1) ${equals('.Source', ['/run', '/var/run']).replace(/^or /, '')}`,
    ),
  ),
];

/** Keys of daemon.json that the engine shows nowhere else, as a line of the file must read. */
export const SETTINGS: readonly { readonly control: string; readonly what: string; readonly line: string }[] = [
  { control: '2.9', what: 'default limits of processes are set', line: DEFAULT_ULIMITS },
  { control: '2.15', what: 'no process gains privileges by default', line: NO_NEW_PRIVILEGES },
  { control: '2.17', what: 'docker-proxy is off', line: '"userland-proxy": false' },
];

/** And those that must not be in it. */
export const REFUSED_SETTINGS: typeof SETTINGS = [
  { control: '2.3', what: 'the engine logs on the level info', line: '("log-level": "(debug|warn|error|fatal)"|"debug": true)' },
  { control: '2.4', what: 'the engine makes firewall rules', line: '"ip6?tables": false' },
  { control: '2.11', what: 'the cgroup of containers is that of the engine', line: '"cgroup-parent": ".+"' },
  { control: '2.12', what: 'the size of images is that of the driver', line: '.*dm[.]basesize' },
];

function check(control: string, what: string, template: string): ContainerCheck {
  return { control, what, template };
}

function when(condition: string, text: string): string {
  return `{{if ${condition}}}{{$.Name}} ${text} {{end}}`;
}

function equals(value: string, texts: readonly string[]): string {
  return `or ${texts.map((text) => `(eq ${value} "${text}")`).join(' ')}`;
}

function brackets(text: string): string {
  return `(${text})`;
}

function options(texts: readonly string[]): string {
  return `{{range .HostConfig.SecurityOpt}}${when(equals('.', texts), 'has {{.}}')}{{end}}`;
}

function mounts(condition: string): string {
  return `{{range .Mounts}}${when(condition, 'mounts {{.Source}}')}{{end}}`;
}
