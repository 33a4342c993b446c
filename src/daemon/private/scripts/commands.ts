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
      raw) raw=yes ;;
    esac
  done <<END
$(cat "$etc/network" "$etc/engine")
END
}

# Reads the settings and makes a folder to work in, under the lock. From here on the stamp goes when there is no answer.
begin() {
  unfinished=look
  need_tools
  enter
  [ "$command" != apply ] || hold_stamp
  rm -rf "$private"/work.*
  work=$(mktemp -d "$private/work.XXXXXX")
}

leave() {
  rc=$?
  trap - EXIT
  [ -z "$work" ] || rm -rf "$work"
  case $unfinished:$rc in
    :*) ;;
    # Told to end before it found anything, it knows nothing against the stamp.
    look:143) put_back ;;
    *)
      [ "$rc" = 2 ] || echo "bulkhead: $command stopped half way (exit $rc)" >&2
      rm -rf "$run"/stamp-* 2>/dev/null || :
      [ "$rc" != 0 ] || rc=2
      ;;
  esac
  exit "$rc"
}
`;

const APPLY = `
# While a run of apply lives, the stamp is a link that leads past its process: containers start as ever, and however the run ends, by SIGKILL among
# that, the stamp leads nowhere, unless all was well and it was put back.
hold_stamp() {
  for stamp in "$run"/stamp-*; do
    if [ ! -f "$stamp" ] || [ -L "$stamp" ]; then continue; fi
    ln -fT "$stamp" "$run/kept"
    ln -sf "$held" "$private/link"
    mv -T "$private/link" "$stamp"
    return
  done
}

is_held() { [ "$(readlink "$stamp")" = "$held" ]; }

put_back() { ! is_held || mv -T "$run/kept" "$stamp"; }

# A bind mount takes anything that lies there; docker makes a folder of it where a container names it as a volume.
stamp_holds() {
  file=$stamp
  ! is_held || file=$run/kept
  [ "$(stat -c '%F %u %a' "$file" 2>/dev/null)" = 'regular file 0 644' ] && [ "$(cat "$file")" = "$daemon_id" ]
}

write_stamp() {
  for other in "$run"/stamp-*; do
    [ "$other" = "$stamp" ] || rm -rf "$other"
  done
  put_back
  ! stamp_holds || return 0
  rm -rf "$stamp"
  printf '%s\\n' "$daemon_id" >"$work/stamp"
  mv -T "$work/stamp" "$stamp"
  changed=yes
}

# The stamp goes before anything is mended, and comes back when all was read back.
apply() {
  begin
  read_settings
  pick_families
  load_modules
  sysctls set
  switches set
  guard_faults >"$work/found"
  if [ -s "$work/found" ]; then
    unfinished=yes
    [ -z "$quiet" ] || cat "$work/found"
    remember
    for entry in $families; do apply_family "$entry"; done
    end_connections
  else
    for entry in $families; do use_family "$entry" && make_hooks; done
  fi
  load_frames
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; } >"$work/names"
  drop_old "$etc/chains" "$work/names"
  switches set
  links set "$etc/network"
  clear_others
  # The guard stands on any engine, since it only restricts; but without the stamp no container starts, and docker does not either.
  check_engine
  check_backend
  [ -z "$engine_fault" ] || die "$engine_fault"
  write_stamp
  unfinished=
  rm -rf "$work"
  work=
  exec 9>&-
  [ "$families" = '4 6' ] || [ -n "$quiet" ] || say 'this kernel has no IPv6: the guard is there for IPv4 only'
  [ -z "$frames_fault" ] || [ -n "$quiet" ] || say_frames
  if [ -n "$changed" ]; then
    say "applied; the stamp is $stamp"
  elif [ -z "$quiet" ]; then
    say 'nothing changed'
  fi
}
`;

const CHECK = `
wrong() {
  rm -rf "$run"/stamp-*
  echo "$*"
}

# One line for all of the guard that is not as it was read back; the stamp goes with the first.
guard_faults() {
  stamp_holds || wrong "the stamp $stamp is missing or is not as it was written"
  for entry in $families; do
    use_family "$entry"
    live
    tables faults "$etc/chains" >"$work/faults"
    if [ -s "$work/faults" ]; then
      wrong "$(cat "$work/faults")"
    else
      cmp -s "$work/live" "$private/live.v$family" || wrong "$ct: rules or sets are not what was read back after the last apply"
    fi
    ! other_rules || wrong "$ct: $other has rules of ours or of Docker beside those of $tool"
  done
  [ ! -s "$private/frames" ] || frames_hold || wrong 'the tables of frames are not what was read back after the last apply'
  cmp -s "$private/permits" "$etc/permits" || wrong 'connections of withdrawn permissions have not been ended'
  [ ! -e "$private/unguarded" ] || wrong 'connections from while the guard was gone have not been ended'
}

# One line per deviation.
deviations() {
  guard_faults
  for entry in $families; do
    use_family "$entry"
    hooks | while read -r table chain; do
      is_hooked "$table" "$chain" || echo "$ct: no jump from FORWARD to $chain"
    done
  done
  sysctls show
  switches show
  links show "$etc/network"
  check_engine
  check_backend
  [ -z "$engine_fault" ] || wrong "$engine_fault"
}

look() {
  begin
  find_fault
  if [ -n "$fault" ]; then
    wrong "$fault" >"$work/found"
  else
    read_settings
    pick_families
    deviations >"$work/found"
  fi
  unfinished=
}

say_frames() { say "frames with several VLAN tags go past the guard where a container holds NET_RAW: \${frames_fault:-apply says why}"; }

tell() {
  [ -n "$fault" ] || [ -s "$private/frames" ] || say_frames
  cat "$work/found"
  [ ! -s "$work/found" ]
}

check() {
  look
  tell
}

status() {
  look
  if [ -n "$daemon_id" ]; then
    say "daemon $daemon_id ($daemon_path), engine \${engine_found:-not installed}, rules for $engine_minimum up to, not including, $engine_below"
    say "families $families: $(awk '{ n += $5 } END { print n " rules in " NR " chains" }' "$etc/chains"), $(awk 'END { print NR }' "$etc/permits") permits"
  fi
  [ -s "$work/found" ] || say 'all holds'
  tell
}
`;

const REMOVE = `
remove() {
  if [ -d /run/systemd/system ]; then
    systemctl stop bulkhead-watch.service bulkhead-check.timer 2>/dev/null || :
  fi
  begin
  unfinished=yes
  rm -rf "$run"/stamp-*
  pick_families
  if [ -e "$etc/chains" ]; then remember; else touch "$private/chains" "$private/sets"; fi
  for entry in $families; do
    use_family "$entry"
    set_jumps /dev/null
    ! other_rules || clear_other
  done
  remove_frames
  prefix=$(sed -n 's/^prefix //p' "$etc/network" 2>/dev/null || :)
  [ -z "$prefix" ] || links set /dev/null
  drop_old /dev/null /dev/null
  [ ! -s "$private/sets" ] || die "sets are still in use by rules that are not ours: $(tr '\\n' ' ' <"$private/sets")"
  while read -r made table chain; do
    use_family "\${made#v}"
    [ "$("$tool" -w "$wait" -t "$table" -S "$chain" 2>/dev/null)" = "-N $chain" ] || continue
    # With an engine here, the chain and the jump to it are Docker's.
    "$tool" -w "$wait" -t "$table" -S DOCKER >/dev/null 2>&1 && continue
    while "$tool" -w "$wait" -t "$table" -D FORWARD -j "$chain" 2>/dev/null; do :; done
    "$tool" -w "$wait" -t "$table" -X "$chain" 2>/dev/null || :
  done <<END
$(cat "$private/made" 2>/dev/null)
END
  rm -rf "$run"
  work=
  unfinished=
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
  if [ -e "$private/watch.started" ] && [ -n "$(find ${PATHS.script} ${PATHS.watchUnit} -newer "$private/watch.started")" ]; then
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
raw=
fault=
held=/proc/$$/../..$run/kept
stamp=
frames_fault=
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

export const COMMANDS = SETTINGS + APPLY + CHECK + REMOVE + SETUP + MAIN;
