#!/bin/sh
# The main job, set-up included: the three-tier example on a real engine. See README.
set -eu
. "$(dirname "$0")/prepare.sh"
exec node_modules/.bin/tsx scripts/demo.ts "$@"
