# How a container is notified after one of its files has changed. It asks only a running engine: a connection to its socket would start it.

# The engine of this host, whatever engine the caller's client would use.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY

engine_runs() { pid=$(cat /run/docker.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null; }

runs() { [ "$(docker container inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }

# $1 is the declared action, $2 the container, $3 what has changed.
tell_container() {
  case $1 in
    nothing) say "$2 sees the change; the program says that nothing is done" ;;
    restart)
      say "restarting $2: $3 has changed"
      docker restart "$2" >/dev/null 9<&-
      ;;
    *)
      say "sending $1 to $2: $3 has changed"
      docker kill --signal "$1" "$2" >/dev/null 9<&-
      ;;
  esac
}
