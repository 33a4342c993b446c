#!/usr/bin/env bash
# The property tests with a new seed each time; a failure names its seed, so that it can be seen again.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
for ((i = 1; i <= ${1:-20}; i++)); do
  seed=$((RANDOM * 32768 + RANDOM))
  echo "[$i/${1:-20}] BULKHEAD_PROPERTY_SEED=$seed"
  out=$(BULKHEAD_PROPERTY_SEED=$seed npx jest --selectProjects laws --silent --coverage=false 2>&1) || failed=1
  grep -E '^(Tests:|FAIL| +●|.*Counterexample)' <<<"$out" | cut -c1-2000
done
exit "$failed"
