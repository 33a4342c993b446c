# Taking away what the last rules left.

# Written before anything is made, so that an interrupted run leaves nothing that nobody knows of.
remember() {
  cat "$etc/chains" "$private/chains" 2>/dev/null | awk '{ print $1, $2, $3, $4 }' | sort -u >"$work/chains"
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; cat "$private/sets" 2>/dev/null || :; } | sort -u >"$work/names"
  mv "$work/chains" "$private/chains"
  mv "$work/names" "$private/sets"
}

# Chains and sets of ours that $1 (a file like chains) and $2 (set names) no longer list.
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
