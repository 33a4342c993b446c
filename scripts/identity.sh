#!/bin/sh
# What changes in the output of 200 generated programs between two commits: ./scripts/identity.sh BEFORE [AFTER]; without AFTER, the working tree.
# The programs are those of the working tree; only the sources of the library are those of the commits. Exit 1 when anything differs.
set -eu
. "$(dirname "$0")/prepare.sh"
[ $# -ge 1 ] || {
  echo 'usage: scripts/identity.sh BEFORE [AFTER]' >&2
  exit 2
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kept=node_modules/.cache/bulkhead-identity
mkdir -p "$kept"

# $1: commit, or nothing for the working tree; $2: name of the folder. Sets $list, the file of the digests, which is kept by what it is made from.
outputs() {
  mkdir "$work/$2"
  cp -R scripts test package.json package-lock.json tsconfig.json "$work/$2"
  if [ -n "$1" ]; then
    git archive "$1" src | tar -x -C "$work/$2"
  else
    cp -R src "$work/$2"
  fi
  key=$(cd "$work/$2" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2 | sha256sum | cut -c1-16)
  list=$PWD/$kept/$key.txt
  echo "$2: ${1:-the working tree}"
  [ ! -e "$list" ] || return 0
  ln -s "$PWD/node_modules" "$work/$2/node_modules"
  (cd "$work/$2" && BULKHEAD_QUIET=1 node_modules/.bin/tsx scripts/identity.ts "$kept/$key.new")
  rm -rf "$list.texts"
  mv "$kept/$key.new.texts" "$list.texts"
  mv "$kept/$key.new" "$list"
}

outputs "$1" before
before=$list
outputs "${2:-}" after
node_modules/.bin/tsx scripts/identity.ts --compare "$before" "$list"
