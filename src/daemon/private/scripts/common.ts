/** Where things lie on the host. Constants: no path ever comes from the input. */
export const PATHS = {
  etc: '/etc/bulkhead',
  script: '/usr/local/sbin/bulkhead-firewall',
  swarmScript: '/usr/local/sbin/bulkhead-swarm',
  sysctl: '/etc/sysctl.d/99-bulkhead.conf',
  modules: '/etc/modules-load.d/bulkhead.conf',
  auditRules: '/etc/audit/rules.d/50-bulkhead.rules',
  daemonJson: '/etc/docker/daemon.json',
  dropIn: '/etc/systemd/system/docker.service.d/50-bulkhead.conf',
  networkd: '/etc/systemd/network/05-bulkhead.network',
  networkManager: '/etc/NetworkManager/conf.d/90-bulkhead.conf',
  firewallUnit: '/etc/systemd/system/bulkhead-firewall.service',
  watchUnit: '/etc/systemd/system/bulkhead-watch.service',
  checkUnit: '/etc/systemd/system/bulkhead-check.service',
  checkTimer: '/etc/systemd/system/bulkhead-check.timer',
} as const;

/** Start of every script: no surprises from the caller's environment, and every failure ends it. */
export const PRELUDE = `set -eu
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022
etc=${PATHS.etc}
run=/run/bulkhead

say() { printf 'bulkhead: %s\\n' "$*"; }
die() {
  printf 'bulkhead: %s\\n' "$*" >&2
  exit 2
}
`;

/** For what changes the host. */
export const LOCK = `
private=$run/private

# Makes $2 a folder of root with mode $1. Where others could open what lies in it, they may hold the locks: those are made anew.
own_folder() {
  case $(stat -c '%u %F %a' "$2" 2>/dev/null) in
    "0 directory $1") ;;
    '0 directory '*) rm -f "$2/lock" "$2/watch.lock" && chmod "$1" "$2" ;;
    *) rm -rf "$2" && mkdir -m "$1" "$2" ;;
  esac
}

# Only root can open the lock: anybody who can may hold it, and keep the guard from being mended.
enter() {
  own_folder 755 "$run"
  own_folder 700 "$private"
  exec 9>"$private/lock"
  flock -w 60 9 || die "another run has held the lock $private/lock for a minute"
}
`;

/** Names every missing Debian package in one sentence. */
export const NEED_TOOLS = `
need_tools() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  missing=
  for entry in iptables:iptables iptables-save:iptables iptables-restore:iptables ip6tables:iptables ip6tables-save:iptables \\
    ip6tables-restore:iptables ipset:ipset conntrack:conntrack ip:iproute2 flock:util-linux awk:mawk find:findutils sha256sum:coreutils; do
    command -v "\${entry%%:*}" >/dev/null 2>&1 && continue
    case "$missing " in
      *" \${entry#*:} "*) ;;
      *) missing="$missing \${entry#*:}" ;;
    esac
  done
  [ -z "$missing" ] || die "tools are missing; install the Debian packages:$missing"
}
`;

/**
 * Sets \`engine_fault\` to a sentence when dockerd is here and is not of the generation that the rules were made for.
 * A version that cannot be read is a fault too; an absent dockerd is none. Expects \`engine_minimum\` and \`engine_below\`.
 */
export const ENGINE_CHECK = `
# Exit 0 when version $1 lies below version $2; what follows the dotted numbers does not count.
version_below() {
  awk -v a="$1" -v b="$2" 'BEGIN {
    n = split(a, x, "."); m = split(b, y, ".")
    if (m > n) n = m
    for (i = 1; i <= n; i++) if (x[i] + 0 != y[i] + 0) exit(x[i] + 0 < y[i] + 0 ? 0 : 1)
    exit 1
  }'
}

check_engine() {
  engine_fault=
  engine_found=
  dockerd=$(command -v dockerd) || return 0
  identity=$(stat -L -c '%n %i %Y %s' "$dockerd")
  if [ -r "$private/engine" ] && [ "$(head -n 1 "$private/engine")" = "$identity" ]; then
    engine_found=$(sed -n 2p "$private/engine")
  else
    engine_found=$(dockerd --version 2>/dev/null | sed -n 's/^[^0-9]*\\([0-9][0-9]*\\(\\.[0-9][0-9]*\\)*\\).*/\\1/p' | head -n 1)
    if [ -n "$engine_found" ] && [ -d "$private" ]; then
      printf '%s\\n%s\\n' "$identity" "$engine_found" >"$private/engine.new"
      mv "$private/engine.new" "$private/engine"
    fi
  fi
  if [ -z "$engine_found" ]; then
    engine_fault="the version of $dockerd cannot be read; the rules are for $engine_minimum up to, not including, $engine_below"
  elif version_below "$engine_found" "$engine_minimum" || ! version_below "$engine_found" "$engine_below"; then
    engine_fault="the engine on this host is $engine_found, but the rules are for $engine_minimum up to, not including, $engine_below:"
    engine_fault="$engine_fault install such an engine, or declare the installed one in the program and install the host files again"
  fi
}
`;

/** User data has room for 16 KiB, so comments (but for the head, and what shellcheck must know) and indentation stay here. */
export function shortened(text: string): string {
  return text
    .replace(/^ *# (?!shellcheck|Bulkhead:|Installed by).*\n/gm, '')
    .replace(/^ +/gm, '')
    .replace(/\n{2,}/g, '\n');
}

/** A text as one word of a shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
