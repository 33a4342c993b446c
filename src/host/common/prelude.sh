# Start of every program: no surprises from the caller's environment, and every failure ends it.

set -eu
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022
etc=/etc/bulkhead
run=/run/bulkhead

say() { printf 'bulkhead: %s\n' "$*"; }
die() {
  printf 'bulkhead: %s\n' "$*" >&2
  exit 2
}
