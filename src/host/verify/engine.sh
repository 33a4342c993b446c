# What verify.sh asks the host and its engine. An engine that does not answer makes a SKIP: silence is no proof.

info() { docker info --format "$1" 2>/dev/null; }
one_line() { tr -s '\n ' '  ' | sed 's/^ //; s/ $//'; }

# Sets value to what the engine says; false where it says nothing of the kind.
says() {
  value=$(info "$1") && return 0
  skip 'the engine did not answer'
  return 1
}

# Warnings that make nothing fail: what the advisories of the engine and of its parts have against the versions here.
# Lines of the table: component, line of releases, least version, text.
known_advisories() {
  versions=$(docker version --format '{{range .Server.Components}}{{.Name}} {{.Version}}{{println}}{{end}}' 2>/dev/null) || versions=
  [ -n "$versions" ] || echo 'SKIP - the engine does not tell its versions, so known advisories are not looked at'
  printf '%s\n' "$versions" | awk -v table="$advisories" -f verify/advisories.awk
}

data_partition() {
  says '{{.DockerRootDir}}' || return 0
  if mountpoint -q "$value"; then pass "$value is a file system of its own"; else fail "$value is on the file system of the host"; fi
}

# Members of the groups that may write to the socket; those who have one as their first group are not in its list.
docker_group() {
  found=
  for group in $( (echo docker && stat -L -c %G /run/docker.sock 2>/dev/null) | sort -u); do
    entry=$(getent group "$group") || continue
    [ "$group" != root ] || continue
    found="$found $(printf '%s\n' "$entry" | cut -d : -f 4) $(getent passwd | awk -F : -v id="$(printf '%s\n' "$entry" | cut -d : -f 3)" '$4 == id { print $1 }')"
  done
  unless "$(printf '%s\n' "$found" | one_line)" 'no user is in the group of the socket'
}

# What is watched for writing and for changes of attributes, unless a rule says never or the audit is off.
audited() {
  missing=
  there=
  loaded=
  if auditctl -s 2>/dev/null | grep -qE '^enabled [12]$|AUDIT_STATUS: enabled=[12]'; then
    loaded=$(auditctl -l 2>/dev/null | awk '/-a never|-a [a-z]+,never|-F perm=[rx]+( |$)|-p [rx]+( |$)/ { next } { print }' | tr ' ' '\n' | tr '=' '\n') || loaded=
  fi
  for path in "$@"; do
    [ -e "$path" ] || continue
    there=yes
    printf '%s\n' "$loaded" | grep -qxF -e "$path" || missing="$missing not of $path"
  done
  if [ -z "$there" ]; then skip "$* is not on this host"; else unless "$missing" "changes are recorded of $*"; fi
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
  says '{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}{{range .RegistryConfig.InsecureRegistryCIDRs}}{{.}} {{end}}' || return 0
  unless "$(printf '%s\n' "$value" | sed 's/127\.0\.0\.0\/8//; s/::1\/128//' | one_line)" 'every registry is asked with TLS'
}

driver() {
  says '{{.Driver}}' || return 0
  if [ "$value" = "$1" ]; then fail "the storage driver is $1"; else pass "the storage driver is $value"; fi
}

# The engine says it itself. Published ports are its own sockets, too, so that a list of those tells nothing.
tcp_listener() {
  says '{{range .Warnings}}{{println .}}{{end}}' || return 0
  unless "$(printf '%s\n' "$value" | grep 'API is accessible' | one_line)" 'the engine does not listen on TCP without certificates'
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
  if [ "$value" = 0 ]; then fail 'no plugin authorizes requests'; else pass 'a plugin authorizes requests'; fi
}

remote_logs() {
  says '{{.LoggingDriver}}' || return 0
  case $value in
    json-file | local | journald | none) fail "logs stay on the host ($value)" ;;
    *) pass "the log driver is $value" ;;
  esac
}

live_restore() {
  says '{{.LiveRestoreEnabled}}' || return 0
  if [ -n "$swarm" ]; then
    skip 'a node of a swarm cannot have it'
  elif [ "$value" = true ]; then
    pass 'containers outlive a restart of the engine'
  else
    fail 'containers end with the engine'
  fi
}

experimental() {
  says '{{.ExperimentalBuild}}' || return 0
  if [ "$value" = true ]; then fail 'experimental features are on'; else pass 'no experimental features'; fi
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
  says '{{.Swarm.LocalNodeState}}' || return 0
  if [ -n "$swarm" ]; then
    skip 'the program wants a swarm'
  elif [ "$value" = inactive ]; then
    pass 'no swarm'
  else
    fail "the engine is in a swarm ($value), and the program has none"
  fi
}

swarm_address() {
  if [ -z "$swarm" ]; then
    skip 'no swarm'
  elif ! listening=$(ss -Hltn 'sport = :2377' 2>/dev/null); then
    skip 'ss does not run on this host'
  elif [ -z "$listening" ]; then
    skip 'this node does not listen for other nodes; only managers do'
  else
    unless "$(printf '%s\n' "$listening" | awk '{ print $4 }' | grep -vxF -e "$swarm:2377" | one_line)" 'the swarm listens on one address'
  fi
}

overlays() {
  if [ -z "$swarm" ]; then
    skip 'no swarm'
    return 0
  fi
  found=
  networks=$(docker network ls --filter driver=overlay --format '{{.Name}}' 2>/dev/null) || { skip 'the engine did not answer'; return 0; }
  for name in $networks; do
    options=$(docker network inspect --format '{{range $k, $v := .Options}}{{$k}} {{end}}' "$name" 2>/dev/null) || options='?'
    case " $options" in
      *' encrypted '*) ;;
      *) found="$found $name" ;;
    esac
  done
  unless "$found" 'overlays are encrypted'
}

of_manager() {
  if [ -z "$swarm" ]; then
    skip 'no swarm'
  elif ! says '{{.Swarm.ControlAvailable}}'; then
    return 1
  elif [ "$value" != true ]; then
    skip 'only a manager knows'
  else
    return 0
  fi
  return 1
}

autolock() {
  of_manager && says '{{.Swarm.Cluster.Spec.EncryptionConfig.AutoLockManagers}}' || return 0
  if [ "$value" = true ]; then pass 'managers are locked'; else fail 'the keys of managers lie readable on their disks'; fi
}

certificates() {
  # In nanoseconds.
  of_manager && says '{{printf "%d" .Swarm.Cluster.Spec.CAConfig.NodeCertExpiry}}' || return 0
  if [ "${value:-0}" -gt 0 ] && [ "$value" -le 7776000000000000 ]; then pass 'certificates of nodes expire after 90 days or less'; else fail "certificates of nodes expire after ${value:-unknown} ns"; fi
}
