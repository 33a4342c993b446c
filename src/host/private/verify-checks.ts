import { NAMESPACES } from '../../hardening/private/namespaces';

/** A check of one container by `docker inspect`: the requirement of the control, and a Go template that prints something if it is not met. */
export interface ContainerCheck {
  readonly control: string;
  readonly what: string;
  readonly template: string;
}

export const CONTAINER_CHECKS: readonly ContainerCheck[] = [
  check('5.5', 'no container is privileged', when('.HostConfig.Privileged', 'is privileged')),
  check('5.11', 'memory is limited', when('eq .HostConfig.Memory 0', 'has no limit')),
  check(
    '5.12',
    'processor time is limited',
    // As Go names them: other spellings are read from JSON, where numbers do not compare.
    when('and (eq .HostConfig.NanoCPUs 0) (eq .HostConfig.CPUQuota 0) (eq .HostConfig.CPUShares 0)', 'has no limit'),
  ),
  check('5.13', 'root file systems are read-only', when('not .HostConfig.ReadonlyRootfs', 'writes to its own')),
  check('5.20', 'no mount is shared with the host', mounts(equals('.Propagation', ['shared', 'rshared']))),
  check(
    '5.27',
    'every container has a health check',
    // NONE means that the health check of the image is switched off.
    `{{$on := false}}{{with .Config.Healthcheck}}{{if .Test}}{{if ne (index .Test 0) "NONE"}}{{$on = true}}{{end}}{{end}}{{end}}${when('not $on', 'has none')}`,
  ),
  check(
    '5.30',
    'no container is on the default bridge',
    `{{range $n, $_ := .NetworkSettings.Networks}}${when('eq $n "bridge"', 'is')}{{end}}`,
  ),
  ...Object.values(NAMESPACES).flatMap(({ control, look }) =>
    'template' in look ? [check(control, look.what, when(look.template, look.says))] : [],
  ),
];

/** Facts that templates cannot show: functions of the script that check each container; WHAT is the text of the control. */
export const LOOKS: readonly { readonly control: string; readonly what: string; readonly look: string }[] = [
  { control: '4.1', what: 'no container runs as root, and each as the user that the program declares', look: 'users WHAT' },
  { control: '5.2', what: 'AppArmor confines every container', look: 'apparmor WHAT' },
  { control: '5.3', what: 'SELinux confines every container', look: 'selinux WHAT' },
  { control: '5.4', what: 'all capabilities are dropped, and no other than declared is added', look: 'capabilities WHAT' },
  { control: '5.6', what: 'no sensitive directory of the host is mounted', look: 'each WHAT sees_host' },
  { control: '5.7', what: 'no container runs an SSH server', look: 'each WHAT runs_sshd' },
  { control: '5.8', what: 'only declared ports up to 1023 are published', look: 'each WHAT undeclared 1023' },
  { control: '5.9', what: 'only declared ports are published', look: 'each WHAT undeclared 65535' },
  { control: '5.14', what: 'ports are published on one address', look: 'each WHAT on_all_addresses' },
  { control: '5.15', what: 'restarts come to an end', look: 'restarts WHAT' },
  { control: '5.18', what: 'no device of the host is in a container that does not declare it', look: 'each WHAT has_devices' },
  { control: '5.19', what: 'limits of processes are set', look: 'each WHAT no_limits' },
  { control: '5.22', what: 'system calls are filtered', look: 'each WHAT unfiltered' },
  { control: '5.26', what: 'no process gains privileges', look: 'each WHAT gains' },
  { control: '5.28', what: 'images are named by digest', look: 'each WHAT unpinned' },
  { control: '5.29', what: 'the number of processes is limited', look: 'pids_limit WHAT' },
  {
    control: '5.32',
    what: 'the socket of the engine is in no container but a declared socket proxy',
    look: 'each WHAT mounted socket_mount',
  },
  ...Object.entries(NAMESPACES).flatMap(([name, { control, look }]) =>
    'field' in look ? [{ control, what: look.what, look: `each WHAT shares ${name}` }] : [],
  ),
];

/** The additional questions of the script about each container: the configured namespaces. */
export const NAMESPACE_LINES = Object.entries(NAMESPACES)
  .flatMap(([name, { look }]) => ('field' in look ? [`{{$n}} namespace-${name} {{printf "%q" .HostConfig.${look.field}}}\n`] : []))
  .join('');

function check(control: string, what: string, template: string): ContainerCheck {
  return { control, what, template };
}

function when(condition: string, text: string): string {
  return `{{if ${condition}}}{{$.Name}} ${text} {{end}}`;
}

function equals(value: string, texts: readonly string[]): string {
  return `or ${texts.map((text) => `(eq ${value} "${text}")`).join(' ')}`;
}

function mounts(condition: string): string {
  return `{{range .Mounts}}${when(condition, 'mounts {{.Source}}')}{{end}}`;
}
