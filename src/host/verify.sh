#!/bin/sh
# Bulkhead: looks whether this host, its engine and the containers of the program are as CIS Docker Benchmark 1.8.0 wants them. Changes nothing.
# Options: --level 2 looks at the controls of level 2, too; --accept CONTROL (any number of times) makes a FAIL a SKIP. Exit 1 when something fails;
# a WARN tells of known advisories, and makes nothing fail.
# shellcheck disable=SC2016,SC2034 # templates of Go; names that other scripts need
. common/prelude.sh

level=1
accepted=' '
while [ $# -gt 0 ]; do
  case $1 in
    --level) level=${2:-} ;;
    --accept) accepted="$accepted${2:-} " ;;
    *) die 'usage: sh verify.sh [--level 1|2] [--accept CONTROL]...' ;;
  esac
  [ $# -ge 2 ] || die "$1 wants a value"
  shift 2
done
case $level in 1 | 2) ;; *) die "--level is 1 or 2" ;; esac
[ "$(id -u)" = 0 ] || die 'must run as root'
# The engine of this host, whatever engine the caller's client would use.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY
docker version >/dev/null 2>&1 || die 'the engine does not answer'
failed=

. generated/program.sh

# The control of the next lines; false if it is beyond the level.
look() {
  control=$1
  [ "$2" -le "$level" ]
}

pass() { printf 'PASS %s %s\n' "$control" "$1"; }
skip() { printf 'SKIP %s %s\n' "$control" "$1"; }
fail() {
  case $accepted in
    *" $control "*) skip "accepted: $1" ;;
    *)
      printf 'FAIL %s %s\n' "$control" "$1"
      failed=yes
      ;;
  esac
}

# $1 is what was found against it.
unless() { if [ -z "$1" ]; then pass "$2"; else fail "$2: $1"; fi; }

. verify/engine.sh

. verify/settings.sh

. verify/swarm.sh

root_directory=$(info '{{.DockerRootDir}}') || root_directory=

known_advisories

read_engine @daemonJson@

. verify/containers.sh

. verify/users.sh

. verify/secrets.sh

. verify/config.sh

. verify/images.sh

. generated/checks.sh

if [ -x @directoriesScript@ ]; then
  control=-
  if told=$(@directoriesScript@ --check 2>&1); then
    pass 'directories that containers mount have the owner that the program declares'
  else
    fail "directories that containers mount have the owner that the program declares: $(printf '%s' "$told" | tr '\n' ' ')"
  fi
fi
secrets
config_files
images

[ -z "$failed" ] || exit 1
