# The command remove: takes away everything but the files.

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
  [ ! -s "$private/sets" ] || die "sets are still in use by rules that are not ours: $(tr '\n' ' ' <"$private/sets")"
  while read -r made table chain; do
    use_family "${made#v}"
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
  say 'removed; sysctls keep their values until the next boot'
}
