# Names every missing Debian package in one sentence.

. generated/guard-tools.sh

need_tools() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  missing=
  for entry in $guard_tools conntrack:conntrack ip:iproute2 flock:util-linux awk:mawk find:findutils sha256sum:coreutils; do
    command -v "${entry%%:*}" >/dev/null 2>&1 && continue
    case "$missing " in
      *" ${entry#*:} "*) ;;
      *) missing="$missing ${entry#*:}" ;;
    esac
  done
  [ -z "$missing" ] || die "tools are missing; install the Debian packages:$missing"
}
