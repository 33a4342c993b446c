# Writes a text: a mark with its name, its lines after "| ", and a mark with their number. So no line of a text looks like a mark.

texts=0

# A program has two minutes.
patience=
if timeout 5 true >/dev/null 2>&1; then patience='timeout 120'; fi
# shellcheck disable=SC2086 # no word or two
bounded() { $patience "$@"; }

# $1 names the text, $2 its source, $3 is the text.
put() {
  texts=$((texts + 1))
  if [ -z "$3" ]; then
    none "$1" "$2 printed nothing"
    texts=$((texts - 1))
    return 0
  fi
  printf '%s\n' "$3" | awk -v name="$1" -v from="$2" 'BEGIN { print "== " name ": " from } { print "| " $0 } END { print "== end " name " " NR }'
}

# Writes that the text is known to be empty.
none() {
  texts=$((texts + 1))
  printf '== %s none: %s\n' "$1" "$2"
}

# Writes that the text is unknown, and the reason.
missing() {
  texts=$((texts + 1))
  printf '== %s missing: %s\n' "$1" "$(printf '%s' "$2" | tr -c '[:print:]' ' ' | sed 's|//[^/@ ]*@|//...@|g' | cut -c 1-300)"
}

# $1 names the text, $2 its source, the rest is the command. A command that fails runs again for its error message, since the script writes no file.
text() {
  name=$1
  from=$2
  shift 2
  if out=$("$@" 2>/dev/null); then
    put "$name" "$from" "$out"
    return 0
  else
    code=$?
  fi
  if [ "$code" = 124 ]; then
    missing "$name" "$from took more than two minutes"
  else
    reason=$("$@" 2>&1 >/dev/null | grep -m 1 .) || reason=
    missing "$name" "$from failed: ${reason:-exit $code}"
  fi
}

program() { command -v "$1" >/dev/null 2>&1; }

# Writes the output of one program.
run() {
  name=$1
  shift
  if program "$1"; then text "$name" "$*" bounded "$@"; else missing "$name" "$1 is not on this host"; fi
}

# Prints the paths $1 of the JSON on standard input, or with $2 the addresses of other containers in it.
keep() {
  awk -v keep="$1" -v names="$2" -f collect/json.awk
}

# The same for the output of a command. A command that fails leaves text that is not JSON.
json() {
  paths=$1
  names=$2
  shift 2
  { bounded "$@" || echo '}'; } | keep "$paths" "$names"
}
