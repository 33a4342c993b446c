# The command remove: takes away everything but the files.

remove() {
  if [ -d /run/systemd/system ]; then
    systemctl stop bulkhead-watch.service bulkhead-check.timer 2>/dev/null || :
  fi
  begin
  unfinished=yes
  rm -rf "$run"/stamp-*
  pick_families
  remove_frames
  prefix=$(sed -n 's/^prefix //p' "$etc/network" 2>/dev/null || :)
  [ -z "$prefix" ] || links set /dev/null
  drop_rules
  drop_hooks
  rm -rf "$run"
  work=
  unfinished=
  say 'removed; sysctls keep their values until the next boot'
}
