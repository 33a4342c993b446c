# Reads the rules of auditd as `auditctl -l` lists them, and prints for `path`: yes, if writes and changes of attributes are recorded; no; or unsure,
# if there are rules that this program does not read. The first rule that matches an event decides.

function field(name,  i) {
  for (i = 1; i <= NF; i++) if (index($i, name "=") == 1 && $(i - 1) == "-F") return substr($i, length(name) + 2)
  return ""
}
function option(name,  i) {
  for (i = 1; i < NF; i++) if ($i == name) return $(i + 1)
  return ""
}
# Whether the rule is about only some events.
function is_narrow(  i, key) {
  for (i = 1; i <= NF; i++) {
    if ($i == "-C") return 1
    if ($i == "-S" && $(i + 1) != "all") return 1
    if ($i != "-F") continue
    key = $(i + 1)
    sub(/[!<>&=].*/, "", key)
    if (key !~ /^(path|dir|perm|key|arch)$/ || $(i + 1) !~ /^[a-z]+=/) return 1
  }
  return 0
}
function is_below(what, folder) { return what == folder || index(what, (folder == "/" ? "" : folder) "/") == 1 }
function decide(what) { if (answer == "") answer = what }
$1 == "-w" {
  if ($2 != "/") sub(/\/$/, "", $2)
  if ($2 == path && option("-p") ~ /w/ && option("-p") ~ /a/) decide("yes")
  next
}
$1 == "-a" || $1 == "-A" {
  split($2, part, ",")
  never = part[1] == "never" || part[2] == "never"
  list = part[1] == "never" || part[1] == "always" ? part[2] : part[1]
  about = field("dir") != "" ? field("dir") : field("path")
  if (list == "task") { if (never) decide(NF == 2 ? "no" : "unsure"); next }
  if (list == "exclude") { if ($0 !~ /msgtype=(CWD|EOE|BPF|AVC|USER_[A-Z]+|CRED_[A-Z]+|CRYPTO_[A-Z_]+|SERVICE_[A-Z]+)( |$)/) decide("unsure"); next }
  if (list != "exit") next
  if (never) {
    if (about == "") decide(is_narrow() ? "unsure" : "no")
    else if (is_below(path, about)) decide(is_narrow() || field("perm") != "" ? "unsure" : "no")
    next
  }
  if (about != path) next
  if (is_narrow()) { partly = 1; next }
  if (field("perm") == "" || (field("perm") ~ /w/ && field("perm") ~ /a/)) decide("yes")
}
END { print answer != "" ? answer : partly ? "unsure" : "no" }
