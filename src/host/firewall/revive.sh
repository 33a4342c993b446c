# The engine tries no second time to start a container that ended while the stamp was away. So such containers are started once the stamp is back, and
# nothing else is: not what a user stopped, and not what has no policy of restarts.

revive() {
  # Its socket would start an engine that was stopped.
  { read -r pid </run/docker.pid; } 2>/dev/null || return 0
  if [ ! -d "/proc/$pid" ] || ! command -v docker >/dev/null 2>&1; then return 0; fi
  # Twice: a start that has just failed is written down a moment later.
  mv "$private/stamped" "$private/stamped.once" 2>/dev/null || rm "$private/stamped.once" 2>/dev/null || return 0
  if ! ended=$(on_engine ps -aq --no-trunc --filter status=exited --filter status=created); then
    : >"$private/stamped"
    return 0
  fi
  for id in $ended; do
    case $(on_engine inspect --format '{{.HostConfig.RestartPolicy.Name}} {{.State.Error}}' "$id") in
      no\ * | ' '*) ;;
      *"$stamp"*) if on_engine start "$id" >/dev/null; then say "started $id, which the engine could not start without the stamp"; fi ;;
    esac
  done
}

on_engine() { timeout 30 docker -H unix:///run/docker.sock "$@" 2>/dev/null; }
