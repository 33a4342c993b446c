#!/bin/sh
# Bulkhead: prints what this host tells of its networks, its firewall and its engine, as one text. Changes nothing, needs root, and asks nobody outside.
# Save what it prints, read it, and give it to the command: sh collect.sh >host.txt; bulkhead exposure --input host.txt
# It prints no environment, command, label, health check, log option or registry of a container: of these only HOST:PORT where HOST is a name of a
# container on this host. Comments of rules and of sets come as they are.
# shellcheck disable=SC2034 # names that other programs need
. common/prelude.sh

# The engine of this host, whatever the caller's client would ask.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY

. collect/texts.sh

. collect/kernel.sh

. collect/firewall.sh

. common/words.sh

. collect/docker.sh

. collect/units.sh

# All of it stands in a function: a script that is cut does nothing, and no program reads the rest of the script from standard input.
main() {
  [ "$(id -u)" = 0 ] || die 'must run as root: only root reads the rules of the firewall'
  [ $# = 0 ] || die 'takes no arguments; it prints to standard output'
  echo 'bulkhead-collect 1'
  echo "# Taken on $(uname -n) at $(date -u +%Y-%m-%dT%H:%M:%SZ). Read it before you give it away: it names addresses, containers and rules, with their comments."
  firewall_texts
  kernel_texts
  docker_texts
  units_text
  echo "== end of $texts texts"
}
main "$@" </dev/null
