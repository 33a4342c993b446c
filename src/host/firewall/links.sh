# Bulkhead's interfaces on LAN segments of the host: sub-interfaces of VLANs, and shims. `network` has a line for each: `vlan NAME OF ID`, and
# `macvlan` or `ipvlan`, `NAME PARENT ADDRESS ROUTE…`, for a shim. They are created after the guard: a shim never exists without it. A missing parent
# is reported and is not fatal: it closes nothing that must be closed.

# Sets fault to the reason if a link is not correct.
link_fault() {
  fault=
  case $kind in
    vlan) [ -e "/sys/class/net/$name" ] || fault="interface $name is missing" ;;
    *)
      case $(ip -o -d link show dev "$name" 2>/dev/null) in
        *" $name@$parent: "*" $kind "*) ;;
        *) fault="shim $name on $parent is missing" && return 0 ;;
      esac
      [ "$(ip -4 -o addr show dev "$name" | awk '{ print $4 }')" = "$third/32" ] || fault="shim $name has not the one address $third"
      routes=$(ip -4 route show dev "$name" | awk '{ print index($1, "/") ? $1 : $1 "/32" }' | sort | tr '\n' ' ')
      # shellcheck disable=SC2086 # words made of checked blocks
      [ "$routes" = "$(printf '%s\n' $rest | sort | tr '\n' ' ')" ] || fault="the routes over shim $name are not those to $rest"
      ;;
  esac
}

make_link() {
  # The programs that manage interfaces here must have read that these do not belong to them before one appears.
  [ ! -d /run/systemd/netif ] || networkctl reload >/dev/null 2>&1 || :
  case $kind in
    macvlan) mode=bridge ;;
    ipvlan) mode=l2 ;;
  esac
  case $kind in
    vlan) ip link add link "$parent" name "$name" type vlan id "$third" ;;
    *)
      ip link del dev "$name" 2>/dev/null || :
      ip link add link "$parent" name "$name" type "$kind" mode "$mode"
      ;;
  esac || return 1
  # Nothing on the LAN segment may give the host addresses or routes there.
  { echo 1 >"/proc/sys/net/ipv6/conf/$name/disable_ipv6"; } 2>/dev/null || [ ! -e /proc/sys/net/ipv6 ] || return 1
  [ "$kind" = vlan ] || ip addr add "$third/32" dev "$name" || return 1
  ip link set dev "$name" up || return 1
  for route in $rest; do ip route replace "$route" dev "$name" src "$third" || return 1; done
}

# mode "set" creates what is missing of file $2 and removes shims that it does not list, mode "show" prints a line for each.
links() {
  wanted=' '
  while read -r kind name parent third rest; do
    case $kind in vlan | macvlan | ipvlan) ;; *) continue ;; esac
    wanted="$wanted$name "
    link_fault
    [ -n "$fault" ] || continue
    if [ "$1" = show ]; then
      echo "$fault"
    elif make_link 2>"$work/err"; then
      changed=yes
    else
      [ -n "$quiet" ] || say "$fault, and cannot be made: $(head -n 1 "$work/err")"
    fi
  done <"$2"
  fault=
  for path in /sys/class/net/"$prefix"*; do
    name=${path##*/}
    case $wanted in *" $name "*) continue ;; esac
    ip -o -d link show dev "$name" 2>/dev/null | grep -Eq ' (macvlan|ipvlan) ' || continue
    if [ "$1" = show ]; then
      echo "shim $name is not wanted any more"
    else
      ip link del dev "$name" && changed=yes
    fi
  done
}
