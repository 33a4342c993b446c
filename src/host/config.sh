#!/bin/sh
# Bulkhead: places the files with content that containers of this host mount. Installed by Bulkhead; changes to this file are lost.
# apply places them, and tells containers whose files have changed; --check says what is not in place, and changes nothing (exit 1 when something is not).
# shellcheck disable=SC2034 # names that other scripts need
. common/prelude.sh

. common/tell.sh

. common/lists.sh

. config/place.sh

. config/forget.sh

umask 077
case $#:${1:-} in
  1:apply) check= ;;
  1:--check) check=yes ;;
  *) die 'usage: bulkhead-config apply | --check' ;;
esac
enter_config
failed=
while read -r container action owner mode sum place target <&3; do
  settle "$container" "$owner" "$mode" "$sum" "$place" "$target"
done 3<"$plan"
if [ -z "$check" ]; then
  forget_others
  tell_all
fi
[ -z "$failed" ] || exit 1
