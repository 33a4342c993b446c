# Taking away what the last rules left, or all.

# Written before anything is created, so that the record covers everything that an interrupted run leaves.
remember() {
  cat "$etc/chains" "$private/chains" 2>/dev/null | awk '{ print $1, $2, $3, $4 }' | sort -u >"$work/chains"
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; cat "$private/sets" 2>/dev/null || :; } | sort -u >"$work/names"
  mv "$work/chains" "$private/chains"
  mv "$work/names" "$private/sets"
}

# Bulkhead's chains and sets that $1 (a file like chains) and $2 (set names) no longer list.
drop_old() {
  awk 'FNR == NR && FILENAME == wanted { mine[$1, $2, $3] = 1; next } !(($1, $2, $3) in mine)' wanted="$1" "$1" "$private/chains" >"$work/old"
  while read -r old_family table chain _; do
    case " $families " in *" ${old_family#v} "*) ;; *) continue ;; esac
    use_family "${old_family#v}"
    "$tool" -w "$wait" -t "$table" -S "$chain" >/dev/null 2>&1 || continue
    for action in -F -X; do
      "$tool" -w "$wait" -t "$table" "$action" "$chain" 2>"$work/err" || die "$tool cannot remove chain $chain: $(first_error)"
    done
    changed=yes
  done <"$work/old"
  : >"$work/kept"
  while read -r name; do
    if ! grep -qxF -e "$name" "$2"; then
      ipset list -n "$name" >/dev/null 2>&1 || continue
      if ipset destroy "$name" 2>/dev/null; then
        changed=yes
        continue
      fi
    fi
    echo "$name" >>"$work/kept"
  done <"$private/sets"
  mv "$work/kept" "$private/sets"
  awk '{ print $1, $2, $3, $4 }' "$1" | sort -u >"$private/chains"
}

drop_withdrawn() {
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; } >"$work/names"
  drop_old "$etc/chains" "$work/names"
}

# Everything that belongs to Bulkhead, in the other iptables too.
drop_rules() {
  if [ -e "$etc/chains" ]; then remember; else touch "$private/chains" "$private/sets"; fi
  for entry in $families; do
    use_family "$entry"
    set_jumps /dev/null
    ! other_rules || clear_other
  done
  drop_old /dev/null /dev/null
  [ ! -s "$private/sets" ] || die "sets are still in use by rules that Bulkhead does not manage: $(tr '\n' ' ' <"$private/sets")"
}

# Hooks that Bulkhead created, if no rule uses them.
drop_hooks() {
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
}
