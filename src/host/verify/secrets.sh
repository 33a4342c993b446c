# The checks of secrets in verify.sh: that they are in memory, each container's in a separate folder that no other user can open, and how they are
# stored. $secret_plan has a line for each container: its name, user and group, and the names of its secrets.

is_as() { [ "$(stat -c '%F %a %u %g' "$1" 2>/dev/null)" = "$2" ]; }

secrets() {
  control=secrets
  [ -n "$secret_plan" ] || return 0
  found=
  plain=
  folder=@secretFolder@
  store=@secretStore@
  [ "$(stat -f -c %T "$folder" 2>/dev/null)" = ramfs ] || found="$found $folder is not in memory that is never swapped"
  is_as "$folder" 'directory 700 0 0' || found="$found $folder is not for root alone"
  is_as "$store" 'directory 700 0 0' || found="$found $store is not for root alone"
  while read -r name uid gid files; do
    own=$folder/$name
    is_as "$own" "directory 500 $uid $gid" || found="$found $own is not there, or not of its user alone"
    for secret in $files; do
      is_as "$own/$secret" "regular file 400 $uid $gid" || found="$found $own/$secret is not there, or not of its user alone"
      is_as "$store/$secret" 'regular file 600 0 0' || found="$found $store/$secret is not there, or not for root alone"
      case "$(head -n 1 "$store/$secret" 2>/dev/null) $plain " in
        encrypted* | *" $secret "*) ;;
        *) plain="$plain $secret" ;;
      esac
    done
  done <<END
$secret_plan
END
  unless "$found" 'secrets are in memory that is never swapped, and only their containers read them'
  [ -n "$found" ] || [ -z "$plain" ] || printf 'WARN %s these are not encrypted on disk, since the host has no systemd-creds:%s\n' "$control" "$plain"
}
