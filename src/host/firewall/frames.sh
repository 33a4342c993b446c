# Frames below IP. br_netfilter passes a frame to the IP rules if it is IP, or IP behind one tag; a container that creates raw frames (NET_RAW)
# bypasses the rules with any other frame: with two tags, for example, which the neighbour's kernel removes one by one. So a table of the bridges
# accepts only IPv4, IPv6 and ARP.
#
# Frames to the reserved addresses of bridges do not reach that hook: the kernel processes them as if they had arrived on the port of the container,
# and rules that name a bridge do not match. No host sends IP to those addresses, so a second table drops it by the address.
#
# Kernels without nft_meta_bridge cannot match the bridge of a frame. There the table applies to every veth except the ports of other bridges, which
# are listed: a new port of another bridge is closed to tagged frames until the watch has seen it, a new port of a Bulkhead bridge is never open.

# Behind unmanaged bridges are containers, too, and with NET_RAW they write any source: that of the peer of a request, or one that a publication
# permits. So a packet to a Bulkhead bridge from another bridge must have a source that the host would answer over that bridge, even if it is the
# uplink. Old and small kernels cannot match this; there only the guard's rule for bridges with Docker's names applies.

# $1 matches a frame of Bulkhead's bridges, $2 closes them to such sources.
frame_rules() {
  cat <<END
table bridge bulkhead
delete table bridge bulkhead
table bridge bulkhead {
set others { type ifname; }
chain kinds {
type filter hook prerouting priority -310;
$1 ether type != { ip, arp, ip6 } drop
}
}
table inet bulkhead
delete table inet bulkhead
table inet bulkhead {
chain reserved {
type filter hook prerouting priority -310;
ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop
}
chain far {
type filter hook forward priority -310;
${2-}
}
}
END
}

# The requested table, and what the kernel has of it; ports come and go.
list_frames() {
  {
    frame_rules "$1"
    for table in bridge inet; do nft -nn list table $table bulkhead 2>/dev/null || :; done | awk '/^\tset/ { skip = 1 } !skip; /^\t}/ { skip = 0 }'
  } >"$work/frames"
}

frames_hold() {
  form=$(sed -n '/ ether type/{s/ ether type.*//p;q;}' "$private/frames")
  list_frames "$form"
  cmp -s "$work/frames" "$private/frames"
}

# Sets frames_fault where the table cannot be had.
load_frames() {
  frames_fault=
  if [ ! -s "$private/frames" ] || ! frames_hold; then
    rm -f "$private/frames"
    frames_fault='nft is missing (Debian package nftables)'
    for form in "meta ibrname \"$prefix*\"" 'meta iifkind "veth" iifname != @others'; do
      command -v nft >/dev/null 2>&1 || break
      frames_fault=
      far="meta iifkind \"bridge\" iifname != \"$prefix*\" oifname \"$prefix*\" fib saddr . iif oif 0 drop"
      if frame_rules "$form" "$far" | nft -f - 2>"$work/err" || frame_rules "$form" | nft -f - 2>"$work/err"; then
        list_frames "$form"
        # Twice two: the requested tables, and those that were read back, which may have one more.
        [ "$(grep -c 'drop$' "$work/frames")" -ge 4 ] || die 'read back, the tables of frames are not what was loaded'
        mv "$work/frames" "$private/frames"
        changed=yes
        break
      fi
      frames_fault="nft refuses the tables of frames: $(first_error)"
    done
  fi
  others=
  other_ports
  [ -z "$frames_fault" ] || [ -z "$raw" ] ||
    die "$frames_fault; a declared container has NET_RAW or NET_ADMIN: remove it, or use another kernel"
}

other_ports() {
  grep -qs '^meta iifkind' "$private/frames" || return 0
  names=
  for port in /sys/class/net/*/brif/*; do
    case $port in
      "/sys/class/net/$prefix"* | *[!A-Za-z0-9/_.-]*) ;;
      *) names="$names\"${port##*/}\"," ;;
    esac
  done
  [ "$names" != "$others" ] || return 0
  printf 'flush set bridge bulkhead others\n%s' "${names:+add element bridge bulkhead others { $names \}}" | nft -f - 2>/dev/null || :
  others=$names
}

remove_frames() {
  for table in bridge inet; do nft delete table $table bulkhead 2>/dev/null || :; done
}
