# The checks of the host and its engine in verify.sh. If an engine does not answer, the result is a SKIP: silence proves nothing.

# Some clients succeed without an engine; what they print then has no version.
info() {
  answer=$(docker info --format "{{.ServerVersion}} $1" 2>/dev/null) || return 1
  case $answer in ' '* | '') return 1 ;; esac
  printf '%s\n' "${answer#* }"
}
one_line() { tr -s '\n ' '  ' | sed 's/^ //; s/ $//'; }

# Sets value to the engine's answer; false if it has none.
says() {
  value=$(info "$1") && return 0
  skip 'the engine did not answer'
  return 1
}

# Warnings that do not fail the check: the advisories for the versions of the engine and of its parts here. Lines of the table: component, spans of
# releases, text.
known_advisories() {
  versions=$(docker version --format '{{range .Server.Components}}{{.Name}} {{.Version}}{{println}}{{end}}' 2>/dev/null) || versions=
  [ -n "$versions" ] || echo 'SKIP - the engine does not tell its versions, so known advisories are not looked at'
  printf '%s\n' "$versions" | awk -v table="$advisories" -f verify/advisories.awk
}

data_partition() {
  says '{{.DockerRootDir}}' || return 0
  if ! device=$(stat -c %d "$value" 2>/dev/null); then
    skip "$value, which the engine names, is not there for this script"
  elif mountpoint -q "$value" && [ "$device" != "$(stat -c %d /)" ]; then
    pass "$value is a file system of its own"
  else
    fail "$value is on the file system of the host"
  fi
}

# Members of the groups that may write to the socket; the list of a group does not contain users who have it as their first group.
docker_group() {
  if ! users=$(getent passwd) || ! socket=$(stat -L -c %g /run/docker.sock 2>/dev/null); then
    skip 'this host does not list its users, or does not show the socket'
    return 0
  fi
  found=
  for group in docker $socket; do
    entry=$(getent group "$group") || entry="::$socket:"
    id=$(printf '%s\n' "$entry" | cut -d : -f 3)
    [ "$id" != 0 ] || continue
    found="$found $(printf '%s\n' "$entry" | cut -d : -f 4 | tr , ' ') $(printf '%s\n' "$users" | awk -F : -v id="$id" '$4 == id { print $1 }')"
  done
  found=$(printf '%s\n' "$found" | tr ' ' '\n' | grep . | sort -u | one_line) || :
  if [ -z "$found" ] && grep -E '^(passwd|group):' /etc/nsswitch.conf 2>/dev/null | grep -qE '[[:blank:]](ldap|sss|winbind|nis|nisplus|hesiod)'; then
    skip 'a directory has users of this host, and does not list all of them'
  else
    unless "$found" 'no user is in the group of the socket'
  fi
}

# The paths that auditd watches for writes and for changes of attributes, as the kernel has them.
audited() {
  missing=
  unsure=
  there=
  loaded=
  if auditctl -s 2>/dev/null | grep -qE '^enabled [12]$|AUDIT_STATUS: enabled=[12]'; then loaded=$(auditctl -l 2>/dev/null) || loaded=; fi
  for path in "$@"; do
    [ -e "$path" ] || continue
    there=yes
    case $(printf '%s\n' "$loaded" | awk -v path="$path" -f verify/audit-rules.awk) in
      yes) ;;
      no) missing="$missing not of $path" ;;
      *) unsure="$unsure $path" ;;
    esac
  done
  if [ -z "$there" ]; then
    skip "$* is not on this host"
  elif [ -z "$missing" ] && [ -n "$unsure" ]; then
    skip "there are rules of the audit that this script does not read, so it is unknown whether changes are recorded of$unsure"
  else
    unless "$missing$unsure" "changes are recorded of $*"
  fi
}

icc() {
  if value=$(docker network inspect --format '{{index .Options "com.docker.network.bridge.enable_icc"}}' bridge 2>/dev/null); then
    if [ "$value" = false ]; then pass 'the default bridge keeps its containers apart'; else fail 'containers on the default bridge reach each other'; fi
  elif value=$(docker network ls --format '{{.Name}}' 2>/dev/null) && ! printf '%s\n' "$value" | grep -qx bridge; then
    pass 'there is no default bridge'
  else
    skip 'the engine did not answer'
  fi
}

registries() {
  says '{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}{{range .RegistryConfig.InsecureRegistryCIDRs}}{{.}} {{end}}{{range .RegistryConfig.Mirrors}}{{.}} {{end}}' || return 0
  unless "$(printf '%s\n' "$value" | tr ' ' '\n' | grep . | grep -vxE '127\.0\.0\.0/8|::1/128|https://.*' | one_line)" 'every registry is asked with TLS'
}

driver() {
  says '{{.Driver}}' || return 0
  case $value in
    '') skip 'the engine names no storage driver' ;;
    "$1") fail "the storage driver is $1" ;;
    *) pass "the storage driver is $value" ;;
  esac
}

security_option() {
  says '{{.SecurityOptions}}' || return 0
  case $value in
    *"$1"*) pass "$2" ;;
    *) fail "not so: $2" ;;
  esac
}

seccomp() {
  says '{{.SecurityOptions}}' || return 0
  case $value in
    *name=seccomp,profile=unconfined*) fail 'system calls are not filtered' ;;
    *name=seccomp,profile=default* | *name=seccomp,profile=builtin*) pass 'system calls are filtered' ;;
    *name=seccomp*) skip 'the engine has a seccomp profile that this script does not read: compare it with what you declared' ;;
    *) fail 'this kernel filters no system calls' ;;
  esac
}

authorization() {
  says '{{len .Plugins.Authorization}}' || return 0
  case $value in
    0) fail 'no plugin authorizes requests' ;;
    [1-9]*) pass 'a plugin authorizes requests' ;;
    *) skip 'the engine does not say whether it has a plugin' ;;
  esac
}

# If the address is a program of this host, what it does with logs is unknown.
remote_logs() {
  says '{{.LoggingDriver}}' || return 0
  driver=$value
  case $driver in
    json-file | local | journald | none) fail "logs stay on the host ($driver)" ;;
    awslogs | gcplogs | etwlogs) pass "the log driver is $driver" ;;
    syslog | gelf | fluentd | splunk)
      [ "$driver" != splunk ] || option=splunk-url
      [ "$driver" = splunk ] || option=$driver-address
      was_told "log-opts.$option" || return 0
      # As words of a command line they are in one list.
      [ -n "$value" ] || value=$(printf '%s\n' "$told" | sed -n "s/^log-opts $option=//p" | tail -n 1)
      case $driver:$value in
        syslog: | syslog:unix*) fail "logs stay on the host ($driver)" ;;
        *: | *localhost* | *//127.* | *//\[::1\]* | *:127.* | *:unix*) skip "a program of this host gets the logs ($driver ${value:-on localhost}), and it is unknown what it does with them" ;;
        *) pass "the log driver is $driver, to $value" ;;
      esac
      ;;
    *) skip "it is unknown where the log driver '$driver' keeps logs" ;;
  esac
}

live_restore() {
  says '{{.LiveRestoreEnabled}}' || return 0
  if [ -n "$swarm" ]; then
    skip 'a node of a swarm cannot have it'
  elif [ "$value" = true ]; then
    pass 'containers outlive a restart of the engine'
  else
    fail 'containers stop with the engine'
  fi
}

experimental() {
  says '{{.ExperimentalBuild}}' || return 0
  case $value in
    true) fail 'experimental features are on' ;;
    false) pass 'no experimental features' ;;
    *) skip 'the engine does not say whether it is experimental' ;;
  esac
}

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
    there="$there $path"
    value=$(stat -L -c "$format" "$path") || { found="$found $path is gone"; continue; }
    # Access lists give more than a mode tells.
    # shellcheck disable=SC2012 # stat does not show them
    case $format:$(ls -ldL "$path" | cut -c 11) in %a:+) found="$found $path has an access list" ;; esac
    case $format in
      # Bits, not numbers: 577 is less than 644, and lets others do more.
      %a) [ $((0$value & ~0$wanted)) = 0 ] || found="$found $path is $value" ;;
      *) [ "$value" = "$wanted" ] || found="$found $path is $value" ;;
    esac
  done
  if [ -z "$there" ]; then skip 'no such file on this host'; else unless "$found" "$wanted:$there"; fi
}
