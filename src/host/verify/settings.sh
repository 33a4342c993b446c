# How verify.sh reads the configuration of an engine: from its file, whatever the file's layout, from the command line of its process, and from its
# environment.

# The values of a JSON text as "key value", nested keys with dots; a text that is not understood ends with exit 1.
json_values() {
  awk -f verify/json-values.awk
}

. common/words.sh

# Sets told to the engine's configuration, or unread to the reason why it is not known.
read_engine() {
  told=
  unread=
  program=
  environment=
  settings=$1
  engine=$(cat /run/docker.pid 2>/dev/null) || engine=
  if [ -z "$engine" ] || [ "$(cat "/proc/$engine/comm" 2>/dev/null)" != dockerd ]; then
    unread='the command line of the engine cannot be read: /run/docker.pid names no process dockerd'
    return 0
  fi
  program=$(readlink "/proc/$engine/exe") || program=
  if ! words=$(words_of "$engine" cmdline) || ! environment=$(words_of "$engine" environ); then
    unread='the command line or the environment of the engine cannot be read'
    return 0
  fi
  flags=$(printf '%s\n' "$words" | flag_values)
  other=$(printf '%s\n' "$flags" | sed -n 's/^config-file //p' | tail -n 1)
  settings=${other:-$settings}
  case $settings in
    /*) ;;
    *) unread="the engine reads $settings, and it is unknown in which folder" && return 0 ;;
  esac
  # An engine may see other files than this script.
  there="/proc/$engine/root$settings"
  values=
  if [ ! -e "$settings" ] && [ ! -e "$there" ] && [ ! -L "$settings" ]; then
    [ -z "$other" ] || unread="$settings, which the engine was told to read, is not there"
  elif [ "$(stat -L -c %d:%i "$settings" 2>/dev/null)" != "$(stat -L -c %d:%i "$there" 2>/dev/null || echo none)" ]; then
    unread="$settings is not the file that the engine reads"
  elif changed_since "$settings"; then
    unread="$settings has changed since the engine started; restart the engine"
  elif ! values=$(json_values <"$settings"); then
    unread="$settings is not understood"
  fi
  told=$(printf '%s\n%s' "$flags" "$values")
}

# Sets value to the configured value of a key, in small letters; false if it is not known. The last of several counts.
was_told() {
  if [ -n "$unread" ]; then
    skip "$unread"
    return 1
  fi
  value=$(printf '%s\n' "$told" | awk -v key="$1" 'index($0, key " ") == 1 { v = tolower(substr($0, length(key) + 2)) } END { print v }')
  case $value in
    1 | t) value=true ;;
    0 | f) value=false ;;
  esac
}

# Each word after the text $1 is a key with its permitted values: KEY=VALUE,VALUE. No value means that the key is absent. Words without `=` are names
# that the environment of the engine must not have.
settings() {
  what=$1
  shift
  against=
  for word in "$@"; do
    key=${word%%=*}
    was_told "$key" || return 0
    case $word in
      *=*) case ",${word#*=}," in *",$value,"*) ;; *) against="$against $key is ${value:-not set}" ;; esac ;;
      *) if printf '%s\n' "$environment" | grep -q "^$word="; then against="$against the environment has $word"; fi ;;
    esac
  done
  unless "$against" "$what"
}

# The same, and no variable in the environment that changes the rules of the engine.
# shellcheck disable=SC2086 # names hold no blanks
rules() { settings "$@" $variables; }

image_size() {
  [ -z "$unread" ] || { skip "$unread"; return 0; }
  unless "$(printf '%s\n' "$told" | grep '^storage-opts.*dm[.]basesize' | one_line)" "$1"
}

default_limits() {
  was_told default-ulimits || return 0
  case $value in '' | empty) fail "not so: $1" ;; *) pass "$1" ;; esac
}

# The engine reports its own listeners; it does not report a socket that systemd hands over, and published ports are its own sockets, too.
tcp_listener() {
  says '{{range .Warnings}}{{println .}}{{end}}' || return 0
  against=$(printf '%s\n' "$value" | grep 'API is accessible' | one_line)
  [ -z "$against" ] || { fail "the engine listens on TCP without certificates: $against"; return 0; }
  was_told tlsverify || return 0
  verifies=$value
  hosts=$(printf '%s\n' "$told" | sed -n 's/^hosts\.* //p')
  # A listener of systemd, on which nothing was requested.
  case $hosts in
    *fd:*)
      listen=$(systemctl show --property Listen --value docker.socket 2>/dev/null) || { skip 'systemd hands the sockets over, and does not tell which'; return 0; }
      hosts="$hosts $(printf '%s\n' "$listen" | awk '$1 != "" && $1 !~ "^/" { print "tcp://" $1 }')"
      ;;
  esac
  case $verifies:$hosts in
    true:*) pass 'the engine asks for certificates on TCP' ;;
    *tcp:*) fail "the engine listens on TCP without certificates: $(printf '%s\n' "$hosts" | tr ' ' '\n' | grep tcp: | one_line)" ;;
    *) pass 'the engine does not listen on TCP without certificates' ;;
  esac
}

# Checks with $1 for $2 the file that the setting $3 names.
tls() {
  was_told "$3" || return 0
  if [ -z "$value" ]; then
    skip "the engine has no $3"
  else
    "$1" "$2" "$(printf '%s\n' "$told" | sed -n "s/^$3 //p" | tail -n 1)"
  fi
}
