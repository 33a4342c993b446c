/**
 * Reading the live tables. \`chains\` holds one line per chain of ours: family, table, chain, hook, number of rules, digest.
 * The kernel's own listing is compared, never the text that we wrote: it comes back in another spelling.
 */
const LISTING = `
use_family() {
  family=$1
  case $1 in
    4) tool=iptables ct=ipv4 ;;
    6) tool=ip6tables ct=ipv6 ;;
  esac
}

pick_families() {
  families='4 6'
  if [ ! -e /proc/net/if_inet6 ] && ! ip6tables -w "$wait" -t mangle -S >/dev/null 2>&1; then
    families=4
  fi
}

# iptables warns of labels of connections that it finds no names for, which ours have not.
first_error() { grep -v '^Warning: cannot open .*connlabel' "$work/err" | grep -m 1 . || echo 'no reason given'; }

list_rules() {
  : >"$work/save"
  # shellcheck disable=SC2013 # single words
  for table in $(cat "$etc/chains" "$private/chains" 2>/dev/null | awk -v f="v$family" '$1 == f && !seen[$2]++ { print $2 }'); do
    "$tool-save" -t "$table" >>"$work/save" 2>"$work/err" || die "$tool-save failed for table $table: $(first_error)"
  done
}

# Looks at $work/save for our chains, which file $2 lists. Prints, depending on $1:
# faults: one line for each thing that is wrong with chains and jumps
# live: our rules as the kernel has them
# edits: restore input that leaves one jump, first in its hook, to every chain of ours, and none to those of $private/chains that are no longer
#   ours; old jumps go and the new one comes in one transaction, so there is no moment without it
tables() {
  touch "$private/chains"
  awk -v f="v$family" -v mode="$1" '
    function row(keep) { n++; table[n] = $2; chain[n] = $3; hook[n] = $4; rules[n] = $5; digest[n] = $6; kept[n] = keep }
    file == "wanted" { if ($1 == f) { row(1); mine[$2, $3] = 1 }; next }
    file == "known" { if ($1 == f && !(($2, $3) in mine)) row(0); next }
    /^[*]/ { t = substr($0, 2) }
    /^:/ { here[t, substr($1, 2)] = 1 }
    /^-A/ {
      k = t SUBSEP $2
      if (!count[k]++) first[k] = $0
      last[k] = $0
      seen[k, $0]++
      if (k in mine) text[k] = text[k] t " " $0 "\\n"
    }
    END {
      for (i = 1; i <= n; i++) {
        k = table[i] SUBSEP chain[i]; h = table[i] SUBSEP hook[i]; jump = "-A " hook[i] " -j " chain[i]
        jumps = seen[h, jump] + 0
        right = kept[i] && jumps == 1 && first[h] == jump
        if (mode == "live") printf "%s%s", ((k in here) ? table[i] " " chain[i] "\\n" : ""), text[k]
        else if (mode == "edits" && !right) {
          while (jumps--) edit[table[i]] = edit[table[i]] "-D " hook[i] " -j " chain[i] "\\n"
          if (kept[i]) edit[table[i]] = edit[table[i]] "-I " hook[i] " 1 -j " chain[i] "\\n"
        } else if (mode == "faults" && kept[i]) {
          name = (f == "v4" ? "IPv4 " : "IPv6 ") table[i] " " chain[i]
          if (!(k in here)) print name ": the chain is missing"
          else if (count[k] + 0 != rules[i]) print name ": " count[k] + 0 " rules, not " rules[i]
          else if (rules[i] > 0 && index(last[k], digest[i]) == 0) print name ": the last rule does not carry digest " digest[i]
          if (!right) print name ": " jumps " jumps from " hook[i] ", not one in first place"
        }
      }
      for (a in edit) printf "*%s\\n%sCOMMIT\\n", a, edit[a]
    }' file=wanted "$2" file=known "$private/chains" file=save "$work/save"
}

set_names() { awk '$1 == "create" { print $2 }' "$1"; }

# What rules put into a set, which is what has a timeout, comes and goes.
one_set() { ipset save "$1" 2>/dev/null | awk '$1 == "create" { print $1, $2, $3; filled = / timeout / } $1 == "add" && !filled' | sort; }

# Our chains and sets as the kernel has them now, after the digests of the files that they were made from.
live() {
  list_rules
  {
    grep -e "/chains$" -e "/rules.v$family$" -e "/sets.v$family$" "$etc/sums"
    tables live "$etc/chains"
    for name in $(set_names "$etc/sets.v$family"); do one_set "$name"; done
  } >"$work/live"
}
`;

const WRITING = `
# A set keeps its name as long as its content: one that is not as we left it is emptied and filled again (closed for that moment).
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

# They stand before Docker's first start, and a restore file would empty them. Docker moves the jump to the top when it starts, but engines up to 26
# leave it out beside running containers: after a flush everything declared would stay closed.
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

restore_rules() {
  "$tool-restore" -w "$wait" --noflush <"$etc/rules.v$family" >/dev/null 2>"$work/err" ||
    die "$tool-restore refused rules.v$family, nothing of the failing table was loaded: $(first_error)"
}

set_jumps() {
  attempt=0
  while :; do
    list_rules
    tables edits "$1" >"$work/jumps"
    [ -s "$work/jumps" ] || return 0
    changed=yes
    # Somebody else may move a jump between listing and writing: then the transaction fails as a whole, and is tried again.
    attempt=$((attempt + 1))
    [ "$attempt" -le 5 ] || die "the jumps ($ct) do not stay where they are put: $(first_error)"
    "$tool-restore" -w "$wait" --noflush <"$work/jumps" >/dev/null 2>"$work/err" || :
  done
}

apply_family() {
  use_family "$1"
  make_hooks
  live
  tables faults "$etc/chains" >"$work/faults"
  if [ -s "$work/faults" ] || ! cmp -s "$work/live" "$private/live.v$family"; then
    : >"$private/unguarded"
  fi
  if ! cmp -s "$work/live" "$private/live.v$family"; then
    restore_sets
    restore_rules
    changed=yes
  fi
  set_jumps "$etc/chains"
  live
  tables faults "$etc/chains" >"$work/faults"
  [ ! -s "$work/faults" ] || die "read back, the rules are not what was loaded: $(head -n 1 "$work/faults")"
  for name in $(set_names "$etc/sets.v$family"); do
    grep -q "^create $name " "$work/live" || die "read back, set $name is missing"
  done
  cmp -s "$work/live" "$private/live.v$family" || mv "$work/live" "$private/live.v$family"
}
`;

const CLEANING = `
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
    case " $families " in *" \${old_family#v} "*) ;; *) continue ;; esac
    use_family "\${old_family#v}"
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
`;

export const RULES = LISTING + WRITING + CLEANING;
