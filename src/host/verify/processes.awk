# Reads the processes of a container, and prints the faults of each. Lines: "map INSIDE OUTSIDE COUNT" of its users, "start …" of its first process
# from the state on, "uptime SECONDS …" of the host, and the status of every thread. Any user that a process has or can take back shows whether an
# image drops root.

function inside(outer,  i) {
  for (i = 0; i < maps; i++) if (outer >= from[i] && outer < from[i] + count[i]) return to[i] + outer - from[i]
  return "unknown"
}
# Whether the engine started the process beside the first one, or one of its ancestors: none of them is the first.
function is_beside(p,  steps) {
  for (steps = 0; steps < 100000 && p in named; steps++) {
    if (p == first) return 0
    p = parent[p]
  }
  return 1
}
function against(p, text) {
  if (mode == "start" && is_beside(p)) print "doubt " text ", which a health check or an exec of the API started"
  else if (mode == "start" && uptime - began / ticks < seconds) print "doubt " text "; it started " int(uptime - began / ticks) " s ago, and has " seconds " s to drop root"
  else print "mark " text
}
BEGIN { maps = 0 }
$1 == "map" { to[maps] = $2; from[maps] = $3; count[maps++] = $4; next }
$1 == "start" { began = $21; next }
$1 == "uptime" { uptime = $2; next }
$1 == "Name:" { name = $2 }
$1 == "State:" { ended = $2 == "Z" }
$1 == "Tgid:" { p = $2; named[p] = name }
$1 == "PPid:" { parent[p] = $2 }
$1 == "Uid:" && !ended {
  for (i = 2; i <= 5; i++) {
    own = inside($i)
    if (mode == "start" ? own == 0 : own != user) strange[p] = own
  }
}
$1 == "CapPrm:" && !ended && $2 !~ /^0+$/ { holds[p] = $2 }
END {
  for (p in named) {
    total++
    if (p in strange) against(p, "has a process of " (strange[p] == 0 ? "root" : "user " strange[p]) " (" named[p] ", " p ")")
    else if (p in holds) against(p, "has a process that holds capabilities (" named[p] ", " p ", CapPrm " holds[p] ")")
  }
  if (total > 0) print "end"
}
