#!/bin/sh
# All tests, set-up included: lint, compile, documents, unit tests, the packed library, and real engines where this machine can run them. See README.
set -eu
. "$(dirname "$0")/prepare.sh"
exec node_modules/.bin/tsx scripts/test.ts "$@"
