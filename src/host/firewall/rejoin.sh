# A container in the network of another one keeps the network that the other had when it started: after a restart of the other it has none. The engine
# starts both in any order, and does not try a second time if the other was not running yet. So the watch starts the container again, once the other
# runs; a container that a user stopped has no such error. A part of revive.

  # A request to its socket would start an engine that was stopped.
  kill -0 "$(cat /run/docker.pid)" || return 0
  exec 6>"$private/rejoin.lock"
  # A container that stops slowly takes longer than the watch waits.
  flock -n 6 || return 0
  sed -n 's/^shares //p' "$etc/network" | while read -r name other; do
    facts=$(docker inspect -f '{{.State.Pid}} {{.Id}} {{.HostConfig.NetworkMode}} {{printf "%q" .State.Error}}' "$name" "$other") || continue
    {
      IFS=' ' read -r pid _ mode error
      IFS=' ' read -r other_pid id _
    } <<END
$facts
END
    # The other one does not run, or Terraform is going to replace this one.
    if [ "$other_pid" = 0 ] || [ "$mode" != "container:$id" ]; then continue; fi
    if [ "$pid" = 0 ]; then
      case $error in *'cannot join network'*) docker start "$name" ;; esac
    elif [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink "/proc/$other_pid/ns/net")" ]; then
      docker restart "$name"
    fi
  done
