# Writing sets, rules and jumps, and reading them back.

# A set keeps its name as long as its content: a changed one is emptied and filled again (closed for that moment).
restore_sets() {
  [ -s "$etc/sets.v$family" ] || return 0
  {
    for name in $(set_names "$etc/sets.v$family"); do
      one_set "$name" >"$work/set"
      [ -s "$work/set" ] || continue
      awk -v n="$name" '($1 == "create" || $1 == "add") && $2 == n' "$private/live.v$family" 2>/dev/null >"$work/known" || :
      cmp -s "$work/set" "$work/known" || echo "flush $name"
    done
    cat "$etc/sets.v$family"
  } >"$work/sets"
  ipset -exist restore <"$work/sets" 2>"$work/err" || die "ipset refused sets.v$family: $(first_error)"
}

# Hooks that are not the kernel's own (DOCKER-USER), by table and name.
hooks() { awk -v f="v$family" '$1 == f && $4 !~ /^(PREROUTING|INPUT|FORWARD|OUTPUT)$/ && !seen[$2, $4]++ { print $2, $4 }' "$etc/chains"; }

is_hooked() { "$tool" -w "$wait" -t "$1" -C FORWARD -j "$2" 2>/dev/null; }

# They exist before Docker's first start, and a restore file would empty them. Docker moves the jump to the top when it starts, but engines up to 26
# omit it beside running containers: after a flush, everything declared would stay closed.
make_hooks() {
  hooks >"$work/hooks"
  while read -r table chain; do
    if ! "$tool" -w "$wait" -t "$table" -S "$chain" >/dev/null 2>&1; then
      echo "v$family $table $chain" >>"$private/made"
      "$tool" -w "$wait" -t "$table" -N "$chain" 2>"$work/err" || die "$tool cannot make chain $chain: $(first_error)"
      changed=yes
    fi
    is_hooked "$table" "$chain" && continue
    "$tool" -w "$wait" -t "$table" -I FORWARD -j "$chain" 2>"$work/err" || die "$tool cannot jump to $chain: $(first_error)"
    changed=yes
  done <"$work/hooks"
}

missing_hooks() {
  hooks | while read -r table chain; do
    is_hooked "$table" "$chain" || echo "$ct: no jump from FORWARD to $chain"
  done
}

restore_rules() {
  "$tool-restore" -w "$wait" --noflush <"$etc/rules.v$family" >/dev/null 2>"$work/err" ||
    die "$tool-restore refused rules.v$family, nothing of the failing table was loaded: $(first_error)"
}

set_jumps() {
  attempt=0
  while :; do
    list_rules
    compare_chains edits "$1" >"$work/jumps"
    [ -s "$work/jumps" ] || return 0
    changed=yes
    # Another program may move a jump between listing and writing: then the transaction fails as a whole, and is tried again.
    attempt=$((attempt + 1))
    [ "$attempt" -le 5 ] || die "the jumps ($ct) do not stay where they are put: $(first_error)"
    "$tool-restore" -w "$wait" --noflush <"$work/jumps" >/dev/null 2>"$work/err" || :
  done
}

apply_family() {
  use_family "$1"
  make_hooks
  read_back
  stands || : >"$private/unguarded"
  if ! cmp -s "$work/live" "$private/live.v$family"; then
    restore_sets
    restore_rules
    changed=yes
  fi
  set_jumps "$etc/chains"
  read_back
  [ ! -s "$work/faults" ] || die "read back, the rules are not what was loaded: $(head -n 1 "$work/faults")"
  for name in $(set_names "$etc/sets.v$family"); do
    grep -q "^create $name " "$work/live" || die "read back, set $name is missing"
  done
  cmp -s "$work/live" "$private/live.v$family" || mv "$work/live" "$private/live.v$family"
}
