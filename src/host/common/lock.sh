# For commands that change the host: the folders under /run/bulkhead, and the lock.

private=$run/private

# Makes $2 a folder of root with mode $1. If other users could open its content, they may hold the locks: those are created again.
own_folder() {
  case $(stat -c '%u %F %a' "$2" 2>/dev/null) in
    "0 directory $1") ;;
    '0 directory '*) rm -f "$2/lock" "$2/watch.lock" && chmod "$1" "$2" ;;
    *) rm -rf "$2" && mkdir -m "$1" "$2" ;;
  esac
}

# Only root can open the lock: a user who can open it may hold it, and keep the guard from being repaired.
enter() {
  own_folder 755 "$run"
  own_folder 700 "$private"
  exec 9>"$private/lock"
  flock -w 60 9 || die "another run has held the lock $private/lock for a minute"
}
