#!/bin/sh
# All checks, set-up included: what is built, unit tests, property tests, and real engines where this machine can run them. See README.
set -eu
. "$(dirname "$0")/prepare.sh"
exec node_modules/.bin/tsx scripts/test.ts "$@"
