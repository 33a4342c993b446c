# The command apply: makes the guard what the files say, reads it back, and only then writes its stamp.

# While a run of apply is active, the stamp is a link that leads through its process: containers start as usual. If the run ends in any way, including
# SIGKILL, the stamp leads nowhere, unless everything was correct and apply restored it.
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

# A bind mount accepts anything at that path; docker creates a folder there if a container names it as a volume.
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
  printf '%s\n' "$daemon_id" >"$work/stamp"
  mv -T "$work/stamp" "$stamp"
  : >"$private/stamped"
  changed=yes
}

# The stamp is removed before any repair, and comes back when everything was read back.
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
  drop_withdrawn
  switches set
  links set "$etc/network"
  clear_others
  # The guard is applied on any engine, since it only restricts; but without the stamp no container starts, and docker does not either.
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
