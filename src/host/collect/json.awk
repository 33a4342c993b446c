# Prints the parts of a JSON text that `keep` lists. With `names`, it prints the addresses of other containers in the settings of containers instead, as lines
# "CONTAINER HOST:PORT". Exits 1 if the text is not JSON. `keep` contains paths like []/Config/Image: [] is an element of an array, * is any key, and a
# trailing + is the rest of a key.

function bad() { failed = 1; exit 1 }
# Reads up to each comma: a record of megabytes would be copied once for each word.
BEGIN {
  RS = ","
  count = split(keep, paths, " ")
  for (i = 1; i <= count; i++) {
    parts = split(paths[i], part, "/")
    at = 0
    for (j = 1; j <= parts; j++) {
      word = part[j]
      if (word ~ /[+]$/) { start[at] = substr(word, 1, length(word) - 1); word = "+" }
      if (!((at, word) in below)) below[at, word] = ++nodes
      inner[at] = 1
      at = below[at, word]
    }
    path[at] = paths[i]
  }
  state = "value"
}
# Returns the node under `at` for a key or an element, or -1 if `keep` lists nothing below it.
function child(at, word, isKey) {
  if (at < 0) return -1
  if ((at, word) in below) return below[at, word]
  if (isKey && (at, "*") in below) return below[at, "*"]
  if (isKey && (at, "+") in below && index(word, start[at]) == 1) return below[at, "+"]
  return -1
}
function here() {
  if (state != "value" && state != "first") bad()
  if (depth == 0) return 0
  return kind[depth] == "[" ? child(node[depth], "[]", 0) : child(node[depth], key[depth], 1)
}
function indent(n) { return sprintf("%" n "s", "") }
function begin_entry() {
  if (names || depth == 0) return
  printf "%s\n%s%s", printed[depth]++ ? "," : "", indent(depth), kind[depth] == "{" ? "\"" key[depth] "\": " : ""
}
function open(c,  at) {
  at = here()
  if (!(at in inner) && at in path) at = -1
  if (at >= 0) begin_entry()
  if (at >= 0 && !names) printf "%s", c
  if (depth == 1) element++
  kind[++depth] = c
  node[depth] = at
  printed[depth] = 0
  object[depth] = ++objects
  state = "first"
}
function close_one(c) {
  if (depth == 0 || kind[depth] != c || (state != "after" && state != "first")) bad()
  if (node[depth] >= 0 && !names) printf "%s%s", printed[depth] ? "\n" indent(depth - 1) : "", c == "{" ? "}" : "]"
  depth--
  state = "after"
}
# `token` is the value as JSON.
function scalar(token,  at) {
  at = here()
  state = "after"
  if (at < 0 || !(at in path) && token != "null") return
  if (names) { if (token ~ /^"/) setting(path[at], substr(token, 2, length(token) - 2)); return }
  if (length(token) > 4096) token = "\"left out: " length(token) " characters\""
  begin_entry()
  printf "%s", token
}
# Takes a name of a container, or a text that can contain such names.
function setting(from, text,  name) {
  if (from == "[]/Name") { sub(/^\//, "", text); name_of[element] = text; known[text] = 1; return }
  if (from ~ /(Aliases|DNSNames)\/\[\]$/) { known[text] = 1; return }
  name = ""
  if (from ~ /\/Env\/\[\]$/) { name = text; sub(/=.*/, "", name); sub(/^[^=]*=?/, "", text) }
  else if (from ~ /\/Labels\/\*$/) name = key[depth]
  else if (before ~ /^-/) name = before
  before = from ~ /\/(Cmd|Entrypoint|Test)\/\[\]$/ ? text : ""
  # The value of a secret can look like HOST:PORT. So under the name of a secret, only an address after :// or @ counts.
  tokens(text, toupper(name) ~ /PASS|PWD|SECRET|TOKEN|CRED|KEY|AUTH|USER|SALT|HASH|CODE|COOKIE|SIGN|^-[AUP]$/)
}
function tokens(text, url_only,  left, before_it, after_it, word, port) {
  gsub(/\\u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]/, " ", text)
  gsub(/\\./, " ", text)
  left = ""
  while (match(text, /[A-Za-z0-9][A-Za-z0-9_.-]*:[1-9][0-9]*/)) {
    word = substr(text, RSTART, RLENGTH)
    left = substr(left substr(text, 1, RSTART - 1), RSTART + length(left) > 3 ? RSTART + length(left) - 3 : 1)
    before_it = left == "" ? " " : substr(left, length(left))
    text = substr(text, RSTART + RLENGTH)
    after_it = text == "" ? " " : substr(text, 1, 1)
    port = word
    sub(/^.*:/, "", port)
    # In USER:NUMBER@ the number is a password.
    if (index(" \t/@=,;|&\"\047([{<>", before_it) && index(" \t/,;|&\"\047)]}<>?#", after_it) && port + 0 <= 65535 && (!url_only || before_it == "@" || left ~ /:\/\/$/)) {
      found[++finds] = word
      found_in[finds] = element
    }
    left = word
  }
}
# Parsers disagree on an object with the same key twice.
function take_key(text) {
  if (node[depth] >= 0) {
    if ((object[depth], text) in taken) bad()
    taken[object[depth], text] = 1
  }
  key[depth] = text
}
function comma() {
  if (state != "after" || depth == 0) bad()
  state = kind[depth] == "{" ? "key" : "value"
}
function string(text) {
  if (kind[depth] == "{" && (state == "key" || state == "first")) { take_key(text); state = "colon" }
  else scalar("\"" text "\"")
}
NR > 1 { if (quoted) held = held ","; else comma() }
{
  rest = $0
  while (rest != "") {
    if (quoted) {
      q = index(rest, "\"")
      if (!q) { held = held rest; break }
      held = held substr(rest, 1, q - 1)
      rest = substr(rest, q + 1)
      for (n = length(held); substr(held, n, 1) == "\\"; n--) continue
      if ((length(held) - n) % 2) { held = held "\""; continue }
      quoted = 0
      string(held)
      continue
    }
    if (match(rest, /^[ \t\r\n]+/)) { rest = substr(rest, RLENGTH + 1); continue }
    c = substr(rest, 1, 1)
    if (c ~ /[-+.0-9A-Za-z]/) {
      match(rest, /^[-+.0-9A-Za-z]+/)
      token = substr(rest, 1, RLENGTH)
      rest = substr(rest, RLENGTH + 1)
      if (token !~ /^(true|false|null|-?[0-9][-+.0-9eE]*)$/ || depth && kind[depth] == "{" && state != "value") bad()
      scalar(token)
      continue
    }
    rest = substr(rest, 2)
    if (c == "\"") { quoted = 1; held = "" }
    else if (c == "{" || c == "[") { if (depth && kind[depth] == "{" && state != "value") bad(); open(c) }
    else if (c == "}") close_one("{")
    else if (c == "]") close_one("[")
    else if (c == ":" && state == "colon") state = "value"
    else bad()
  }
}
END {
  if (failed) exit 1
  if (!depth && !quoted && state == "value") exit 0
  if (depth || quoted || state != "after") exit 1
  if (!names) print ""
  for (i = 1; i <= finds; i++) {
    word = found[i]
    sub(/:[0-9]+$/, "", word)
    word = name_of[found_in[i]] " " found[i]
    host = found[i]
    sub(/:[0-9]+$/, "", host)
    if (host in known && !(word in told)) { told[word] = 1; print word }
  }
}
