# What the program does not have any more. A file that a container mounts stays until that container is gone: otherwise it would not start again.

# Whether a line of the plan has container $1, and $2 as the mount, or in it.
is_planned() { awk -v name="$1" -v place="$2" '$1 == name && ($6 == place || index($6, place "/") == 1) { found = 1 } END { exit !found }' "$plan"; }

is_body() { awk -v name="$1" -v path="$2" '$1 == name && $7 == path { found = 1 } END { exit !found }' "$plan"; }

# What all containers mount, running or not.
used_sources() {
  engine_runs || return 1
  ids=$(docker ps --all --quiet --no-trunc 9<&-) || return 1
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086 # ids hold no blanks
  sources_of $ids
}

forget_others() {
  find "$bodies" -type f 2>/dev/null | while read -r body; do
    path=${body#"$bodies"/}
    is_body "${path%%/*}" "/${path#*/}" || rm -f "$body"
  done
  find "$bodies" -mindepth 1 -type d -empty -delete 2>/dev/null || :
  for mount in "$placed"/*/*; do
    [ -e "$mount" ] || continue
    name=${mount#"$placed"/}
    container=${name%%/*}
    is_planned "$container" "${name#*/}" || continue
    [ ! -d "$mount" ] || find "$mount" -mindepth 1 | while read -r file; do
      is_planned "$container" "${name#*/}/${file##*/}" || {
        mark_changed "$container"
        rm -rf "$file"
      }
    done
  done
  used=$(used_sources) || return 0
  for mount in "$placed"/*/*; do
    [ -e "$mount" ] || continue
    name=${mount#"$placed"/}
    if is_planned "${name%%/*}" "${name#*/}" || printf '%s\n' "$used" | grep -qxF -e "$mount"; then continue; fi
    rm -rf "$mount"
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
