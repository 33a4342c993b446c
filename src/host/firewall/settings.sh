# What is read first; damaged files are never applied.

# Sets fault to a sentence about the first file that differs from the installed one.
find_fault() {
  set -- @sysctl@ @modules@
  for name in rules.v4 rules.v6 sets.v4 sets.v6 chains permits network daemon-id engine; do set -- "$@" "$etc/$name"; done
  fault=$(sha256sum "$@" 2>/dev/null | awk -v sums="$etc/sums" -v names="$*" -f firewall/fault.awk)
  for name in rules.v4 rules.v6; do
    [ -n "$fault" ] || grep -qsx COMMIT "$etc/$name" || fault="$etc/$name is empty or has no COMMIT"
  done
}

read_settings() {
  find_fault
  [ -z "$fault" ] || die "$fault; install the host files again"
  { read -r daemon_id && { read -r daemon_path || :; }; } <"$etc/daemon-id"
  stamp=$run/stamp-$daemon_id
  while read -r word value; do
    case $word in
      prefix) prefix=$value ;;
      minimum) engine_minimum=$value ;;
      below) engine_below=$value ;;
      raw) raw=yes ;;
    esac
  done <<END
$(cat "$etc/network" "$etc/engine")
END
}

# Reads the settings and creates a work folder, under the lock. From here on, the stamp is removed if there is no answer.
begin() {
  unfinished=look
  need_tools
  enter
  [ "$command" != apply ] || hold_stamp
  rm -rf "$private"/work.*
  work=$(mktemp -d "$private/work.XXXXXX")
}

leave() {
  rc=$?
  trap - EXIT
  [ -z "$work" ] || rm -rf "$work"
  case $unfinished:$rc in
    :*) ;;
    # If it is ended before it found anything, it has no reason to remove the stamp.
    look:143) put_back ;;
    *)
      [ "$rc" = 2 ] || echo "bulkhead: $command stopped half way (exit $rc)" >&2
      rm -rf "$run"/stamp-* 2>/dev/null || :
      [ "$rc" != 0 ] || rc=2
      ;;
  esac
  exit "$rc"
}
