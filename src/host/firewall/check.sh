# The commands check and status: one line for each fault.

wrong() {
  rm -rf "$run"/stamp-*
  echo "$*"
}

# One line for all parts of the guard that differ from what was read back; the first one removes the stamp.
guard_faults() {
  stamp_holds || wrong "the stamp $stamp is missing or is not as it was written"
  for entry in $families; do
    use_family "$entry"
    read_back
    if ! stands; then
      [ -s "$work/faults" ] || echo "$ct: rules or sets are not what was read back after the last apply" >"$work/faults"
      wrong "$(cat "$work/faults")"
    fi
    other_faults >"$work/others"
    [ ! -s "$work/others" ] || wrong "$(cat "$work/others")"
  done
  [ ! -s "$private/frames" ] || frames_hold || wrong 'the tables of frames are not what was loaded'
  cmp -s "$private/permits" "$etc/permits" || wrong 'connections of withdrawn permissions have not been ended'
  [ ! -e "$private/unguarded" ] || wrong 'connections from while the guard was gone have not been ended'
}

# One line per deviation.
deviations() {
  guard_faults
  for entry in $families; do
    use_family "$entry"
    missing_hooks
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

say_frames() { say "frames with several VLAN tags bypass the guard where a container has NET_RAW: ${frames_fault:-apply says why}"; }

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
    say "daemon $daemon_id ($daemon_path), engine ${engine_found:-not installed}, rules for $engine_minimum up to, not including, $engine_below"
    say "families $families: $(guard_size), $(awk 'END { print NR }' "$etc/permits") permits"
  fi
  [ -s "$work/found" ] || say 'all holds'
  tell
}
