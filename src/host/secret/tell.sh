# What a container is told when a secret of its own has changed. It is asked only of an engine that runs: its socket would start one.

engine_runs() { pid=$(cat /run/docker.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null; }

runs() { [ "$(docker container inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }

action_of() { awk -v name="$1" '$1 == "container" && $2 == name { print $5 }' "$plan"; }

tell_container() {
  case $1 in
    nothing) say "$2 sees the change; the program says that nothing is done" ;;
    restart)
      say "restarting $2: a secret of its own has changed"
      docker restart "$2" >/dev/null 9<&-
      ;;
    *)
      say "sending $1 to $2: a secret of its own has changed"
      docker kill --signal "$1" "$2" >/dev/null 9<&-
      ;;
  esac
}

# A mark is taken away when it was acted upon: rather twice than never. While the engine does not run its containers may, and the marks stay.
tell_all() {
  engine_runs || return 0
  for mark in "$shown"/.changed/*; do
    [ -e "$mark" ] || continue
    container=${mark##*/}
    # What does not run reads the new value when it starts.
    ! runs "$container" || tell_container "$(action_of "$container")" "$container"
    rm -f "$mark"
  done
  for container in $came; do
    if docker container inspect "$container" >/dev/null 2>&1 && ! runs "$container"; then
      say "$container has its secrets now: docker start $container"
    fi
  done
}
