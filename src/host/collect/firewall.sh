# Rules and sets. Their tools load modules of the kernel, so the script runs a tool only if the module is in the kernel.

# Exit 0 if the kernel has module $1, built in or loaded. $2 is a function of the module.
in_kernel() { [ -d "/sys/module/$1" ] || grep -q " $2" /proc/kallsyms 2>/dev/null; }

# Exit 0 if the kernel lists its functions, so that a missing one proves a missing module.
tells_modules() { [ -r /proc/kallsyms ] && grep -q ' register_netdevice' /proc/kallsyms; }

# $1 names the text, $2 and $3 are the module and its function, the rest is the command.
asked() {
  name=$1
  module=$2
  symbol=$3
  shift 3
  if in_kernel "$module" "$symbol"; then
    run "$name" "$@"
  elif tells_modules; then
    none "$name" "the kernel has no $module, and $1 would load it"
  else
    missing "$name" "this kernel does not tell whether it has $module, and $1 would load it"
  fi
}

# Prints the legacy tables in the kernel.
tables_of() { cat "/proc/net/$1" 2>/dev/null; }
dump_tables() {
  dumper=$1
  shift
  for table in "$@"; do bounded "$dumper" -t "$table" || return $?; done
}

# $1 is iptables or ip6tables, $2 the list of its legacy tables.
rules_of() {
  tables=$(tables_of "$2" | tr '\n' ' ')
  path=$(command -v "$1-save") || path=
  case $(readlink -f "$path" 2>/dev/null) in
    *nft*) kind=nf_tables ;;
    *legacy*) kind=legacy ;;
    *) if "$1" -V 2>/dev/null | grep -q nf_tables; then kind=nf_tables; else kind=legacy; fi ;;
  esac
  if [ -z "$path" ]; then
    missing "$1" "$1-save is not on this host"
    dumper=$1-legacy-save
  elif [ "$kind" = nf_tables ]; then
    asked "$1" nf_tables nft_do_chain "$1-save"
    dumper=$1-legacy-save
  else
    legacy_text "$1" "$1-save"
    none "$1-legacy" "$1-save is the legacy one: they are in the text $1"
    return 0
  fi
  legacy_text "$1-legacy" "$dumper"
}

# $1 names the text, $2 is the tool, and $tables are the tables.
legacy_text() {
  if [ -z "${tables% }" ]; then
    none "$1" 'no legacy table is in the kernel'
  elif program "$2"; then
    # shellcheck disable=SC2086 # names of tables
    text "$1" "$2" dump_tables "$2" $tables
  else
    missing "$1" "legacy tables are in the kernel ($tables), and $2 is not on this host"
  fi
}

firewall_texts() {
  rules_of iptables ip_tables_names
  rules_of ip6tables ip6_tables_names
  asked nft nf_tables nft_do_chain nft -j list ruleset
  asked ipset ip_set ip_set_nfnl_get ipset save
}
