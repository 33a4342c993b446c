# Files that were removed from the program. A file that a container mounts stays until that container is removed: otherwise it would not start again.

# What all containers mount, running or not.
used_sources() {
  engine_runs || return 1
  ids=$(docker ps --all --quiet --no-trunc 9<&-) || return 1
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086 # ids hold no blanks
  sources_of $ids
}

forget_others() {
  texts=$(awk '{ print $1 $7 }' "$plan") || return 0
  places=$(awk '{ print $1 "/" $6 }' "$plan") || return 0
  find "$bodies" -type f 2>/dev/null | while read -r body; do
    lists "$texts" "${body#"$bodies"/}" || rm -f "$body"
  done
  find "$bodies" -mindepth 1 -type d -empty -delete 2>/dev/null || :
  for mount in "$placed"/*/*; do
    [ -e "$mount" ] || continue
    name=${mount#"$placed"/}
    lists "$places" "$name" || continue
    [ ! -d "$mount" ] || find "$mount" -mindepth 1 | while read -r file; do
      lists "$places" "$name/${file##*/}" || {
        mark_changed "${name%%/*}"
        rm -rf "$file"
      }
    done
  done
  used=$(used_sources) || return 0
  for mount in "$placed"/*/*; do
    [ -e "$mount" ] || continue
    lists "$places" "${mount#"$placed"/}" || lists "$used" "$mount" || rm -rf "$mount"
  done
  rmdir "$placed"/* 2>/dev/null || :
}

# A mark is removed after the action. A container that Terraform replaces finds another file only if a user changed it on the host: a restart shows
# the right one again.
tell_all() {
  engine_runs || return 0
  for mark in "$placed"/.changed/*; do
    [ -e "$mark" ] || continue
    container=${mark##*/}
    action=$(awk -v name="$container" '$1 == name { print $2; exit }' "$plan")
    if [ -n "$action" ] && runs "$container"; then tell_container "$action" "$container" 'a file of its own'; fi
    rm -f "$mark"
  done
}
