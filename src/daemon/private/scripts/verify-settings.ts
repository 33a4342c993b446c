/** How verify.sh knows what an engine was told: by its file, whatever the file's layout, and by the command line of its process. */
export const VERIFY_SETTINGS = String.raw`
# The values of a JSON text as "key value", nested keys with dots; a text that is not understood ends with exit 1.
json_values() {
  awk '
    function bad() { failed = 1; exit 1 }
    function blanks() { while (i <= n && index(" \t\r\n", substr(t, i, 1))) i++ }
    function text(  s, c) {
      i++
      s = ""
      while ((c = substr(t, i, 1)) != "\"") {
        if (n < i || c == "\n") bad()
        if (c == "\\") {
          c = substr(t, ++i, 1)
          if (index("bfnrt", c)) c = " "
          else if (!index("\"\\/", c)) bad()
        }
        s = s c
        i++
      }
      i++
      return s
    }
    function items(path, end,  k, c) {
      i++
      blanks()
      if (substr(t, i, 1) == end) { i++; print path " empty"; return }
      for (;;) {
        k = ""
        if (end == "}") {
          blanks()
          if (substr(t, i, 1) != "\"") bad()
          k = text()
          blanks()
          if (substr(t, i++, 1) != ":") bad()
        }
        value(path == "" ? k : path "." k)
        blanks()
        c = substr(t, i++, 1)
        if (c == end) break
        if (c != ",") bad()
      }
      if (path != "") print path " filled"
    }
    function value(path,  c, v) {
      blanks()
      c = substr(t, i, 1)
      if (c == "{") items(path, "}")
      else if (c == "[") items(path, "]")
      else if (c == "\"") print path " " text()
      else {
        v = ""
        while (i <= n && substr(t, i, 1) ~ /[-+.0-9A-Za-z]/) v = v substr(t, i++, 1)
        if (v == "") bad()
        print path " " v
      }
    }
    { t = t $0 "\n" }
    END {
      if (failed) exit 1
      n = length(t)
      i = 1
      blanks()
      if (n < i) exit 0
      if (substr(t, i, 1) != "{") bad()
      value("")
      blanks()
      if (i <= n) bad()
    }'
}

# The words of a command line, one a line, as the same keys and values.
flag_values() {
  awk '
    function tell(key, value) { sub(/^(storage-opt|default-ulimit)$/, "&s", key); print key " " value; key_before = "" }
    key_before != "" { if ($0 ~ /^-/) tell(key_before, "true"); else { tell(key_before, $0); next } }
    /^--[^=]+=/ { at = index($0, "="); tell(substr($0, 3, at - 3), substr($0, at + 1)); next }
    /^--./ { key_before = substr($0, 3); next }
    /^-l./ { value = substr($0, 3); sub(/^=/, "", value); tell("log-level", value); next }
    /^-l$/ { key_before = "log-level"; next }
    /^-[A-Za-z]*D/ { tell("debug", "true") }
    END { if (key_before != "") tell(key_before, "true") }'
}

# Sets told to what the engine was told, or unread to why that is not known.
read_engine() {
  told=
  unread=
  settings=${'$'}1
  engine=$(cat /run/docker.pid 2>/dev/null) || engine=
  if [ -z "$engine" ] || ! words=$(tr '\0' '\n' <"/proc/$engine/cmdline" 2>/dev/null) || [ "$(cat "/proc/$engine/comm")" != dockerd ]; then
    unread='the command line of the engine cannot be read: /run/docker.pid names no process dockerd'
    return 0
  fi
  flags=$(printf '%s\n' "$words" | flag_values)
  other=$(printf '%s\n' "$flags" | sed -n 's/^config-file //p' | tail -n 1)
  settings=${'$'}{other:-$settings}
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
`;
