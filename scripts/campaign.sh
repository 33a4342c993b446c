#!/bin/sh
# Everything, on every engine, with all samples at their full size: hours. Goes on where it was stopped. See CONTRIBUTING.
set -eu
. "$(dirname "$0")/prepare.sh"
exec node_modules/.bin/tsx scripts/campaign.ts "$@"
