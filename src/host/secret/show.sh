# Each container mounts its own folder, never single files: a mounted file stays the same file after a rename. The folder has its name only while all
# its secrets exist, since the engine starts no container whose folder is missing. It stays the same folder, so that a running container sees every
# change in it.

# Makes $work/value the file $1 of user $2, by renaming.
put_file() {
  chown "$2" "$work/value"
  chmod 400 "$work/value"
  mv -fT "$work/value" "$1"
}

# $1 is the container, $2 and $3 its user and group, the rest the names of its secrets.
show() {
  container=$1
  owner=$2:$3
  shift 3
  folder=$shown/$container
  aside=$shown/.aside-$container
  at=$folder
  if [ ! -d "$folder" ]; then
    at=$aside
    [ -d "$aside" ] || mkdir "$aside"
  fi
  missing=
  for secret; do
    if [ ! -f "$store/$secret" ]; then
      rm -f "$at/$secret"
      missing="$missing $secret"
    elif ! value_of "$store/$secret" "$secret" >"$work/value"; then
      # What is there stays.
      unreadable="$unreadable $secret"
      [ -f "$at/$secret" ] || missing="$missing $secret"
    elif ! cmp -s "$work/value" "$at/$secret"; then
      # First, so that a run that is killed here leaves it to the next one.
      if [ "$at" = "$folder" ] || engine_runs; then : >"$shown/.changed/$container"; fi
      put_file "$at/$secret" "$owner"
    fi
  done
  for file in "$at"/*; do
    [ -e "$file" ] || continue
    case " $* " in
      *" ${file##*/} "*) [ "$(stat -c '%a %u:%g' "$file")" = "400 $owner" ] || { chown "$owner" "$file" && chmod 400 "$file"; } ;;
      *) rm -rf "$file" ;;
    esac
  done
  chown "$owner" "$at"
  chmod 500 "$at"
  if [ -n "$missing" ]; then
    [ "$at" = "$aside" ] || mv -T "$folder" "$aside"
    say "the container $container does not start before these secrets are here:$missing"
  elif [ "$at" = "$aside" ]; then
    mv -T "$aside" "$folder"
    came="$came $container"
  fi
}

# Folders of containers that were removed from the program.
forget_others() {
  known=
  if [ -e "$plan" ]; then known=$(awk '$1 == "container" { print $2 }' "$plan") || return 0; fi
  for folder in "$shown"/* "$shown"/.aside-*; do
    [ -d "$folder" ] || continue
    container=${folder##*/}
    container=${container#.aside-}
    lists "$known" "$container" || rm -rf "$folder" "$shown/.changed/$container"
  done
}

show_all() {
  came=
  forget_others
  [ -e "$plan" ] || return 0
  while read -r word name uid gid _ secrets <&3; do
    [ "$word" = container ] || continue
    # shellcheck disable=SC2086 # names hold no blanks
    show "$name" "$uid" "$gid" $secrets
  done 3<"$plan"
}
