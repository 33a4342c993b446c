# Reads digests as sha256sum prints them, and prints a sentence about the first of the files `names` that differs from the file `sums`.

{ found[$2] = substr($1, 1, 12) }
END {
  while ((getline line <sums) > 0) if (split(line, w, " ") == 2 && length(w[1]) == 12) want[w[2]] = w[1]
  n = split(names, name, " ")
  for (i = 1; i <= n; i++) {
    if (!(name[i] in want)) { print sums " is missing or truncated: it does not list " name[i]; exit }
    if (!(name[i] in found)) { print name[i] " is missing"; exit }
    if (found[name[i]] != want[name[i]]) { print name[i] " is truncated or edited: its digest is not the installed one"; exit }
  }
}
