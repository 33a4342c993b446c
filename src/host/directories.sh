#!/bin/sh
# Bulkhead: makes the directories of this host that containers mount. Installed by Bulkhead; changes to this file are lost.
# Option: --check says what is missing or belongs to another owner, and changes nothing (exit 1 when something is).
# shellcheck disable=SC2034 # names that other scripts need
. common/prelude.sh

# The directories that were created, as the lines of the plan: so a later owner of the program differs from data of another program.
made=/var/lib/bulkhead/directories

# Only root may be able to replace a directory: neither a user of the host nor a process of a container.
look_above() {
  at=
  rest=${1#/}
  while :; do
    case $rest in */*) ;; *) return 0 ;; esac
    at=$at/${rest%%/*}
    rest=${rest#*/}
    if [ -L "$at" ]; then
      fault="$at is a symbolic link; name the directory that it leads to"
    elif [ ! -e "$at" ]; then
      [ -z "$check" ] || { fault='it is missing' && return 0; }
      mkdir -m 0755 "$at"
    elif [ ! -d "$at" ]; then
      fault="$at is not a directory"
    else
      case $(stat -c '%u %a' "$at") in
        '0 '*[2367]? | '0 '*[2367]) fault="others than root can write to $at; choose a directory below one that only root writes, such as /srv" ;;
        '0 '*) ;;
        *) fault="$at does not belong to root, so its owner can replace what is in it; choose a directory below one of root, such as /srv" ;;
      esac
    fi
    [ -z "$fault" ] || return 0
  done
}

# Made by hand, or by the engine, and not used yet.
is_free() { [ "$1" = 0:0 ] && [ -z "$(ls -A "$2")" ]; }

was_made() { grep -qxE "$1 0[0-7]{3} $2" "$made" 2>/dev/null; }

remember() {
  mkdir -p "${made%/*}"
  { awk -v path="$3" '$3 != path' "$made" 2>/dev/null || :; echo "$1 $2 $3"; } >"$made.new"
  mv -f "$made.new" "$made"
}

# $1 owner, $2 mode, $3 path.
settle() {
  look_above "$3"
  [ -z "$fault" ] || return 0
  if [ -L "$3" ]; then
    fault='it is a symbolic link'
  elif [ ! -e "$3" ]; then
    if [ -n "$check" ]; then fault='it is missing'; else mkdir -m 0700 "$3"; fi
  elif [ ! -d "$3" ]; then
    fault='it is not a directory'
  fi
  [ -z "$fault" ] || return 0
  # We made it for root, so for a container that starts as root: its image may have given it to its own user since.
  if [ "$1" = 0:0 ] && grep -qxF "$1 $2 $3" "$made" 2>/dev/null; then return 0; fi
  now=$(stat -c '%u:%g' "$3")
  if [ -n "$check" ]; then
    [ "$now" = "$1" ] || fault="it belongs to $now"
    return 0
  fi
  # The record is right; a program may have changed the mode since.
  if [ "$now" = "$1" ] && grep -qxF "$1 $2 $3" "$made" 2>/dev/null; then return 0; fi
  if [ "$now" != "$1" ] && ! is_free "$now" "$3" && ! was_made "$now" "$(escaped "$3")"; then
    fault="it belongs to $now and Bulkhead did not make it; if containers may have it: chown $1 $3"
    return 0
  fi
  chown "$1" "$3"
  chmod "$2" "$3"
  remember "$1" "$2" "$3"
  say "made $3 for $1"
}

escaped() { printf '%s\n' "$1" | sed 's/[.+]/\\&/g'; }

[ "$(id -u)" = 0 ] || die 'must run as root'
case ${1:-} in
  '') check= ;;
  --check) check=yes ;;
  *) die 'usage: bulkhead-directories [--check]' ;;
esac
failed=
while read -r owner mode path; do
  fault=
  settle "$owner" "$mode" "$path"
  [ -z "$fault" ] || {
    printf 'bulkhead: %s is not for %s: %s\n' "$path" "$owner" "$fault" >&2
    failed=yes
  }
done <"$etc/directories"
[ -z "$failed" ] || exit 1
