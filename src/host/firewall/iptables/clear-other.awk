# Reads the iptables-save of the other backend, and prints restore input that removes the chains of Bulkhead there, and DOCKER-USER if no engine has
# it.

/^[*]/ { t = $0 }
/^:DOCKER / { docker = 1 }
/^:(BULKHEAD|DOCKER-USER)/ { n = substr($1, 2); if (n == "DOCKER-USER") user = t; else { clear[t] = clear[t] "-F " n "\n"; drop[t] = drop[t] "-X " n "\n" } }
/^-A/ && $NF ~ /^BULKHEAD/ { sub(/^-A/, "-D"); jump[t] = jump[t] $0 "\n"; next }
/^-A FORWARD -j DOCKER-USER$/ { hook = "-D FORWARD -j DOCKER-USER\n"; next }
/^-A DOCKER-USER/ { kept = 1 }
END {
  if (user != "" && !docker && !kept) { jump[user] = jump[user] hook; drop[user] = drop[user] "-X DOCKER-USER\n" }
  for (t in drop) printf "%s\n%s%s%sCOMMIT\n", t, jump[t], clear[t], drop[t]
}
