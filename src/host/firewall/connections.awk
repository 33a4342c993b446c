# Prints the connections to end, as options of conntrack. Plain POSIX: mawk has neither bit operations nor hexadecimal numbers.
#
# No rule matches the port or query that a client chose, so one line ends all connections that differ only in it: conntrack reads the list of the
# kernel once for each line, and a flood that came in while the guard was missing must not delay the stamp.
#
# Modes: `touching` selects every connection with an end in one of the blocks; `gone` those that a withdrawn permission covers and no present one does;
# `uncovered` those with an end in one of the blocks that no present permission covers. ct is the family, ipv4 or ipv6. Files: `network` names the
# blocks, `kept` and `before` contain the current and the previous permissions, `list` is the listing of conntrack.

function hex(s, i, v) {
  v = 0
  for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
  return v
}
function words(a, w, i, n, m, l, r, x, y) {
  i = index(a, "::")
  if (i) { l = substr(a, 1, i - 1); r = substr(a, i + 2) } else { l = a; r = "" }
  n = l == "" ? 0 : split(l, x, ":")
  m = r == "" ? 0 : split(r, y, ":")
  for (i = 1; i <= 8; i++) w[i] = 0
  for (i = 1; i <= n; i++) w[i] = hex(x[i])
  for (i = 1; i <= m; i++) w[8 - m + i] = hex(y[i])
}
function number(a, p) { split(a, p, "."); return ((p[1] * 256 + p[2]) * 256 + p[3]) * 256 + p[4] }
function within(a, block, s, bits, base, size, i, p, q) {
  if (a == block || block == "-" || block == "0.0.0.0" || block == "::") return 1
  if ((index(a, ":") > 0) != (index(block, ":") > 0)) return 0
  s = index(block, "/")
  base = s ? substr(block, 1, s - 1) : block
  if (index(a, ":") == 0) {
    bits = s ? substr(block, s + 1) + 0 : 32
    size = 2 ^ (32 - bits)
    return int(number(a) / size) == int(number(base) / size)
  }
  bits = s ? substr(block, s + 1) + 0 : 128
  words(a, p)
  words(base, q)
  for (i = 1; i <= 8 && bits > 0; i++) {
    size = bits >= 16 ? 1 : 2 ^ (16 - bits)
    if (int(p[i] / size) != int(q[i] / size)) return 0
    bits -= 16
  }
  return 1
}
function covers(line, w) {
  split(line, w, " ")
  if (w[2] != ct || (w[3] ~ /icmp/ ? name !~ /^icmp/ : w[3] != name)) return 0
  if (w[3] !~ /icmp/ && (dport + 0 < w[6] + 0 || dport + 0 > w[7] + 0)) return 0
  return within(osrc, w[4]) && within(odst, w[5]) && (w[8] == "" || within(rsrc, w[8]))
}
function touches(i) {
  for (i = 1; i <= blocks; i++) {
    if (within(osrc, block[i]) || within(odst, block[i]) || within(rsrc, block[i]) || within(rdst, block[i])) return 1
  }
  return 0
}
function permitted(i) {
  for (i = 1; i <= now; i++) if (covers(kept[i])) return 1
  return 0
}
function wanted(i) {
  if (mode != "gone") return touches() && (mode == "touching" || !permitted())
  for (i = 1; i <= old; i++) if (covers(gone[i])) return !permitted()
  return 0
}
file == "network" { if ($1 == "block") block[++blocks] = $2; next }
file == "kept" { kept[++now] = $0; present[$0] = 1; next }
file == "before" { if (!($0 in present)) gone[++old] = $0; next }
{
  name = $1; osrc = odst = rsrc = rdst = dport = ""
  for (i = 3; i <= NF; i++) {
    v = substr($i, index($i, "=") + 1)
    if ($i ~ /^src=/) { if (osrc == "") osrc = v; else rsrc = v }
    else if ($i ~ /^dst=/) { if (odst == "") odst = v; else rdst = v }
    else if ($i ~ /^dport=/ && dport == "") dport = v
  }
  p = name ~ /^[a-z]+6?$/ && name != "unknown" ? name : $2
  end = "-D -f " ct " -p " p " -s " osrc " -d " odst " -r " rsrc " -q " rdst (dport == "" ? "" : " --dport " dport)
  if (osrc " " odst " " rsrc " " rdst !~ /^[0-9a-f.:]+ [0-9a-f.:]+ [0-9a-f.:]+ [0-9a-f.:]+$/ || end in seen) next
  seen[end] = 1
  if (wanted()) print end
}
