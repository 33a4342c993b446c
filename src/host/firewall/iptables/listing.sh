# Reads the live tables. `chains` has one line for each Bulkhead chain: family, table, chain, hook, number of rules, digest. The program compares the
# kernel's own listing, never the text that Bulkhead wrote: the kernel prints it in another spelling.

use_family() {
  family=$1
  case $1 in
    4) tool=iptables ct=ipv4 ;;
    6) tool=ip6tables ct=ipv6 ;;
  esac
}

has_ipv6() { ip6tables -w "$wait" -t mangle -S >/dev/null 2>&1; }

# iptables warns of labels of connections without names; Bulkhead's labels have none.
first_error() { grep -v '^Warning: cannot open .*connlabel' "$work/err" | grep -m 1 . || echo 'no reason given'; }

list_rules() {
  : >"$work/save"
  # shellcheck disable=SC2013 # single words
  for table in $(cat "$etc/chains" "$private/chains" 2>/dev/null | awk -v f="v$family" '$1 == f && !seen[$2]++ { print $2 }'); do
    "$tool-save" -t "$table" >>"$work/save" 2>"$work/err" || die "$tool-save failed for table $table: $(first_error)"
  done
}

# Checks $work/save for Bulkhead's chains, which file $2 lists. Prints, depending on $1:
# faults: one line for each fault of chains and jumps
# live: Bulkhead's rules as the kernel has them
# edits: restore input that leaves one jump, first in its hook, to every Bulkhead chain, and none to those of $private/chains that are no longer used;
#   one transaction removes old jumps and adds the new one, so there is no moment without it
compare_chains() {
  touch "$private/chains"
  awk -v f="v$family" -v mode="$1" -f firewall/iptables/tables.awk file=wanted "$2" file=known "$private/chains" file=save "$work/save"
}

set_names() { awk '$1 == "create" { print $2 }' "$1"; }

# The content of a set with a timeout, which rules fill, changes all the time.
one_set() { ipset save "$1" 2>/dev/null | awk '$1 == "create" { print $1, $2, $3; filled = / timeout / } $1 == "add" && !filled' | sort; }

# Bulkhead's chains and sets as the kernel has them now, after the digests of the files that they were made from.
read_rules() {
  list_rules
  {
    grep -e "/chains$" -e "/rules.v$family$" -e "/sets.v$family$" "$etc/sums"
    compare_chains live "$etc/chains"
    for name in $(set_names "$etc/sets.v$family"); do one_set "$name"; done
  } >"$work/live"
}

read_back() {
  read_rules
  compare_chains faults "$etc/chains" >"$work/faults"
}

guard_size() { awk '{ n += $5 } END { print n " rules in " NR " chains" }' "$etc/chains"; }

# Whether the current listing is the one after the last apply.
stands() { [ ! -s "$work/faults" ] && cmp -s "$work/live" "$private/live.v$family"; }

# One event for any number of changes: Docker changes hundreds of rules when it starts, none of them in these places.
rule_events() {
  while read -r line; do
    case $line in
      *' mangle'* | *' raw'* | *BULKHEAD* | *DOCKER-USER* | *' bulkhead'*)
        [ -e "$private/dirty" ] || { : >"$private/dirty" && echo rules; }
        ;;
    esac
  done
}
