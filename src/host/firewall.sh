#!/bin/sh
# Bulkhead: loads the guard of this host's Docker networks, reads it back, and only then writes the stamp that containers need to start.
# Installed by Bulkhead; changes to this file are lost. The commented source is part of the library (src/host).
. common/prelude.sh

. common/lock.sh

. common/tools.sh

. common/engine.sh

. firewall/kernel.sh

. firewall/links.sh

. generated/guard.sh

. firewall/connections.sh

. firewall/frames.sh

. firewall/revive.sh

. firewall/watch.sh

. firewall/settings.sh

. firewall/apply.sh

. firewall/check.sh

. firewall/remove.sh

. firewall/setup.sh

wait=10
work=
unfinished=
changed=
quiet=
engine_minimum=
engine_below=
prefix=
raw=
fault=
held=/proc/$$/../..$run/kept
stamp=
frames_fault=
daemon_id=
daemon_path=
command=${1:-}
option=${2:-}
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $command:$option in
  apply:) apply ;;
  apply:--quiet) quiet=yes && apply ;;
  check: | status: | watch: | remove:) "$command" ;;
  setup: | setup:--start-docker) setup "$option" ;;
  *) die 'usage: bulkhead-firewall apply [--quiet] | check | status | watch | remove | setup [--start-docker]' ;;
esac
