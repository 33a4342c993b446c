# Modules, sysctls and the switches of single bridges. The program reads everything first, and writes only what differs.

pick_families() {
  families='4 6'
  if [ ! -e /proc/net/if_inet6 ] && ! has_ipv6; then families=4; fi
}

load_modules() {
  [ -d /proc/sys/net/bridge ] && [ -e "$private/live.v4" ] && return 0
  if command -v modprobe >/dev/null 2>&1; then
    while read -r module; do
      case $module in
        '' | '#'*) ;;
        # A built-in module cannot always be loaded by name: what matters is that the rules load.
        *) modprobe -q -- "$module" 2>/dev/null || : ;;
      esac
    done <@modules@
  fi
  [ -d /proc/sys/net/bridge ] || die 'the kernel module br_netfilter cannot be loaded'
}

# mode "set" writes what differs, mode "show" prints a line for it.
sysctls() {
  mode=$1
  while read -r key _ value; do
    [ -n "$key" ] || continue
    now=
    { read -r now <"/proc/sys/$key"; } 2>/dev/null || :
    # shellcheck disable=SC2086 # the kernel separates numbers by tabs: split, and join by one space
    set -- $now
    [ "$*" != "$value" ] || continue
    case $key:$families in net/ipv6/*:4 | *ip6tables:4) continue ;; esac
    if [ "$mode" = show ]; then
      echo "sysctl $key is '$*', not '$value'"
    else
      { printf '%s\n' "$value" >"/proc/sys/$key"; } 2>/dev/null || die "sysctl $key cannot be set to '$value'"
      changed=yes
    fi
  done <@sysctl@
}

# The switch of every Bulkhead bridge: other programs may change the global one. And no bridge has a master, such as a VRF: behind one, packets arrive
# on the master, where the entrance of the guard drops them, so declared flows do not work.
switches() {
  for knob in /sys/class/net/"$prefix"*/bridge/nf_call_ip* /sys/class/net/"$prefix"*/master; do
    now=
    { read -r now <"$knob"; } 2>/dev/null || [ -e "$knob" ] || continue
    [ "$now" != 1 ] || continue
    if [ "$1" = show ]; then
      echo "wrong: $knob"
    elif [ -d "$knob" ]; then
      ip link set "$(basename "${knob%/*}")" nomaster
      changed=yes
    else
      # A bridge may be gone again by now.
      { echo 1 >"$knob"; } 2>/dev/null || [ ! -e "$knob" ] || die "$knob cannot be set"
      changed=yes
    fi
  done
}
