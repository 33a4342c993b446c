#!/bin/sh
# Bulkhead: keeps the secrets of this host, and shows each container its own. Installed by Bulkhead; changes to this file are lost.
. common/prelude.sh

. common/lock.sh

. secret/places.sh

. secret/store.sh

. secret/show.sh

. common/tell.sh

. common/lists.sh

. secret/tell.sh

. secret/commands.sh

umask 077
entered=
unreadable=
came=
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $#:${1:-} in
  2:put | 2:rm) check_name "$2" && "$1_secret" "$2" ;;
  1:apply | 1:list | 1:status | 1:clear | 1:erase) "$1"_secrets ;;
  *) die 'usage: bulkhead-secret put NAME <FILE | rm NAME | list | status | apply | clear | erase' ;;
esac
