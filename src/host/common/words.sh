# Reads the command line and the files of a process.

# The words of a command line, one a line, as the same keys and values.
flag_values() {
  awk -f common/flag-values.awk
}

# Whether a file was changed, moved or linked again since the engine started: the file itself, and the targets of its links.
changed_since() { [ -n "$(find "$1" -newer /run/docker.pid; find -H "$1" -newer /run/docker.pid; find "$1" -cnewer /run/docker.pid; find -H "$1" -cnewer /run/docker.pid)" ]; }

# The content of file $2 of process $1 under /proc, one entry a line; false if it cannot be read, or an entry contains a line break.
words_of() {
  [ -r "/proc/$1/$2" ] && [ "$(tr -cd '\n' <"/proc/$1/$2" | wc -c)" = 0 ] && tr '\0' '\n' <"/proc/$1/$2" | grep .
}
