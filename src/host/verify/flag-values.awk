# The words of a command line, one a line, as the same keys and values.

function tell(key, value) { sub(/^(storage-opt|default-ulimit)$/, "&s", key); print key " " value; key_before = "" }
key_before != "" { if ($0 ~ /^-/) tell(key_before, "true"); else { tell(key_before, $0); next } }
/^--[^=]+=/ { at = index($0, "="); tell(substr($0, 3, at - 3), substr($0, at + 1)); next }
/^--./ { key_before = substr($0, 3); next }
/^-l./ { value = substr($0, 3); sub(/^=/, "", value); tell("log-level", value); next }
/^-l$/ { key_before = "log-level"; next }
/^-[A-Za-z]*D/ { tell("debug", "true") }
END { if (key_before != "") tell(key_before, "true") }
