# Reads components of the engine with their versions, and prints a warning for each that is below a least version. `table` holds a line for each advisory:
# component, line of releases, least version, text.

function below(a, b,  x, y, n, m, i) {
  n = split(a, x, ".")
  m = split(b, y, ".")
  for (i = 1; i <= (n < m ? m : n); i++) if (x[i] + 0 != y[i] + 0) return x[i] + 0 < y[i] + 0
  return 0
}
BEGIN { count = split(table, entry, "\n") }
{
  sub(/^v/, "", $2)
  for (e = 1; e <= count; e++) {
    split(entry[e], of, "|")
    if (of[1] == $1 && index($2 ".", of[2] ".") == 1 && below($2, of[3])) print "WARN - " $1 " " $2 " " of[4]
  }
}
