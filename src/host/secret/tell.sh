# Which containers are notified of a changed secret.

action_of() { awk -v name="$1" '$1 == "container" && $2 == name { print $5 }' "$plan"; }

# A mark is removed after the action: rather twice than never. If the engine does not run, its containers may, and the marks stay.
tell_all() {
  engine_runs || return 0
  for mark in "$shown"/.changed/*; do
    [ -e "$mark" ] || continue
    container=${mark##*/}
    # A stopped container reads the new value when it starts.
    ! runs "$container" || tell_container "$(action_of "$container")" "$container" 'a secret of its own'
    rm -f "$mark"
  done
  for container in $came; do
    if docker container inspect "$container" >/dev/null 2>&1 && ! runs "$container"; then
      say "$container has its secrets now: docker start $container"
    fi
  done
}
