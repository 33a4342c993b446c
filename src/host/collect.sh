#!/bin/sh
# Bulkhead: prints the networks, the firewall and the engine of this host as one text. Needs root, changes nothing, and sends nothing.
# Save the output, read it, and give it to the command: sh collect.sh >host.txt; bulkhead exposure --input host.txt
# It prints sums of the files of Bulkhead. It prints no environment, command, label, health check, log option or registry. Of these it prints only HOST:PORT where HOST is a name of a container on
# this host. It prints the comments of rules and sets.
# shellcheck disable=SC2034 # names that other programs need
. common/prelude.sh

# Always ask the engine of this host, whatever the environment says.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY

. collect/texts.sh

. collect/kernel.sh

. collect/firewall.sh

. common/words.sh

. collect/docker.sh

. collect/units.sh

. collect/files.sh

# Everything is in a function. So a script that was cut does nothing, and no program reads the rest of the script from standard input.
main() {
  [ "$(id -u)" = 0 ] || die 'must run as root: only root reads the rules of the firewall'
  [ $# = 0 ] || die 'takes no arguments; it prints to standard output'
  echo 'bulkhead-collect 1'
  echo "# Taken on $(uname -n) at $(date -u +%Y-%m-%dT%H:%M:%SZ). Read it before you give it away: it names addresses, containers and rules, with their comments."
  firewall_texts
  kernel_texts
  docker_texts
  units_text
  files_text
  echo "== end of $texts texts"
}
main "$@" </dev/null
