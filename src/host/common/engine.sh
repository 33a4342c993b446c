# check_engine sets engine_fault to a sentence if dockerd is present and is not of the generation that the rules were made for. A version that cannot
# be read is a fault, too; an absent dockerd is not. It needs engine_minimum and engine_below.

# Exit 0 if version $1 is below version $2; text after the dotted numbers does not count.
version_below() {
  awk -v a="$1" -v b="$2" 'BEGIN {
    n = split(a, x, "."); m = split(b, y, ".")
    if (m > n) n = m
    for (i = 1; i <= n; i++) if (x[i] + 0 != y[i] + 0) exit(x[i] + 0 < y[i] + 0 ? 0 : 1)
    exit 1
  }'
}

check_engine() {
  engine_fault=
  engine_found=
  dockerd=$(command -v dockerd) || return 0
  identity=$(stat -L -c '%n %i %Y %s' "$dockerd")
  if [ -r "$private/engine" ] && [ "$(head -n 1 "$private/engine")" = "$identity" ]; then
    engine_found=$(sed -n 2p "$private/engine")
  else
    engine_found=$(dockerd --version 2>/dev/null | sed -n 's/^[^0-9]*\([0-9][0-9]*\(\.[0-9][0-9]*\)*\).*/\1/p' | head -n 1)
    if [ -n "$engine_found" ] && [ -d "$private" ]; then
      printf '%s\n%s\n' "$identity" "$engine_found" >"$private/engine.new"
      mv "$private/engine.new" "$private/engine"
    fi
  fi
  if [ -z "$engine_found" ]; then
    engine_fault="the version of $dockerd cannot be read; the rules are for $engine_minimum up to, not including, $engine_below"
  elif version_below "$engine_found" "$engine_minimum" || ! version_below "$engine_found" "$engine_below"; then
    engine_fault="the engine on this host is $engine_found, but the rules are for $engine_minimum up to, not including, $engine_below:"
    engine_fault="$engine_fault install such an engine, or declare the installed one in the program and install the host files again"
  fi
}
