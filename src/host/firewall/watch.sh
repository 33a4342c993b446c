# Sets the switches of new bridges at once. The watch sees changes of rules at once if nf_tables reports them, and checks everything every ten
# seconds; with iptables-legacy only the latter. It never restarts Docker for a repair.

watch() {
  need_tools
  own_folder 755 "$run"
  own_folder 700 "$private"
  exec 7>"$private/watch.lock"
  flock -n 7 || die 'another watch is running'
  read_settings
  rm -f "$private/events" "$private/rules" "$private/dirty"
  mkfifo "$private/events" "$private/rules"
  exec 8<>"$private/events"
  ip monitor link >&8 7>&- 2>/dev/null &
  monitor=$!
  nft monitor >"$private/rules" 7>&- 8>&- 2>/dev/null &
  rules=$!
  rule_events <"$private/rules" >&8 7>&- 2>/dev/null &
  reader=$!
  {
    while kill -0 $$; do
      echo tick
      sleep 10
    done
    # Nothing outlives a watch that was killed.
    kill "$monitor" "$rules" "$reader"
  } >&8 7>&- 2>/dev/null &
  ticker=$!
  # shellcheck disable=SC2064 # the ids of now
  trap "kill $monitor $rules $reader $ticker 2>/dev/null; exit 0" TERM INT HUP
  : >"$private/watch.started"
  told=
  others=
  while read -r event <&8; do
    case $event in
      tick | rules) ;;
      *)
        switches set
        other_ports
        continue
        ;;
    esac
    # After a removal there is nothing left to watch.
    if [ ! -d "$run" ] || [ ! -e "$etc/sums" ]; then break; fi
    kill -0 "$monitor" 2>/dev/null || die 'ip monitor has ended'
    rm -f "$private/dirty"
    if found=$("$0" apply --quiet 2>&1); then
      [ -z "$found" ] || printf '%s\n' "$found" >&2
      told=
      revive 7>&- 8>&- 2>/dev/null &
    else
      # Whatever ended it.
      rm -rf "$run"/stamp-*
      [ "$found" = "$told" ] || printf '%s\n' "$found" >&2
      told=$found
    fi
  done
  kill "$monitor" "$rules" "$reader" "$ticker" 2>/dev/null || :
}
