# The checks of the users of containers in verify.sh: for each process of a running container it asks the kernel, for others it reads the engine's
# configuration.

root_user() {
  user=$(ask user)
  user=${user%%:*}
  case $user in
    '' | root) mark 'runs as root'; return 0 ;;
    *[!0+-]*) ;;
    *) mark "runs as root, as $user"; return 0 ;;
  esac
  if [ "$pid" != 0 ]; then
    case $(status_of Uid) in
      0) mark 'has a process of root' ;;
      '') doubt 'has ended' ;;
    esac
  else
    case $user in *[!0-9]*) doubt "does not run, and its image says who $user is" ;; esac
  fi
}

# Runs the check of processes for a container of the program: for a declared user, or for root for a while. $1 is fixed or start, $2 the number of the
# user, $3 the seconds that root has to drop.
processes_of_user() {
  told=$(ask user)
  if [ "$pid" = 0 ]; then
    [ "${told%%:*}" = "$2" ] || mark "is to run as ${told:-the user of its image}, not as $2"
    return 0
  fi
  if ! numbers=$(docker top "$name" -eo pid 2>/dev/null); then
    doubt 'does not show its processes'
    return 0
  fi
  files=
  for number in $(printf '%s\n' "$numbers" | sed 1d); do files="$files /proc/$number/task/[0-9]*/status"; done
  ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
  # shellcheck disable=SC2086 # names of files, with stars
  seen=$(
    {
      sed 's/^/map /' "/proc/$pid/uid_map"
      sed 's/^.*) /start /' "/proc/$pid/stat"
      sed 's/^/uptime /' /proc/uptime
      cat $files
    } 2>/dev/null | awk -v first="$pid" -v mode="$1" -v user="$2" -v seconds="${3:-0}" -v ticks="$ticks" -f verify/processes.awk
  ) || seen=
  # What has ended shows none.
  [ -n "$seen" ] || seen='doubt has ended'
  while read -r verdict text; do
    case $verdict in
      mark) mark "$text" ;;
      doubt) doubt "$text" ;;
    esac
  done <<END
$seen
END
}

as_declared() {
  # With another runtime, the host sees the processes of the runtime, not those inside.
  case $pid:$(ask runtime) in 0:* | *: | *:runc | *:io.containerd.runc.v2) ;; *) doubt "runs under $(ask runtime), whose users this script does not read" && return 0 ;; esac
  # shellcheck disable=SC2046 # words
  set -- $(declared_user "$(owner_of)")
  case ${1:-} in
    # Not in the program, or of a service that it does not know here.
    '') root_user ;;
    root) accept ;;
    *) processes_of_user "$@" ;;
  esac
}

users() {
  gather as_declared
  judge_others "$1" root
}
