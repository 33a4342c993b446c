# Names every missing Debian package in one sentence.

need_tools() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  missing=
  for entry in iptables:iptables iptables-save:iptables iptables-restore:iptables ip6tables:iptables ip6tables-save:iptables \
    ip6tables-restore:iptables ipset:ipset conntrack:conntrack ip:iproute2 flock:util-linux awk:mawk find:findutils sha256sum:coreutils; do
    command -v "${entry%%:*}" >/dev/null 2>&1 && continue
    case "$missing " in
      *" ${entry#*:} "*) ;;
      *) missing="$missing ${entry#*:}" ;;
    esac
  done
  [ -z "$missing" ] || die "tools are missing; install the Debian packages:$missing"
}
