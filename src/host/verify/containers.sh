# The checks of containers in verify.sh: for a running container it asks the kernel, for others it reads the engine's configuration of them. It trusts
# no labels.

# The known values of a key of the container, one a line.
ask() { printf '%s\n' "$facts" | awk -v start="$name $1 " 'index($0, start) == 1 { v = substr($0, length(start) + 1); gsub(/"/, "", v); print v }'; }

# Whether the engine created a container, by its full id, for a service: its own record says so, while any user can write labels.
is_task() { grep -q '"Managed":true' "$root_directory/containers/$1/config.v2.json"; }

# The answers about each container, as lines "name key value". Texts of other programs are quoted, so that none contains a separate line.
template='{{$n := slice .Name 1}}{{$n}} id {{.ID}}
{{$n}} pid {{.State.Pid}}
{{$n}} user {{printf "%q" .Config.User}}
{{$n}} image {{printf "%q" .Config.Image}}
{{$n}} of {{.Image}}
{{$n}} service {{with index .Config.Labels "com.docker.swarm.service.name"}}{{printf "%q" .}}{{end}}
{{$n}} privileged {{.HostConfig.Privileged}}
{{$n}} apparmor {{printf "%q" .AppArmorProfile}}
{{$n}} selinux {{printf "%q" .ProcessLabel}}
{{$n}} masked {{len .HostConfig.MaskedPaths}}
{{$n}} ulimits {{len .HostConfig.Ulimits}}
{{$n}} limit {{.HostConfig.PidsLimit}}
{{$n}} exposes {{.HostConfig.PublishAllPorts}}
{{$n}} restart {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}
{{range .HostConfig.SecurityOpt}}{{$n}} option {{printf "%.60q" .}}
{{end}}{{range .HostConfig.CapDrop}}{{$n}} dropped {{printf "%q" .}}
{{end}}{{range .HostConfig.CapAdd}}{{$n}} added {{printf "%q" .}}
{{end}}{{range .HostConfig.Devices}}{{$n}} device {{printf "%q" .PathOnHost}}
{{end}}{{if .HostConfig.DeviceRequests}}{{$n}} device gpus
{{end}}{{range .HostConfig.DeviceCgroupRules}}{{$n}} device rule
{{end}}{{$n}} runtime {{printf "%q" .HostConfig.Runtime}}
{{range .Mounts}}{{$n}} mount {{.Type}} {{.RW}} {{printf "%q" .Source}} {{printf "%q" .Name}}
{{end}}{{range $p, $b := .HostConfig.PortBindings}}{{range $b}}{{$n}} told {{json .HostIP}}|{{json .HostPort}}|{{$p}}
{{end}}{{end}}{{range $p, $b := .NetworkSettings.Ports}}{{range $b}}{{$n}} open {{json .HostIP}}|{{json .HostPort}}|{{$p}}
{{end}}{{end}}'

. generated/namespaces.sh

# The containers of the program that are here, and the tasks of every service: a node does not know whose tasks they are.
here=
facts=
tasks=' '
of_services=' '
take() {
  more=$(docker container inspect --format "$template" "$1" 2>/dev/null) || more=
  # The name of a removed container may be the beginning of another container's id.
  case $more in
    "$2 id "*) ;;
    *) echo "SKIP - $2 is not on this host" && return 0 ;;
  esac
  here="${here:+$here }$2"
  facts=$(printf '%s\n%s' "$facts" "$more")
}
for name in $names; do
  take "$name" "$name"
done
ids=
if [ -n "$swarm" ]; then ids=$(docker ps -q --no-trunc 2>/dev/null) || echo "SKIP - the engine does not list its containers, so tasks of services are not looked at"; fi
for id in $ids; do
  name=$(docker container inspect --format '{{slice .Name 1}}' "$id" 2>/dev/null) || continue
  if [ ! -r "$root_directory/containers/$id/config.v2.json" ]; then
    echo "SKIP - the record of $name cannot be read, so whether a service owns it is unknown"
  elif is_task "$id"; then
    take "$id" "$name"
    tasks="$tasks$name "
    of_services="$of_services$(ask service) "
  fi
done
for name in $services; do
  case $of_services in *" $name "*) ;; *) echo "SKIP - no task of $name is on this host" ;; esac
done

mark() { found="$found $name $*"; }
accept() { allowed="$allowed $name"; }
doubt() { unsure="$unsure $name $*"; }
status_of() { awk -v key="$1:" '$1 == key { print $3 == "" ? $2 : $3 }' "/proc/$pid/status" 2>/dev/null || :; }

# Runs a check for each container, with the process of a running one; the check marks faults, and doubts what it cannot read.
gather() {
  found=
  unsure=
  allowed=
  for name in $here; do
    pid=$(ask pid)
    "$@"
  done
}

judge() {
  if [ -z "$here" ]; then
    skip 'no container of the program is here'
  elif [ -n "$found" ]; then
    fail "$1:$found"
  elif [ -n "$unsure" ]; then
    skip "it is unknown whether $1:$unsure"
  else
    pass "$1"
  fi
}

# What the program declares, as $2, is not a FAIL, and not a PASS either.
judge_others() {
  if [ -z "$found$unsure" ] && [ -n "$allowed" ]; then
    skip "the program declares as $2, with a reason:$allowed; of all others: $1"
  else
    judge "$1"
  fi
}

each() {
  what=$1
  shift
  gather "$@"
  judge "$what"
}

# $2 prints something for each container that does not meet $1.
containers() {
  unsure=
  # shellcheck disable=SC2086 # names hold no blanks
  if [ -z "$here" ]; then
    found=
  else
    # A fault of some counts, also if others have ended.
    found=$(docker container inspect --format "$2" $here 2>/dev/null) || unsure=' not all of them can be inspected'
    found=$(printf '%s\n' "$found" | sed 's|^/| |' | tr -d '\n')
  fi
  judge "$1"
}

# A security option with a value, in both spellings: the start of each that the container has. Long ones are cut.
options() { ask option | sed 's/^\([a-z-]*\):/\1=/'; }
has_option() { if options | grep -qxE -e "$1"; then mark "has $2"; fi; }

apparmor_off() {
  has_option 'apparmor=unconfined' 'apparmor=unconfined'
  [ "$(ask privileged)" = false ] || mark 'is privileged'
}

apparmor_missing() {
  [ "$pid" != 0 ] || return 0
  profile=$(ask apparmor)
  case $profile in '' | unconfined) mark 'runs without a profile'; return 0 ;; esac
  if [ ! -r /sys/kernel/security/apparmor/profiles ]; then
    doubt "has the profile $profile, and the kernel's list of profiles cannot be read"
  elif ! grep -qxF -e "$profile (enforce)" /sys/kernel/security/apparmor/profiles; then
    mark "has the profile $profile, which the kernel does not enforce"
  fi
}

apparmor() {
  gather apparmor_off
  if [ -n "$found" ]; then
    judge "$1"
    return 0
  fi
  says '{{.SecurityOptions}}' || return 0
  enabled=$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) || enabled=
  case $enabled:$value in
    Y:*name=apparmor*) each "$1" apparmor_missing ;;
    *name=selinux*) skip 'this host confines by SELinux, see 5.3' ;;
    Y:*) fail 'the kernel has AppArmor, and the engine does not use it' ;;
    :*) skip 'this kernel has no AppArmor' ;;
    *) fail 'AppArmor is switched off in this kernel' ;;
  esac
}

selinux_off() {
  has_option '(label=)?disable' 'label=disable'
  has_option 'label=type:spc_t' 'label=type:spc_t'
}

selinux_missing() { [ "$pid" = 0 ] || [ -n "$(ask selinux)" ] || mark 'runs without a label'; }

selinux() {
  gather selinux_off
  if [ -n "$found" ]; then
    judge "$1"
    return 0
  fi
  says '{{.SecurityOptions}}' || return 0
  enforces=$(cat /sys/fs/selinux/enforce 2>/dev/null) || enforces=
  case $enforces:$value in
    1:*name=selinux*) each "$1" selinux_missing ;;
    :*) skip 'this kernel has no SELinux' ;;
    0:*) fail 'SELinux only warns on this host' ;;
    *) fail 'the kernel has SELinux, and the engine does not use it' ;;
  esac
}

unfiltered() {
  has_option 'seccomp=unconfined' 'seccomp=unconfined'
  [ "$(ask privileged)" = false ] || mark 'is privileged'
  [ "$pid" = 0 ] || [ "$(status_of Seccomp)" = 2 ] || mark 'runs without a filter'
  ! options | grep '^seccomp=' | grep -qvxE 'seccomp=(unconfined|builtin|default)' || doubt 'has a profile that this script does not read'
}

# The last one counts.
gains() {
  if [ "$pid" != 0 ]; then
    [ "$(status_of NoNewPrivs)" = 1 ] || mark 'may gain some'
    return 0
  fi
  option=$(options | grep -E '^no-new-privileges(=|$)' | tail -n 1) || option=
  case $option in
    no-new-privileges | no-new-privileges=1 | no-new-privileges=[tT] | no-new-privileges=true | no-new-privileges=True | no-new-privileges=TRUE) ;;
    '') if [ -n "$unread" ]; then doubt "says nothing of it, and $unread"; elif ! was_told no-new-privileges || [ "$value" != true ]; then mark 'may gain some'; fi ;;
    *) mark "has $option" ;;
  esac
}

no_limits() {
  [ "$(ask ulimits)" = 0 ] || return 0
  if [ -n "$unread" ]; then
    doubt "says nothing of it, and $unread"
  else
    was_told default-ulimits || return 0
    case $value in '' | empty) mark 'has those of the engine' ;; esac
  fi
}

# The engine keeps capabilities as they were written: in any case, with and without CAP_.
bare_names() { tr '[:lower:]' '[:upper:]' | sed 's/^CAP_//'; }

more_capabilities() {
  declared=$(declared_capabilities "$(owner_of)")
  beyond=
  ask dropped | bare_names | grep -qx ALL || mark 'keeps capabilities'
  [ "$(ask privileged)" = false ] || mark 'is privileged, so has all'
  for capability in $(ask added | bare_names); do
    case " $ordinary $declared " in
      *" $capability "*) case " $dangerous " in *" $capability "*) beyond=yes ;; esac ;;
      *) mark "has $capability, which the program does not declare" ;;
    esac
  done
  [ -z "$beyond" ] || accept
}

capabilities() {
  gather more_capabilities
  judge_others "$1" 'a holder of capabilities that reach beyond a container'
}

has_devices() {
  [ "$(ask privileged)" = false ] || mark 'is privileged, so has all'
  declared=" $(declared_devices "$(owner_of)") "
  for device in $(ask device | sort -u | tr ' ' '?'); do
    case $declared in *" $device "*) ;; *) mark "has $device" ;; esac
  done
}

# Namespace $1 of the kernel, and the engine's configuration of it.
shares() {
  mode=$(ask "namespace-$1")
  if [ "$mode" = host ]; then
    mark 'does'
  elif [ "$pid" != 0 ]; then
    if ! namespace=$(readlink "/proc/$pid/ns/$1"); then
      doubt 'has ended'
    elif [ "$namespace" = "$(readlink "/proc/self/ns/$1")" ]; then
      mark 'does'
    fi
  else
    case $mode in container:*) doubt "does not run, and shares with $mode" ;; esac
  fi
}

# Runs a look for each place of the host that is mounted: as it was written, and where its links lead.
mounted() {
  mounts=$(printf '%s\n' "$facts" | awk -v start="$name mount " 'index($0, start) == 1 { print substr($0, length(start) + 1) }')
  while read -r kind writes rest; do
    # The quotes of both texts, without a quote in either.
    case $rest in *\\*) doubt 'has a mount whose name this script does not read' && continue ;; esac
    source=${rest%\" \"*}
    source=${source#\"}
    volume=${rest##*\" \"}
    volume=${volume%\"}
    case $kind in
      bind) ;;
      # A volume may refer to any place or device of the host.
      volume)
        made=$(docker volume inspect --format '{{.Driver}} {{with .Options}}{{printf "%q" (index . "type")}} {{index . "device"}}{{end}}' "$volume" 2>/dev/null) || { doubt "has the volume $volume, which cannot be inspected"; continue; }
        source=${made#* * }
        case $made in
          'local ') continue ;;
          'local ""'* | 'local "none"'*) ;;
          'local "nfs'* | 'local "cifs"'* | 'local "tmpfs"'*) continue ;;
          local*) case $source in /*) ;; *) doubt "has the volume $volume of a type that this script does not read" && continue ;; esac ;;
          *) doubt "has the volume $volume of a driver that this script does not know" && continue ;;
        esac
        ;;
      tmpfs) continue ;;
      *) doubt "has a mount of a kind that this script does not know" && continue ;;
    esac
    case $source in /*) ;; *) continue ;; esac
    real=$(readlink -m -- "$source")
    "$1"
  done <<END
$mounts
END
}

# $1 is a path; true for places that give power over the host, and for everything in them.
is_sensitive() {
  for place in $parents; do [ "$1" != "$place" ] || return 0; done
  for place in $sensitive; do case $1 in "$place" | "$place"/*) return 0 ;; esac; done
  return 1
}

# Exactly what the program gives a socket proxy: that socket, and nothing around it.
is_proxy_mount() { case " $proxies " in *" $name "*) [ "$source" = "$proxy_socket" ] ;; *) return 1 ;; esac }

# A stamp of the guard does not count; while the guard is applied, it is a link to the kept file. The container's own secrets do not count either.
sensitive_mount() {
  [ "$source" != "@secretFolder@/$name" ] || return 0
  case $writes:$source in "false:@configFolder@/$name/"*) return 0 ;; esac
  # Time zone files may be read; a link that leads past the time zones of the host may not.
  case " $time_zone_files " in *" $source "*) case $writes:$real in "false:$source" | false:/usr/share/zoneinfo/*) return 0 ;; esac ;; esac
  case $real in /run/bulkhead/stamp-*/* | /run/bulkhead/swarm-*/*) ;; /run/bulkhead/stamp-* | /run/bulkhead/swarm-* | /run/bulkhead/kept) return 0 ;; esac
  # A monitoring program may read what the program gives it.
  case " $(declared_views "$name") " in *" $source "*) case $writes:$real in "false:$source") return 0 ;; esac ;; esac
  ! is_proxy_mount || return 0
  if is_sensitive "$source" || is_sensitive "$real"; then mark "mounts $source"; fi
}

# The engine hides parts of /proc and /sys from a container; with the opposite setting, the container can read and write them.
sees_host() {
  mounted sensitive_mount
  [ "$(ask masked)" != 0 ] || mark 'sees all of /proc and /sys'
}

# Sockets that the engine was configured with, or that it listens on.
listening=$(ss -Hlxp 2>/dev/null) || listening=
sockets="$sockets $(printf '%s\n' "$told" | sed -n 's|^hosts\.* unix://||p' | one_line)"
sockets="$sockets $(printf '%s\n' "$listening" | awk '/"(dockerd|containerd)"/ && $5 ~ "^/" { print $5 }' | one_line)"

socket_mount() {
  ! is_proxy_mount || return 0
  for socket in $sockets; do
    if [ "$source" = "$socket" ] || [ "$(stat -L -c %d:%i -- "$real" 2>/dev/null)" = "$(stat -L -c %d:%i -- "$socket" 2>/dev/null || echo none)" ]; then
      mark "mounts $source"
      return 0
    fi
    case $(readlink -m -- "$socket") in "${real%/}"/*) [ ! -e "$socket" ] || { mark "mounts $source, which holds $socket"; return 0; } ;; esac
  done
  if printf '%s\n' "$source" "$real" | grep -qE "$engine_socket"; then mark "mounts $source"; fi
}

runs_sshd() {
  [ "$pid" != 0 ] || return 0
  if ! processes=$(docker top "$name" -eo pid,comm 2>/dev/null); then
    doubt 'does not show its processes'
  elif printf '%s\n' "$processes" | awk '{ print $2 }' | grep -qxE 'sshd|sshd-session|dropbear'; then
    mark 'does'
  fi
}

# A task has the name of its service; the engine writes that label itself, over any other.
owner_of() {
  case $tasks in
    *" $name "*) ask service ;;
    *) echo "$name" ;;
  esac
}

# For a running container the open ports; for another one the configured ports.
ports_of() {
  open=$(ask open)
  if [ "$pid" != 0 ] && [ -n "$open" ]; then echo "$open"; else ask told; fi
}

# All addresses of a family, however they are written.
is_all() { [ -z "$(printf '%s' "$1" | tr -d '0:.[]' | sed 's/^[fF]*$//')" ]; }

exposes_all() { [ "$pid" != 0 ] || [ "$(ask exposes)" != true ] || mark 'publishes what its image exposes'; }

on_all_addresses() {
  exposes_all
  for port in $(ports_of); do
    if is_all "${port%%|*}"; then mark "publishes ${port##*|} on all"; fi
  done
}

# Ports up to $1 that the program does not declare.
undeclared() {
  exposes_all
  for port in $(ports_of); do
    address=${port%%|*}
    number=${port#*|}
    number=${number%%|*}
    case $number in *[!0-9]* | '') ;; *) [ "$number" -le "$1" ] || continue ;; esac
    if is_all "$address"; then wanted="|${port#*|}"; else wanted=$port; fi
    case " $(declared_ports "$(owner_of)") " in
      *" $port "* | *" $wanted "*) ;;
      *) mark "$port" ;;
    esac
  done
}

restarts_on() {
  case $(ask restart) in
    'on-failure '[1-5]) ;;
    'unless-stopped '*) if [ "$(declared_restart "$(owner_of)")" = endless ]; then accept; else mark 'is restarted without end, which the program does not declare'; fi ;;
    'always '* | 'on-failure 0') mark 'is restarted without end' ;;
    'on-failure '*) mark 'is restarted more than 5 times' ;;
  esac
}

restarts() {
  gather restarts_on
  judge_others "$1" 'restarted without end'
}

no_pids_limit() { case $(ask limit) in '' | 0 | -1 | '<nil>') mark 'has none' ;; esac; }

pids_limit() {
  gather no_pids_limit
  if [ -n "$found" ]; then skip "Terraform's provider cannot limit the number of processes, and nothing else did:$found"; else judge "$1"; fi
}

unpinned() {
  image=$(ask image)
  printf '%s\n' "$image" | grep -qE '(^|@)sha256:[0-9a-f]{64}$' || mark "runs $image"
}
