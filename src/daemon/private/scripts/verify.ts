import { PATHS, PRELUDE, quoted } from './common';
import { levelOf } from '../../../validation/private/cis-controls';
import { AUDITED, ENGINE_FILES, TLS_FILES } from '../../../validation/private/cis-host';
import { CONTAINER_CHECKS, REFUSED_SETTINGS, SETTINGS } from '../verify-checks';

/** What the script knows of the program; every text in it is checked to be plain. */
export interface VerifyInput {
  readonly containers: readonly { readonly name: string; readonly ports: readonly string[] }[];
  /** Address by which a node meets the others. */
  readonly swarmAddress?: string;
}

/** Controls by what looks at them, in the order of the benchmark. */
const CHECKS: readonly (readonly [control: string, command: string])[] = [
  ['1.1.1', 'data_partition'],
  ['1.1.2', 'docker_group'],
  ...Object.entries(AUDITED).map(([control, paths]) => [control, `audited ${paths.join(' ')}`] as const),
  ['2.2', 'icc'],
  ['2.5', 'registries'],
  ['2.6', 'driver aufs'],
  ['2.7', 'driver devicemapper'],
  ['2.8', 'tcp_listener'],
  ['2.10', 'security_option name=userns "user namespaces are remapped"'],
  ['2.13', 'authorization'],
  ['2.14', 'remote_logs'],
  ['2.16', 'live_restore'],
  ['2.18', 'seccomp'],
  ['2.19', 'experimental'],
  ...SETTINGS.map(({ control, what, line }) => [control, `setting yes ${quoted(what)} ${quoted(line)}`] as const),
  ...REFUSED_SETTINGS.map(({ control, what, line }) => [control, `setting no ${quoted(what)} ${quoted(line)}`] as const),
  ...ENGINE_FILES.flatMap(({ owned, moded, owner, most, paths }) => [
    [owned, `owned ${owner} ${paths.join(' ')}`] as const,
    [moded, `moded ${most.toString(8)} ${paths.join(' ')}`] as const,
  ]),
  ...TLS_FILES.flatMap(({ owned, moded, owner, most, key }) => [
    [owned, `owned ${owner} "$(tls_file ${key})"`] as const,
    [moded, `moded ${most.toString(8)} "$(tls_file ${key})"`] as const,
  ]),
  ['5.1', 'swarm_wanted'],
  ['5.7', 'no_sshd'],
  ['5.8', 'ports 1023'],
  ['5.9', 'ports 65535'],
  ['5.29', 'pids_limit'],
  ...CONTAINER_CHECKS.map(
    ({ control, what, template, byDefault }) =>
      [
        control,
        byDefault
          ? `by_default ${[byDefault.line, what, template, byDefault.template].map(quoted).join(' ')}`
          : `containers ${quoted(what)} ${quoted(template)}`,
      ] as const,
  ),
  ['7.2', 'swarm_address'],
  ['7.3', 'overlays'],
  ['7.5', 'autolock'],
  ['7.7', 'certificates'],
];

/** Controls that the script looks at. */
export const VERIFIED: readonly string[] = CHECKS.map(([control]) => control);

/** A POSIX script that only reads: one line for each control that a live host can show. */
export function renderVerifyScript({ containers, swarmAddress = '' }: VerifyInput): string {
  const sorted = [...CHECKS].sort(([a], [b]) => byNumber(a, b));
  const words = (list: readonly string[]) => quoted(list.join(' '));
  return [
    HEAD,
    `\nnames=${words(containers.map(({ name }) => name))}\nswarm=${quoted(swarmAddress)}\n`,
    `\ndeclared_ports() {\n  case $1 in\n${containers.map(({ name, ports }) => `    ${quoted(name)}) echo ${words([...ports].sort())} ;;\n`).join('')}    *) ;;\n  esac\n}\n`,
    FUNCTIONS,
    `\n${sorted.map(([control, command]) => `look ${control} ${levelOf(control)} && ${command}\n`).join('')}`,
    TAIL,
  ].join('');
}

function byNumber(a: string, b: string): number {
  const [first, second] = [a.split('.').map(Number), b.split('.').map(Number)];
  const at = first.findIndex((part, index) => part !== second[index]);
  return at < 0 ? 0 : first[at] - (second[at] ?? 0);
}

const HEAD = `#!/bin/sh
# Bulkhead: looks whether this host, its engine and the containers of the program are as CIS Docker Benchmark 1.8.0 wants them. Changes nothing.
# Options: --level 2 looks at the controls of level 2, too; --accept CONTROL (any number of times) makes a FAIL a SKIP. Exit 1 when something fails.
# shellcheck disable=SC2016,SC2034 # templates of Go; names that other scripts need
${PRELUDE}
level=1
accepted=' '
while [ $# -gt 0 ]; do
  case $1 in
    --level) level=\${2:-} ;;
    --accept) accepted="$accepted\${2:-} " ;;
    *) die 'usage: sh verify.sh [--level 1|2] [--accept CONTROL]...' ;;
  esac
  [ $# -ge 2 ] || die "$1 wants a value"
  shift 2
done
case $level in 1 | 2) ;; *) die "--level is 1 or 2" ;; esac
[ "$(id -u)" = 0 ] || die 'must run as root'
docker version >/dev/null 2>&1 || die 'the engine does not answer'
settings=${PATHS.daemonJson}
failed=
`;

const FUNCTIONS = `
# The control that the next lines are about; false where it is beyond the level.
look() {
  control=$1
  [ "$2" -le "$level" ]
}

pass() { printf 'PASS %s %s\\n' "$control" "$1"; }
skip() { printf 'SKIP %s %s\\n' "$control" "$1"; }
fail() {
  case $accepted in
    *" $control "*) skip "accepted: $1" ;;
    *)
      printf 'FAIL %s %s\\n' "$control" "$1"
      failed=yes
      ;;
  esac
}

# $1 is what was found against it.
unless() { if [ -z "$1" ]; then pass "$2"; else fail "$2: $1"; fi; }
info() { docker info --format "$1" 2>/dev/null; }
one_line() { tr -s '\\n ' '  ' | sed 's/^ //; s/ $//'; }

data_partition() {
  root=$(info '{{.DockerRootDir}}')
  if mountpoint -q "$root"; then pass "$root is a file system of its own"; else fail "$root is on the file system of the host"; fi
}

docker_group() { unless "$(getent group docker | cut -d : -f 4)" 'nobody is in the group docker'; }

audited() {
  missing=
  there=
  loaded=$(auditctl -l 2>/dev/null) || loaded=
  for path in "$@"; do
    [ -e "$path" ] || continue
    there=yes
    printf '%s\\n' "$loaded" | tr ' ' '\\n' | tr '=' '\\n' | grep -qxF -e "$path" || missing="$missing not of $path"
  done
  if [ -z "$there" ]; then skip "$* is not on this host"; else unless "$missing" "changes are recorded of $*"; fi
}

icc() {
  value=$(docker network inspect --format '{{index .Options "com.docker.network.bridge.enable_icc"}}' bridge 2>/dev/null) || value=false
  if [ "$value" = false ]; then pass 'the default bridge keeps its containers apart'; else fail 'containers on the default bridge reach each other'; fi
}

registries() {
  found=$(info '{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}{{range .RegistryConfig.InsecureRegistryCIDRs}}{{.}} {{end}}' | sed 's/127\\.0\\.0\\.0\\/8//; s/::1\\/128//' | one_line)
  unless "$found" 'every registry is asked with TLS'
}

driver() { if [ "$(info '{{.Driver}}')" = "$1" ]; then fail "the storage driver is $1"; else pass "the storage driver is not $1"; fi; }

# The engine says it itself. Published ports are its own sockets, too, so that a list of those tells nothing.
tcp_listener() {
  unless "$(info '{{range .Warnings}}{{println .}}{{end}}' | grep 'API is accessible' | one_line)" 'the engine does not listen on TCP without certificates'
}

security_option() {
  case $(info '{{.SecurityOptions}}') in
    *"$1"*) pass "$2" ;;
    *) fail "not so: $2" ;;
  esac
}

seccomp() {
  case $(info '{{.SecurityOptions}}') in
    *name=seccomp,profile=unconfined*) fail 'system calls are not filtered' ;;
    *name=seccomp*) pass 'system calls are filtered' ;;
    *) fail 'this kernel filters no system calls' ;;
  esac
}

authorization() { if [ "$(info '{{len .Plugins.Authorization}}')" = 0 ]; then fail 'no plugin authorizes requests'; else pass 'a plugin authorizes requests'; fi; }

remote_logs() {
  driver=$(info '{{.LoggingDriver}}')
  case $driver in
    json-file | local | journald | none) fail "logs stay on the host ($driver)" ;;
    *) pass "logs go to $driver" ;;
  esac
}

live_restore() {
  if [ -n "$swarm" ]; then
    skip 'a node of a swarm cannot have it'
  elif [ "$(info '{{.LiveRestoreEnabled}}')" = true ]; then
    pass 'containers outlive a restart of the engine'
  else
    fail 'containers end with the engine'
  fi
}

experimental() { if [ "$(info '{{.ExperimentalBuild}}')" = true ]; then fail 'experimental features are on'; else pass 'no experimental features'; fi; }

# $1 says whether a line like $3 must be in the settings or must not.
setting() {
  if [ ! -e "$settings" ]; then
    found=no
  elif [ -e /run/docker.pid ] && [ -n "$(find "$settings" -newer /run/docker.pid)" ]; then
    fail "$settings has changed since the engine started: $2"
    return 0
  elif grep -qE "^ *$3" "$settings"; then
    found=yes
  else
    found=no
  fi
  if [ "$found" = "$1" ]; then pass "$2"; else fail "not so: $2"; fi
}

tls_file() { sed -n "s/^ *\\"$1\\": *\\"\\([^\\"]*\\)\\",*\\$/\\1/p" "$settings" 2>/dev/null; }

# $1 is the owner, or the bits that a mode may have; the paths after it may have stars, and may not be there.
owned() {
  wanted=$1
  shift
  against %U:%G "$@"
}

moded() {
  wanted=$1
  shift
  against %a "$@"
}

against() {
  format=$1
  shift
  found=
  there=
  for path in "$@"; do
    [ -e "$path" ] || continue
    value=$(stat -L -c "$format" "$path")
    there="$there $path"
    case $format in
      # Bits, not numbers: 577 is less than 644, and lets others do more.
      %a) [ $((0$value & ~0$wanted)) = 0 ] || found="$found $path is $value" ;;
      *) [ "$value" = "$wanted" ] || found="$found $path is $value" ;;
    esac
  done
  if [ -z "$there" ]; then skip 'no such file on this host'; else unless "$found" "$wanted:$there"; fi
}

swarm_wanted() {
  state=$(info '{{.Swarm.LocalNodeState}}')
  if [ -n "$swarm" ]; then
    skip 'the program wants a swarm'
  elif [ "$state" = inactive ]; then
    pass 'no swarm'
  else
    fail "the engine is in a swarm ($state), and the program has none"
  fi
}

# Those of the program that are here, and the tasks of every service: whose they are, a node does not know.
here=$([ -z "$swarm" ] || docker ps --filter label=com.docker.swarm.task.id --format '{{.Names}}' | one_line)
for name in $names; do
  [ -z "$(docker ps -q --filter "label=com.docker.swarm.service.name=$name")" ] || continue
  if docker container inspect --format '{{.Id}}' "$name" >/dev/null 2>&1; then
    here="$here $name"
  else
    echo "SKIP - $name is not on this host"
  fi
done

containers() {
  if [ -z "$here" ]; then
    skip 'no container of the program is here'
    return 0
  fi
  # shellcheck disable=SC2086 # names hold no blanks
  found=$(docker container inspect --format "$2" $here 2>&1 | sed 's|^/||' | one_line)
  unless "$found" "$1"
}

# What the engine gives to every container shows in none of them. $1 is the line of the settings; without it $3 is asked.
by_default() {
  if [ -e "$settings" ] && grep -qE "^ *$1" "$settings"; then containers "$2" "$4"; else containers "$2" "$3"; fi
}

no_sshd() {
  found=
  for name in $here; do
    ! docker top "$name" -eo pid,comm 2>/dev/null | awk '{ print $2 }' | grep -qx sshd || found="$found $name"
  done
  unless "$found" 'no container runs an SSH server'
}

# A task has the name of its service before its own.
owner_of() { docker container inspect --format '{{with index .Config.Labels "com.docker.swarm.service.name"}}{{.}}{{else}}{{slice .Name 1}}{{end}}' "$1"; }

# Ports up to $1 that nobody declared.
ports() {
  found=
  for name in $here; do
    for port in $(docker container inspect --format '{{range $p, $b := .HostConfig.PortBindings}}{{range $b}}{{.HostIp}}|{{.HostPort}}|{{$p}} {{end}}{{end}}' "$name"); do
      number=\${port#*|}
      number=\${number%%|*}
      [ "\${number:-0}" -le "$1" ] || continue
      case " $(declared_ports "$(owner_of "$name")") " in
        *" $port "*) ;;
        *) found="$found $name $port" ;;
      esac
    done
  done
  unless "$found" "only declared ports up to $1 are published"
}

pids_limit() {
  found=
  for name in $here; do
    case $(docker container inspect --format '{{.HostConfig.PidsLimit}}' "$name") in
      '' | 0 | -1 | '<nil>') found="$found $name" ;;
    esac
  done
  if [ -n "$found" ]; then skip "Terraform's provider cannot limit the number of processes, and nobody else did:$found"; else pass 'the number of processes is limited'; fi
}

swarm_address() {
  found=$(ss -Hltn 'sport = :2377' 2>/dev/null | awk '{ print $4 }' | grep -vxF -e "$swarm:2377" | one_line)
  if [ -z "$swarm" ]; then skip 'no swarm'; else unless "$found" 'the swarm listens on one address'; fi
}

overlays() {
  if [ -z "$swarm" ]; then
    skip 'no swarm'
    return 0
  fi
  found=
  for name in $(docker network ls --filter driver=overlay --format '{{.Name}}'); do
    case $(docker network inspect --format '{{range $k, $v := .Options}}{{$k}} {{end}}' "$name") in
      *encrypted*) ;;
      *) found="$found $name" ;;
    esac
  done
  unless "$found" 'overlays are encrypted'
}

of_manager() {
  if [ -z "$swarm" ]; then
    skip 'no swarm'
  elif [ "$(info '{{.Swarm.ControlAvailable}}')" != true ]; then
    skip 'only a manager knows'
  else
    return 0
  fi
  return 1
}

autolock() {
  of_manager || return 0
  if [ "$(info '{{.Swarm.Cluster.Spec.EncryptionConfig.AutoLockManagers}}')" = true ]; then pass 'managers are locked'; else fail 'the keys of managers lie readable on their disks'; fi
}

certificates() {
  of_manager || return 0
  # In nanoseconds.
  expiry=$(info '{{printf "%d" .Swarm.Cluster.Spec.CAConfig.NodeCertExpiry}}')
  if [ "\${expiry:-0}" -gt 0 ] && [ "$expiry" -le 7776000000000000 ]; then pass 'certificates of nodes expire after 90 days or less'; else fail "certificates of nodes expire after \${expiry:-unknown} ns"; fi
}
`;

const TAIL = `
[ -z "$failed" ] || exit 1
`;
