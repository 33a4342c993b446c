# Units of Docker and of known firewalls, as lines "UNIT LOADED ACTIVE ENABLED".

firewalls='docker containerd firewalld ufw nftables iptables ip6tables ebtables ipset netfilter-persistent ferm shorewall shorewall6 csf lfd apf fail2ban
crowdsec-firewall-bouncer sshguard bulkhead-firewall bulkhead-watch bulkhead-check.timer'

of_systemd() {
  for unit in $firewalls; do
    case $unit in *.timer) ;; *) unit=$unit.service ;; esac
    systemctl show --property=LoadState,ActiveState,UnitFileState "$unit" |
      awk -F = -v unit="$unit" '{ v[$1] = $2 } END { if (v["LoadState"] == "") exit 1; print unit, v["LoadState"], v["ActiveState"], v["UnitFileState"] == "" ? "-" : v["UnitFileState"] }' || return 1
  done
}

of_openrc() {
  enabled=$(rc-update show) || return 1
  for unit in $firewalls; do
    if [ ! -e "/etc/init.d/$unit" ]; then
      echo "$unit not-found inactive -"
      continue
    fi
    if rc-service "$unit" status >/dev/null 2>&1; then active=active; else active=inactive; fi
    if printf '%s\n' "$enabled" | grep -q "^ *$unit |"; then echo "$unit loaded $active enabled"; else echo "$unit loaded $active disabled"; fi
  done
}

units_text() {
  if program systemctl; then
    text units 'systemctl show' of_systemd
  elif program rc-service; then
    text units rc-service of_openrc
  else
    missing units 'neither systemctl nor rc-service is on this host'
  fi
}
