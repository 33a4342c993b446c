# The commands.

declared_names() { sed -n 's/^secret //p' "$plan" 2>/dev/null || :; }

users_of() { awk -v name="$1" '$1 == "container" { for (i = 6; i <= NF; i++) if ($i == name) printf " %s", $2 }' "$plan"; }

refresh() {
  show_all
  tell_all
  [ -z "$unreadable" ] || die "secrets that cannot be read on this host, put them again:$unreadable"
}

# The value passes only through pipes and files in memory: no variable and no argument of a command ever contains it.
put_secret() {
  [ ! -t 0 ] || die "the value comes by standard input: bulkhead-secret put $1 <FILE, or systemd-ask-password -n | bulkhead-secret put $1"
  enter_secrets
  is_declared "$1" || die "the program declares no secret of this name; it declares: $(declared_names | tr '\n' ' ')"
  head -c $((limit + 1)) >"$work/value"
  size=$(wc -c <"$work/value")
  [ "$size" -gt 0 ] || die 'nothing was changed: standard input is empty'
  [ "$size" -le "$limit" ] || die "nothing was changed: the value has more than $limit bytes"
  keep "$1"
  case $(form_of "$store/$1") in
    encrypted) say "stored $1, $size bytes, encrypted" ;;
    *) say "stored $1, $size bytes, in a file that only root reads: systemd-creds is not on this host" ;;
  esac
  refresh
}

rm_secret() {
  enter_secrets
  [ -f "$store/$1" ] || die "no secret of this name is stored"
  rm -f "$store/$1"
  sync "$store"
  say "erased $1"
  refresh
}

apply_secrets() {
  enter_secrets
  refresh
}

list_secrets() {
  lock
  for name in $(declared_names); do
    form=$(form_of "$store/$name") || form=
    echo "$name ${form:-missing} for$(users_of "$name")"
  done
  for file in "$store"/*; do
    [ -f "$file" ] || continue
    is_declared "${file##*/}" || echo "${file##*/} $(form_of "$file"), and the program does not declare it"
  done
}

# Exit 1 when a container could not start.
status_secrets() {
  list_secrets
  rc=0
  is_memory || { echo "$shown is not in memory: bulkhead-secret apply" && rc=1; }
  [ -e "$plan" ] || return "$rc"
  while read -r word name _; do
    if [ "$word" != container ] || [ -d "$shown/$name" ]; then continue; fi
    echo "$name does not start: it lacks a secret"
    rc=1
  done <"$plan"
  return "$rc"
}

# Removes the shown secrets, from running containers, too.
clear_secrets() {
  lock
  if is_memory; then
    find "$shown" -mindepth 1 -delete
    umount "$shown"
  fi
  rm -rf "$shown"
  kept=$(find "$store" -mindepth 1 -type f | wc -l)
  [ "$kept" = 0 ] || say "no container sees a secret any more; $kept stay in $store; to erase them: rm -rf ${store%/*}"
}

erase_secrets() {
  clear_secrets >/dev/null
  rm -rf "$store"
  rmdir "${store%/*}" 2>/dev/null || :
  say 'erased every secret of this host'
}
