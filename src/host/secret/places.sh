# The folders of secrets: the store on disk, and the folder in memory with one folder for each container. $plan lists them: lines `secret NAME` and
# `container NAME UID GID ACTION SECRET...`.

plan=$etc/secrets
store=@secretStore@
shown=@secretFolder@
work=$shown/.work
limit=@secretLimit@

check_name() {
  case $1 in
    '' | [!A-Za-z0-9]* | *[!A-Za-z0-9_.-]*) die 'a name has letters, digits, _, . and -, and starts with a letter or digit' ;;
  esac
  [ ${#1} -le 64 ] || die 'a name has at most 64 characters'
}

is_declared() { grep -qxF -e "secret $1" "$plan" 2>/dev/null; }

# Not tmpfs, which the kernel may write to swap.
is_memory() { [ "$(stat -f -c %T "$shown" 2>/dev/null)" = ramfs ]; }

make_memory() {
  own_folder 700 "$shown"
  is_memory || mount -t ramfs -o mode=700,nosuid,nodev,noexec bulkhead "$shown" || die "ramfs cannot be mounted at $shown, so no container gets its secrets"
}

# Never removed and created again, as other folders are: its content is nowhere else.
make_store() {
  [ -d "${store%/*}" ] || mkdir -m 755 "${store%/*}"
  [ -e "$store" ] || mkdir -m 700 "$store"
  [ "$(stat -c '%u %F' "$store")" = '0 directory' ] || die "$store must be a directory of root: move it to another place"
  chmod 700 "$store"
  find "$store" -type f ! -perm 600 -exec chmod 600 {} +
}

lock() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  make_store
  exec 9<"$store"
  flock -w 60 9 || die "another run has held the lock on $store for a minute"
}

# What a run that was killed left behind goes.
enter_secrets() {
  lock
  make_memory
  entered=yes
  rm -rf "$work" "$store/.new"
  mkdir -p "$work" "$shown/.changed"
}

leave() {
  rc=$?
  [ -z "$entered" ] || rm -rf "$work" "$store/.new"
  exit "$rc"
}
