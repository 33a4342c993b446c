# The words of a command line, one a line, as the same keys and values.

function tell(key, value) { sub(/^(storage-opt|default-ulimit|host|log-opt|authorization-plugin|registry-mirror|insecure-registry)$/, "&s", key); sub(/registrys$/, "registries", key); print key " " value; key_before = "" }
function long(letter) { return letter == "l" ? "log-level" : letter == "H" ? "hosts" : letter == "s" ? "storage-driver" : letter == "G" ? "group" : letter == "p" ? "pidfile" : letter == "g" ? "data-root" : "" }
key_before != "" { if ($0 ~ /^-/) tell(key_before, "true"); else { tell(key_before, $0); next } }
/^--[^=]+=/ { at = index($0, "="); tell(substr($0, 3, at - 3), substr($0, at + 1)); next }
/^--./ { key_before = substr($0, 3); next }
/^-[A-Za-z]/ {
  # Letters without a value come together with others: -DH ADDRESS
  for (i = 2; i <= length($0); i++) {
    letter = substr($0, i, 1)
    if (letter == "D") tell("debug", "true")
    else if ((name = long(letter)) != "") {
      value = substr($0, i + 1)
      sub(/^=/, "", value)
      if (value == "") key_before = name
      else tell(name, value)
      next
    }
  }
}
END { if (key_before != "") tell(key_before, "true") }
