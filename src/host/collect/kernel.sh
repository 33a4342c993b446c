# Interfaces, routes, settings of the kernel, and listening sockets.

# Without keys of tunnels and without the alias of an interface, which is free text.
addresses() {
  json '[]/ifindex []/ifname []/link []/link_index []/flags/[] []/mtu []/master []/operstate []/group []/link_type
    []/address []/linkinfo/info_kind []/linkinfo/info_slave_kind []/linkinfo/info_data/id []/linkinfo/info_data/protocol []/linkinfo/info_data/mode
    []/linkinfo/info_data/flags/[] []/linkinfo/info_data/table []/linkinfo/info_data/vlan_filtering []/linkinfo/info_data/nf_call_iptables
    []/linkinfo/info_data/nf_call_ip6tables []/linkinfo/info_data/nf_call_arptables []/linkinfo/info_data/local []/linkinfo/info_data/remote
    []/linkinfo/info_data/port []/linkinfo/info_data/link []/linkinfo/info_slave_data/isolated []/linkinfo/info_slave_data/hairpin
    []/addr_info/[]/family []/addr_info/[]/local []/addr_info/[]/address []/addr_info/[]/prefixlen []/addr_info/[]/broadcast []/addr_info/[]/scope
    []/addr_info/[]/label []/addr_info/[]/dynamic []/addr_info/[]/temporary []/addr_info/[]/deprecated []/addr_info/[]/tentative' '' ip -j -d address show
}

sysctls() {
  for file in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_nonlocal_bind /proc/sys/net/ipv4/ip_local_port_range \
    /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/fwmark_reflect /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/rp_filter \
    /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/proxy_arp /proc/sys/net/ipv4/conf/*/accept_local \
    /proc/sys/net/ipv4/conf/*/accept_source_route /proc/sys/net/ipv4/conf/*/accept_redirects /proc/sys/net/ipv4/conf/*/send_redirects \
    /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts /proc/sys/net/ipv4/tcp_syncookies /proc/sys/net/ipv6/conf/*/accept_redirects /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv6/bindv6only /proc/sys/net/ipv6/conf/*/forwarding \
    /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/proxy_ndp \
    /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables /proc/sys/net/bridge/bridge-nf-call-arptables \
    /proc/sys/net/bridge/bridge-nf-filter-vlan-tagged /proc/sys/net/netfilter/nf_conntrack_helper /proc/sys/net/netfilter/nf_conntrack_tcp_loose \
    /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal; do
    # Like sysctl: a dot in the name of an interface becomes a slash.
    value=$(cat "$file" 2>/dev/null) && printf '%s = %s\n' "$(printf '%s' "${file#/proc/sys/}" | tr './' '/.')" "$value"
  done
  [ -r /proc/sys/net/ipv4/ip_forward ]
}

kernel_texts() {
  if ! program ip; then
    for name in addresses routes-ipv4 routes-ipv6 rules-ipv4 rules-ipv6; do missing "$name" 'ip is not on this host; install iproute2'; done
  elif ! ip -V 2>&1 | grep -q iproute2; then
    for name in addresses routes-ipv4 routes-ipv6 rules-ipv4 rules-ipv6; do missing "$name" 'ip of busybox prints no JSON; install iproute2'; done
  else
    text addresses 'ip -j -d address show, reduced' addresses
    for family in 4 6; do
      run "routes-ipv$family" ip -j "-$family" route show table all
      run "rules-ipv$family" ip -j "-$family" rule show
    done
  fi
  text sysctls /proc/sys sysctls
  listeners
}

# ss loads modules of the kernel. Without them it reads /proc, which does not tell whether an IPv6 socket accepts IPv4.
listeners() {
  if in_kernel tcp_diag tcp_diag_dump && in_kernel udp_diag udp_diag_dump; then
    run listeners ss -Hlntup
  elif program ss; then
    missing listeners 'ss would load the modules tcp_diag and udp_diag; run ss -lntup once, and collect again'
  else
    missing listeners 'ss is not on this host; install iproute2'
  fi
}
