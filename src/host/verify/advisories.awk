# Reads components of the engine with their versions, and prints a warning for each with known flaws. `table` has a line for each advisory: component,
# spans of releases with the flaw (FROM-BELOW, separated by spaces), text.

function below(a, b,  x, y, n, m, i) {
  n = split(a, x, ".")
  m = split(b, y, ".")
  for (i = 1; i <= (n < m ? m : n); i++) if (x[i] + 0 != y[i] + 0) return x[i] + 0 < y[i] + 0
  return 0
}
# The end of the span that contains a version; empty if there is none.
function mended(list, version,  span, n, i, at) {
  n = split(list, span, " ")
  for (i = 1; i <= n; i++) {
    split(span[i], at, "-")
    if (!below(version, at[1]) && below(version, at[2])) return at[2]
  }
  return ""
}
BEGIN {
  count = split(table, line, "\n")
  for (e = 1; e <= count; e++) {
    split(line[e], of, "|")
    component[e] = of[1]
    spans[e] = of[2]
    text[e] = of[3]
  }
}
{
  version = $2
  sub(/^v/, "", version)
  if (version !~ /^[0-9]+\.[0-9]+\.[0-9]/) next
  known = ""
  for (e = 1; e <= count; e++) if (component[e] == $1 && mended(spans[e], version) != "") known = known text[e] "; "
  if (known == "") next
  # The release that fixes one flaw may have the next.
  for (least = version; ; least = to) {
    to = ""
    for (e = 1; e <= count && to == ""; e++) if (component[e] == $1) to = mended(spans[e], least)
    if (to == "") break
  }
  print "WARN - " $1 " " version " has known vulnerabilities: " known "install " least " or later, or a package of your distribution that has the fix"
}
