# The checks of config files in verify.sh: that they are as the program declares, and that running containers see them. $config_plan has a line for
# each: its place, its owner, mode and digest, and its path in the container.

# A mounted file stays the one that it was.
is_seen() {
  pid=$(docker container inspect --format '{{.State.Pid}}' "$2" 2>/dev/null) || pid=0
  [ "$pid" = 0 ] || [ "$(stat -c %d:%i "/proc/$pid/root$3" 2>/dev/null)" = "$(stat -c %d:%i "$1")" ]
}

config_files() {
  control=config-files
  [ -n "$config_plan" ] || return 0
  found=
  [ "$(stat -c '%F %a %u' @configFolder@ 2>/dev/null)" = 'directory 700 0' ] || found="$found @configFolder@ is not for root alone;"
  while read -r place owner mode sum target; do
    at=@configFolder@/$place
    if [ -L "$at" ] || [ ! -f "$at" ]; then
      found="$found $at is not a file;"
    elif [ "$(stat -c '%u:%g %a' "$at")" != "$owner $mode" ]; then
      found="$found $at belongs to $(stat -c '%u:%g with the mode %a' "$at");"
    elif [ "$(sha256sum <"$at" | cut -d ' ' -f 1)" != "$sum" ]; then
      found="$found the content of $at was changed;"
    elif ! is_seen "$at" "${place%%/*}" "$target"; then
      found="$found ${place%%/*} does not see it at $target: restart it;"
    fi
  done <<END
$config_plan
END
  unless "$found" 'files of containers are as the program says'
}
