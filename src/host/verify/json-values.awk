# The values of a JSON text as "key value", nested keys with dots. Ends with exit 1 for a text that is not understood, or that has a key of an object
# twice: Go merges the values.

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
function items(path, end,  k, c, own) {
  own = ++objects
  i++
  blanks()
  if (substr(t, i, 1) == end) { i++; print path " empty"; return }
  for (;;) {
    k = ""
    if (end == "}") {
      blanks()
      if (substr(t, i, 1) != "\"") bad()
      k = text()
      if ((own, k) in seen) bad()
      seen[own, k] = 1
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
    if (v !~ /^(true|false|null|-?[0-9][-+.0-9eE]*)$/) bad()
    print path " " (v == "null" ? "" : v)
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
}
