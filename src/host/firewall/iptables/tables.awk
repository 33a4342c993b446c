# What `tables` of listing.sh prints. Files: `wanted` and `known` have a line for each chain (family, table, chain, hook, number of rules, digest),
# `save` is the output of iptables-save. f is the family, v4 or v6; mode is faults, live or edits.

function row(keep) { n++; table[n] = $2; chain[n] = $3; hook[n] = $4; rules[n] = $5; digest[n] = $6; kept[n] = keep }
file == "wanted" { if ($1 == f) { row(1); mine[$2, $3] = 1 }; next }
file == "known" { if ($1 == f && !(($2, $3) in mine)) row(0); next }
/^[*]/ { t = substr($0, 2) }
/^:/ { here[t, substr($1, 2)] = 1 }
/^-A/ {
  k = t SUBSEP $2
  if (!count[k]++) first[k] = $0
  last[k] = $0
  seen[k, $0]++
  if (k in mine) text[k] = text[k] t " " $0 "\n"
}
END {
  for (i = 1; i <= n; i++) {
    k = table[i] SUBSEP chain[i]; h = table[i] SUBSEP hook[i]; jump = "-A " hook[i] " -j " chain[i]
    jumps = seen[h, jump] + 0
    right = kept[i] && jumps == 1 && first[h] == jump
    if (mode == "live") printf "%s%s", ((k in here) ? table[i] " " chain[i] "\n" : ""), text[k]
    else if (mode == "edits" && !right) {
      while (jumps--) edit[table[i]] = edit[table[i]] "-D " hook[i] " -j " chain[i] "\n"
      if (kept[i]) edit[table[i]] = edit[table[i]] "-I " hook[i] " 1 -j " chain[i] "\n"
    } else if (mode == "faults" && kept[i]) {
      name = (f == "v4" ? "IPv4 " : "IPv6 ") table[i] " " chain[i]
      if (!(k in here)) print name ": the chain is missing"
      else if (count[k] + 0 != rules[i]) print name ": " count[k] + 0 " rules, not " rules[i]
      else if (rules[i] > 0 && index(last[k], digest[i]) == 0) print name ": the last rule does not carry digest " digest[i]
      if (!right) print name ": " jumps " jumps from " hook[i] ", not one in first place"
    }
  }
  for (a in edit) printf "*%s\n%sCOMMIT\n", a, edit[a]
}
