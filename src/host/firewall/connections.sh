# Ends connections: awk compares the kernel's list, and conntrack deletes exactly those found, in one process.

connections_to_end() {
  # shellcheck disable=SC2016 # awk's own variables
  awk -v ct="$ct" -v mode="$1" -f firewall/connections.awk file=network "$etc/network" file=kept "$etc/permits" file=before "$work/before" file=list "$work/list"
}

# An established connection would outlive its permission. At the first apply after a boot, earlier connections are not known; and while the guard was
# missing, every sender could open connections.
end_connections() {
  if [ ! -r "$private/permits" ]; then
    end_those touching
  else
    cp "$private/permits" "$work/before"
    cmp -s "$work/before" "$etc/permits" || end_those gone
    [ ! -e "$private/unguarded" ] || end_those uncovered
  fi
  rm -f "$private/unguarded"
  cmp -s "$private/permits" "$etc/permits" && return 0
  changed=yes
  cp "$etc/permits" "$work/permits"
  mv "$work/permits" "$private/permits"
}

end_those() {
  [ -e "$work/before" ] || : >"$work/before"
  for entry in $families; do
    use_family "$entry"
    round=0
    while :; do
      conntrack -L -f "$ct" >"$work/list" 2>"$work/err" || die "connections cannot be listed: $(first_error)"
      connections_to_end "$1" >"$work/end"
      [ -s "$work/end" ] || break
      round=$((round + 1))
      if [ "$round" -gt 3 ]; then
        # Connections that the rules accept may come back at once, including the host's own use of a publication; what is withdrawn must not.
        [ "$1" != gone ] && break
        die "connections of withdrawn permissions do not end: $(head -n 1 "$work/end")"
      fi
      if ! conntrack -R "$work/end" >/dev/null 2>&1; then
        while read -r tuple; do
          # shellcheck disable=SC2086 # words made of checked addresses and numbers
          conntrack $tuple >/dev/null 2>&1 || :
        done <"$work/end"
      fi
    done
  done
}
