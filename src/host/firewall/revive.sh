# The engine does not try a second time to start a container that ended while the stamp was missing. So when the stamp is back, this starts the
# containers whose last start failed because it was missing, and no others: a container that a user stopped has no such error. Runs beside the watch,
# which must not wait for an engine.

revive() {
  # A request to its socket would start an engine that was stopped.
  if kill -0 "$(cat /run/docker.pid)" && rm "$private/stamped"; then
    # The engine records a failed start a moment later.
    sleep 2
    docker ps -aqf status=exited | xargs -r docker inspect -f '{{.Id}}{{printf "%q" .State.Error}}' | grep "$stamp" | cut -c1-64 | xargs -r docker start
  fi
. firewall/rejoin.sh
}
