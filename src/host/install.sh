#!/bin/sh
# Bulkhead: installs the guard of this host's Docker networks. Running it again changes nothing.
# Options: --check says what would change (exit 1 when something would), --remove takes everything away but stored secrets, and leaves Docker alone.
. common/prelude.sh

. common/lock.sh

. common/tools.sh

. common/engine.sh

# Reads a body in base64 and makes it file $1 with mode $2, by renaming: a file is either the old one or the whole new one.
put() {
  base64 -d >"$work/body"
  if [ -f "$1" ] && cmp -s "$work/body" "$1" && [ "$(stat -c '%a %u:%g' "$1")" = "$2 0:0" ]; then return 0; fi
  changes=yes
  if [ "$option" = --check ]; then
    say "would write $1"
    return 0
  fi
  mkdir -p "${1%/*}"
  if [ "$1" = @daemonJson@ ] && [ -f "$1" ] && [ -n "$first" ] && [ ! -e "$1.before-bulkhead" ]; then
    cp -p "$1" "$1.before-bulkhead"
    say "the former $1 is kept as $1.before-bulkhead"
  fi
  temp=$(mktemp "${1%/*}/.bulkhead.XXXXXX")
  cat "$work/body" >"$temp"
  chown 0:0 "$temp"
  chmod "$2" "$temp"
  sync "$temp" 2>/dev/null || :
  mv -f "$temp" "$1"
  temp=
  say "wrote $1"
}

. generated/engine.sh

. generated/files.sh

verify() {
  need_tools
  check_engine
  [ -z "$engine_fault" ] || die "nothing was changed: $engine_fault"
}

install() {
  verify
  [ -e "$etc/sums" ] || first=yes
  # The watch must not read half of the new files.
  enter
  all_files
  exec 9>&-
  [ -n "$changes" ] || say 'files: nothing changed'
  # Before an engine that the setup restarts.
  if [ -n "$secrets" ]; then @secretScript@ apply; else no_secrets; fi
  unplaced=
  if [ -n "$config" ]; then @configScript@ apply || unplaced=yes; else no_config; fi
  @script@ setup
  [ ! -x @swarmScript@ ] || @swarmScript@ start
  unmade=
  [ ! -x @directoriesScript@ ] || @directoriesScript@ || unmade=yes
  if [ -e @auditRules@ ]; then
    if command -v auditctl >/dev/null 2>&1; then @loadAudit@ || say 'the kernel takes no audit rules'; else say 'auditd is not installed: no audit rules for the engine'; fi
  fi
  [ -z "$unmade$unplaced" ] || die 'all else is installed'
}

# What the program had once.
no_secrets() {
  [ -x @secretScript@ ] || return 0
  @secretScript@ clear
  rm -f @secretPlan@ @secretScript@
}

# Files that a container still mounts stay until the next run.
no_config() {
  [ -x @configScript@ ] || return 0
  : >@configPlan@
  @configScript@ apply
  [ -z "$(ls @configFolder@)" ] || return 0
  rm -rf @configFolder@ @configPlan@ @configBodies@ @configScript@
}

check() {
  verify
  all_files
  if [ -x @script@ ] && ! @script@ check; then changes=yes; fi
  if [ -x @directoriesScript@ ] && ! @directoriesScript@ --check; then changes=yes; fi
  if [ -n "$config" ] && [ -x @configScript@ ] && ! @configScript@ --check; then changes=yes; fi
  [ -z "$changes" ] || exit 1
  say 'nothing would change'
}

remove() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  if [ -d /run/systemd/system ]; then
    for unit in bulkhead-watch.service bulkhead-check.timer bulkhead-firewall.service; do
      [ ! -e "/etc/systemd/system/$unit" ] || systemctl -q disable --now "$unit" || :
    done
  fi
  [ ! -x @script@ ] || @script@ remove
  [ ! -x @secretScript@ ] || @secretScript@ clear
  for file in @ownFiles@; do
    [ ! -e "$file" ] || { rm -f "$file" && say "removed $file"; }
  done
  rm -rf "$etc" @configFolder@
  rmdir @dropInFolder@ 2>/dev/null || :
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  say '@daemonJson@ stays: it is Docker'"'"'s configuration'
}

option=${1:-}
changes=
first=
temp=
work=$(mktemp -d)
leave() {
  rc=$?
  rm -rf "$work"
  [ -z "$temp" ] || rm -f "$temp"
  exit "$rc"
}
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $option in
  '') install ;;
  --check) check ;;
  --remove) remove ;;
  *) die 'usage: sh install.sh [--check | --remove]' ;;
esac
