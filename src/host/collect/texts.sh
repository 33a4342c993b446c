# How a text is written: a line that names it, its lines after "| ", and how many they are. No line of a text can look like a mark of another.

texts=0

# What a program does in two minutes it does not do at all.
patience=
if timeout 5 true >/dev/null 2>&1; then patience='timeout 120'; fi
# shellcheck disable=SC2086 # no word or two
bounded() { $patience "$@"; }

# $1 names the text, $2 is what made it, $3 the text itself.
put() {
  texts=$((texts + 1))
  if [ -z "$3" ]; then
    none "$1" "$2 printed nothing"
    texts=$((texts - 1))
    return 0
  fi
  printf '%s\n' "$3" | awk -v name="$1" -v from="$2" 'BEGIN { print "== " name ": " from } { print "| " $0 } END { print "== end " name " " NR }'
}

# The text is known to be empty.
none() {
  texts=$((texts + 1))
  printf '== %s none: %s\n' "$1" "$2"
}

# The text is not known.
missing() {
  texts=$((texts + 1))
  printf '== %s missing: %s\n' "$1" "$(printf '%s' "$2" | tr -c '[:print:]' ' ' | sed 's|//[^/@ ]*@|//...@|g' | cut -c 1-300)"
}

# $1 names the text, $2 says what makes it, the rest is the command. What fails runs again for its reason: nothing is written to a file.
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

# A text that one program prints.
run() {
  name=$1
  shift
  if program "$1"; then text "$name" "$*" bounded "$@"; else missing "$name" "$1 is not on this host"; fi
}

# Of the JSON of standard input the paths $1, or with $2 what settings say of other containers.
keep() {
  awk -v keep="$1" -v names="$2" -f collect/json.awk
}

# The same of what a command prints. One that fails leaves a text that is no JSON.
json() {
  paths=$1
  names=$2
  shift 2
  { bounded "$@" || echo '}'; } | keep "$paths" "$names"
}
