# The lines of $plan say which file each container has and where; the content is under $bodies, below the name of the container, at the path in the
# container. Only root can enter $placed, so no other user can put a link or another file there.

plan=@configPlan@
bodies=@configBodies@
placed=@configFolder@
new=$placed/.new

enter_config() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  [ -z "$check" ] || return 0
  [ -d "${placed%/*}" ] || mkdir -m 755 "${placed%/*}"
  [ -e "$placed" ] || [ -L "$placed" ] || mkdir "$placed"
  [ "$(stat -c '%u %F' "$placed")" = '0 directory' ] || die "$placed must be a directory of root: move it to another place"
  chmod 700 "$placed"
  exec 9<"$placed"
  flock -w 60 9 || die "another run has held the lock on $placed for a minute"
  rm -rf "$new"
  mkdir -p "$placed/.changed"
}

sum_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

# Whether $1 is not the file of owner $2 with mode $3 and digest $4.
differs() {
  [ -L "$1" ] || [ ! -f "$1" ] || [ "$(stat -c '%u:%g %a' "$1")" != "$2 $3" ] || [ "$(sum_of "$1")" != "$4" ]
}

fault() {
  printf 'bulkhead: %s\n' "$*" >&2
  failed=yes
}

# First, so that a run that is killed here leaves it to the next one.
mark_changed() { [ -n "$check" ] || : >"$placed/.changed/$1"; }

# What containers mount, as far as the engine runs.
sources_of() {
  engine_runs || return 1
  docker container inspect --format '{{range .Mounts}}{{println .Source}}{{end}}' "$@" 2>/dev/null 9<&-
}

make_folder() {
  if [ -L "$1" ] || [ ! -d "$1" ]; then
    rm -rf "$1"
    mkdir "$1"
  fi
  chown 0:0 "$1"
  chmod "$2" "$1"
}

# $1 container, $2 owner, $3 mode, $4 digest, $5 place in its folder, $6 path in the container.
settle() {
  at=$placed/$1/$5
  differs "$at" "$2" "$3" "$4" || return 0
  if [ -n "$check" ]; then
    fault "$at, which $1 has at $6, is not as the program says"
    return 0
  fi
  body=$bodies/$1$6
  if [ ! -f "$body" ] || [ "$(sum_of "$body")" != "$4" ]; then
    fault "$body is missing or was changed; run install.sh again"
    return 0
  fi
  # For a new file of the program, Terraform creates or replaces the container.
  mount=$placed/$1/${5%%/*}
  if [ -e "$mount" ] || sources_of "$1" | grep -qxF -e "$mount"; then mark_changed "$1"; fi
  make_folder "$placed/$1" 700
  case $5 in */*) make_folder "${at%/*}" 755 ;; esac
  cat "$body" >"$new"
  chown "$2" "$new"
  chmod "$3" "$new"
  sync "$new"
  [ -L "$at" ] || [ ! -d "$at" ] || rm -rf "$at"
  mv -fT "$new" "$at"
  say "wrote $6 for $1"
}
