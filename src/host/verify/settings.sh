# How verify.sh knows what an engine was told: by its file, whatever the file's layout, and by the command line of its process.

# The values of a JSON text as "key value", nested keys with dots; a text that is not understood ends with exit 1.
json_values() {
  awk -f verify/json-values.awk
}

# The words of a command line, one a line, as the same keys and values.
flag_values() {
  awk -f verify/flag-values.awk
}

# Sets told to what the engine was told, or unread to why that is not known.
read_engine() {
  told=
  unread=
  settings=$1
  engine=$(cat /run/docker.pid 2>/dev/null) || engine=
  if [ -z "$engine" ] || ! words=$(tr '\0' '\n' <"/proc/$engine/cmdline" 2>/dev/null) || [ "$(cat "/proc/$engine/comm")" != dockerd ]; then
    unread='the command line of the engine cannot be read: /run/docker.pid names no process dockerd'
    return 0
  fi
  flags=$(printf '%s\n' "$words" | flag_values)
  other=$(printf '%s\n' "$flags" | sed -n 's/^config-file //p' | tail -n 1)
  settings=${other:-$settings}
  values=
  if [ -e "$settings" ]; then
    if [ -n "$(find "$settings" -newer /run/docker.pid)" ]; then
      unread="$settings has changed since the engine started; restart the engine"
    elif ! values=$(json_values <"$settings"); then
      unread="$settings is not understood"
    fi
  fi
  told=$(printf '%s\n%s' "$flags" "$values")
}

# Sets value to what the engine was told of a key, in small letters; false where that is not known. The last of several counts.
was_told() {
  if [ -n "$unread" ]; then
    skip "$unread"
    return 1
  fi
  value=$(printf '%s\n' "$told" | awk -v key="$1" 'index($0, key " ") == 1 { v = tolower(substr($0, length(key) + 2)) } END { print v }')
  case $value in
    1 | t) value=true ;;
    0 | f) value=false ;;
    null) value= ;;
  esac
}

# $1 must have the value $2 in the settings.
setting() {
  was_told "$1" || return 0
  if [ "$value" = "$2" ]; then pass "$3"; else fail "not so: $3"; fi
}

# $1 must not have one of the values after the text $2.
unset_or() {
  key=$1
  what=$2
  shift 2
  was_told "$key" || return 1
  for wanted in '' "$@"; do
    [ "$value" != "$wanted" ] || return 0
  done
  fail "not so: $what: $key is $value"
  return 1
}

log_level() {
  unset_or debug "$1" false || return 0
  unset_or log-level "$1" info || return 0
  pass "$1"
}

firewall_rules() {
  unset_or iptables "$1" true || return 0
  unset_or ip6tables "$1" true || return 0
  pass "$1"
}

own_cgroup() {
  unset_or cgroup-parent "$1" || return 0
  pass "$1"
}

image_size() {
  [ -z "$unread" ] || { skip "$unread"; return 0; }
  unless "$(printf '%s\n' "$told" | grep '^storage-opts.*dm[.]basesize' | one_line)" "$1"
}

default_limits() {
  was_told default-ulimits || return 0
  case $value in '' | empty) fail "not so: $1" ;; *) pass "$1" ;; esac
}

# Looks by $1 for $2 at the file that the setting $3 names.
tls() {
  was_told "$3" || return 0
  if [ -z "$value" ]; then
    skip "the engine has no $3"
  else
    "$1" "$2" "$(printf '%s\n' "$told" | sed -n "s/^$3 //p" | tail -n 1)"
  fi
}
