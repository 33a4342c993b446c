import { PATHS } from './common';

/** What is read before anything else; damaged files are never applied. */
const SETTINGS = `
# Sets fault to a sentence about the first file that is not as it was installed.
find_fault() {
  set -- ${PATHS.sysctl} ${PATHS.modules}
  for name in rules.v4 rules.v6 sets.v4 sets.v6 chains permits network daemon-id engine; do set -- "$@" "$etc/$name"; done
  fault=$(sha256sum "$@" 2>/dev/null | awk -v sums="$etc/sums" -v names="$*" '
    { found[$2] = substr($1, 1, 12) }
    END {
      while ((getline line <sums) > 0) if (split(line, w, " ") == 2 && length(w[1]) == 12) want[w[2]] = w[1]
      n = split(names, name, " ")
      for (i = 1; i <= n; i++) {
        if (!(name[i] in want)) { print sums " is missing or truncated: it does not list " name[i]; exit }
        if (!(name[i] in found)) { print name[i] " is missing"; exit }
        if (found[name[i]] != want[name[i]]) { print name[i] " is truncated or edited: its digest is not the installed one"; exit }
      }
    }')
  for name in rules.v4 rules.v6; do
    [ -n "$fault" ] || grep -qsx COMMIT "$etc/$name" || fault="$etc/$name is empty or has no COMMIT"
  done
}

read_settings() {
  find_fault
  [ -z "$fault" ] || die "$fault; install the host files again"
  { read -r daemon_id && { read -r daemon_path || :; }; } <"$etc/daemon-id"
  stamp=$run/stamp-$daemon_id
  while read -r word value; do
    case $word in
      prefix) prefix=$value ;;
      minimum) engine_minimum=$value ;;
      below) engine_below=$value ;;
    esac
  done <<END
$(cat "$etc/network" "$etc/engine")
END
}

enter() {
  mkdir -p "$run"
  exec 9>"$run/lock"
  flock -w 60 9 || die 'another run holds the lock /run/bulkhead/lock'
  work=$(mktemp -d "$run/work.XXXXXX")
}

leave() {
  rc=$?
  trap - EXIT
  [ -z "$work" ] || rm -rf "$work"
  if [ -n "$unfinished" ]; then
    [ "$rc" = 2 ] || echo "bulkhead: $command stopped half way (exit $rc)" >&2
    rm -f "$run"/stamp-*
    [ "$rc" != 0 ] || rc=2
  fi
  exit "$rc"
}
`;

const APPLY = `
write_stamp() {
  for other in "$run"/stamp-*; do
    [ "$other" = "$stamp" ] || rm -rf "$other"
  done
  [ "$(cat "$stamp" 2>/dev/null)" != "$daemon_id" ] || return 0
  # A container that was started with a volume instead of a mount made a directory of it.
  [ ! -d "$stamp" ] || rmdir "$stamp"
  printf '%s\\n' "$daemon_id" >"$work/stamp"
  mv "$work/stamp" "$stamp"
  changed=yes
}

apply() {
  enter
  unfinished=yes
  need_tools
  read_settings
  pick_families
  load_modules
  sysctls set
  switches set
  remember
  for entry in $families; do apply_family "$entry"; done
  end_connections
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; } >"$work/names"
  drop_old "$etc/chains" "$work/names"
  switches set
  links set "$etc/network"
  # The guard stands on any engine, since it only restricts; but without the stamp no container starts, and docker does not either.
  check_engine
  [ -z "$engine_fault" ] || die "$engine_fault"
  write_stamp
  unfinished=
  rm -rf "$work"
  work=
  exec 9>&-
  [ "$families" = '4 6' ] || [ -n "$quiet" ] || say 'this kernel has no IPv6: the guard is there for IPv4 only'
  if [ -n "$changed" ]; then
    say "applied; the stamp is $stamp"
  elif [ -z "$quiet" ]; then
    say 'nothing changed'
  fi
}
`;

const CHECK = `
# One line per deviation.
deviations() {
  for entry in $families; do
    use_family "$entry"
    list_rules
    tables faults "$etc/chains" >"$work/faults"
    hooks | while read -r table chain; do
      is_hooked "$table" "$chain" || echo "$ct: no jump from FORWARD to $chain"
    done >>"$work/faults"
    cat "$work/faults"
    [ ! -s "$work/faults" ] || continue
    live
    cmp -s "$work/live" "$run/live.v$family" || echo "$ct: rules or sets are not what was read back after the last apply"
  done
  sysctls show
  switches show
  links show "$etc/network"
  cmp -s "$run/permits" "$etc/permits" || echo 'connections of withdrawn permissions have not been ended'
  check_engine
  [ -z "$engine_fault" ] || echo "$engine_fault"
  [ "$(cat "$stamp" 2>/dev/null)" = "$daemon_id" ] || echo "the stamp $stamp is missing or carries another id"
}

look() {
  need_tools
  enter
  find_fault
  if [ -n "$fault" ]; then
    echo "$fault" >"$work/deviations"
    return 0
  fi
  read_settings
  pick_families
  deviations >"$work/deviations"
}

check() {
  look
  cat "$work/deviations"
  [ ! -s "$work/deviations" ]
}

status() {
  look
  if [ -n "$daemon_id" ]; then
    say "daemon $daemon_id ($daemon_path), engine \${engine_found:-not installed}, rules for $engine_minimum up to, not including, $engine_below"
    say "families $families: $(awk '{ n += $5 } END { print n " rules in " NR " chains" }' "$etc/chains"), $(awk 'END { print NR }' "$etc/permits") permits"
  fi
  [ -s "$work/deviations" ] || say 'all holds'
  cat "$work/deviations"
  [ ! -s "$work/deviations" ]
}
`;

const WATCH = `
# Switches follow new bridges at once; everything else is looked at every ten seconds. Docker is never restarted to heal.
watch() {
  need_tools
  mkdir -p "$run"
  exec 7>"$run/watch.lock"
  flock -n 7 || die 'another watch is running'
  read_settings
  rm -f "$run/events"
  mkfifo -m 600 "$run/events"
  exec 8<>"$run/events"
  ip monitor link >&8 7>&- 2>/dev/null &
  monitor=$!
  while sleep 10; do
    # Nothing outlives a watch that was killed.
    kill -0 $$ 2>/dev/null || { kill "$monitor"; exit; }
    echo tick
  done >&8 7>&- &
  ticker=$!
  # shellcheck disable=SC2064 # the ids of now
  trap "kill $monitor $ticker 2>/dev/null; exit 0" TERM INT HUP
  : >"$run/watch.started"
  told=
  while read -r event <&8; do
    [ "$event" = tick ] || { switches set; continue; }
    # After a removal there is nothing left to watch.
    if [ ! -d "$run" ] || [ ! -e "$etc/sums" ]; then break; fi
    kill -0 "$monitor" 2>/dev/null || die 'ip monitor has ended'
    found=$("$0" check 2>&1) && { told=; continue; }
    [ "$found" = "$told" ] || printf '%s\\n' "$found" >&2
    if "$0" apply --quiet; then told=; else told=$found; fi
  done
  kill "$monitor" "$ticker" 2>/dev/null || :
}
`;

const REMOVE = `
remove() {
  if [ -d /run/systemd/system ]; then
    systemctl stop bulkhead-watch.service bulkhead-check.timer 2>/dev/null || :
  fi
  enter
  need_tools
  rm -rf "$run"/stamp-*
  [ -e "$etc/chains" ] || : >"$run/chains.none"
  pick_families
  if [ -e "$etc/chains" ]; then remember; else touch "$run/chains" "$run/sets"; fi
  for entry in $families; do
    use_family "$entry"
    set_jumps /dev/null
  done
  prefix=$(sed -n 's/^prefix //p' "$etc/network" 2>/dev/null || :)
  [ -z "$prefix" ] || links set /dev/null
  drop_old /dev/null /dev/null
  [ ! -s "$run/sets" ] || die "sets are still in use by rules that are not ours: $(tr '\\n' ' ' <"$run/sets")"
  while read -r made table chain; do
    use_family "\${made#v}"
    [ "$("$tool" -w "$wait" -t "$table" -S "$chain" 2>/dev/null)" = "-N $chain" ] || continue
    # With an engine here, the chain and the jump to it are Docker's.
    "$tool" -w "$wait" -t "$table" -S DOCKER >/dev/null 2>&1 && continue
    while "$tool" -w "$wait" -t "$table" -D FORWARD -j "$chain" 2>/dev/null; do :; done
    "$tool" -w "$wait" -t "$table" -X "$chain" 2>/dev/null || :
  done <<END
$(cat "$run/made" 2>/dev/null)
END
  rm -rf "$run"
  work=
  say 'removed: rules, sets and stamp are gone; sysctls keep their values until the next boot'
}
`;

const SETUP = `
# Makes the applied guard permanent. With --start-docker it also sees to it that the engine runs.
setup() {
  command=apply
  apply
  if [ ! -d /run/systemd/system ]; then
    say "systemd does not run here; have this started by hand at every boot, before dockerd: $0 apply; and beside it: $0 watch"
    say 'restart dockerd by hand when /etc/docker/daemon.json has changed since it started'
    return 0
  fi
  acted=
  systemctl daemon-reload
  for unit in bulkhead-firewall.service bulkhead-watch.service bulkhead-check.timer; do
    systemctl -q is-enabled "$unit" 2>/dev/null && systemctl -q is-active "$unit" && continue
    systemctl -q enable --now "$unit"
    acted=yes
    say "enabled $unit"
  done
  if [ -e "$run/watch.started" ] && [ -n "$(find ${PATHS.script} ${PATHS.watchUnit} -newer "$run/watch.started")" ]; then
    systemctl restart bulkhead-watch.service
    acted=yes
    say 'restarted bulkhead-watch.service: it has changed'
  fi
  if ! systemctl cat docker.service >/dev/null 2>&1; then
    [ "$1" != --start-docker ] || die 'docker.service is not on this host: the engine is not installed'
  elif systemctl -q is-active docker.service; then
    if [ ! -e /run/docker.pid ] || [ -n "$(find ${PATHS.daemonJson} -newer /run/docker.pid)" ]; then
      say "docker's configuration has changed since it started: restarting docker"
      systemctl restart docker.service
      acted=yes
    fi
  elif [ "$1" = --start-docker ]; then
    # Attempts before the tools were installed may have used up its start limit.
    systemctl reset-failed docker.service 2>/dev/null || :
    say 'starting docker'
    systemctl -q enable docker.service
    systemctl start docker.service
    acted=yes
  fi
  [ -n "$acted" ] || say 'units and docker: nothing changed'
}
`;

const MAIN = `
wait=10
work=
unfinished=
changed=
quiet=
engine_minimum=
engine_below=
prefix=
daemon_id=
daemon_path=
command=\${1:-}
option=\${2:-}
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $command:$option in
  apply:) apply ;;
  apply:--quiet) quiet=yes && apply ;;
  check: | status: | watch: | remove:) "$command" ;;
  setup: | setup:--start-docker) setup "$option" ;;
  *) die 'usage: bulkhead-firewall apply [--quiet] | check | status | watch | remove | setup [--start-docker]' ;;
esac
`;

export const COMMANDS = SETTINGS + APPLY + CHECK + WATCH + REMOVE + SETUP + MAIN;
