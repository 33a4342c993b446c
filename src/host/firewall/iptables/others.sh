# Hosts have two kinds of tables, and two programs called iptables: neither shows or removes what the other one wrote.

# Chains of Bulkhead or Docker in the other iptables, to $work/other. Exit 1 if it has none.
other_rules() {
  case $("$tool" -V) in
    *legacy*) other=$tool-nft ;;
    *)
      other=$tool-legacy
      # Asked for nothing, it would load its modules.
      grep -qs . "/proc/net/${tool%tables}_tables_names" || return 1
      ;;
  esac
  command -v "$other-save" >/dev/null 2>&1 || return 1
  "$other-save" >"$work/other" 2>/dev/null || :
  grep -Eq '^:(BULKHEAD|DOCKER)' "$work/other"
}

# One line where the other iptables has any.
other_faults() {
  ! other_rules || echo "$ct: $other has rules of Bulkhead or Docker beside those of $tool"
}

# Removes Bulkhead's rules there, and DOCKER-USER if no engine has it.
clear_other() {
  awk -f firewall/iptables/clear-other.awk "$work/other" >"$work/clear"
  "$other-restore" -w "$wait" --noflush <"$work/clear" >/dev/null 2>"$work/err" || die "$other-restore cannot remove our rules: $(first_error)"
}

# After the guard is in the tables in use. The administrator must remove Docker's own rules from the others.
clear_others() {
  for entry in $families; do
    use_family "$entry"
    other_rules || continue
    clear_other
    changed=yes
    ! grep -q '^:DOCKER ' "$work/other" ||
      die "Docker's rules in $other keep declared flows closed: reboot, or update-alternatives --set $tool $(command -v "$other")"
  done
}

# If the engine's rules are in nftables tables, Bulkhead's rules in DOCKER-USER have no effect. Sets engine_fault.
check_backend() {
  found=
  if tr -d '[:space:]' 2>/dev/null <@daemonJson@ | grep -q '"firewall-backend":"nftables"'; then
    found=@daemonJson@
  # If a flag configured it, its tables show it. The tables of a stopped engine are what its last start left.
  elif pid=$(cat /run/docker.pid 2>/dev/null) && [ -d "/proc/$pid" ] && nft list table ip docker-bridges >/dev/null 2>&1; then
    found='table docker-bridges'
  fi
  [ -z "$found" ] || [ -n "$engine_fault" ] ||
    engine_fault="the engine filters with nftables ($found): set its firewall-backend to iptables and restart docker"
}
