/* eslint-disable max-lines, prettier/prettier -- printed by scripts/bundle-host.ts from the files under src/host; change those */

/** Programs of the host, by their names below src/host. */
export const FILES: Readonly<Record<string, string>> = {
  'collect.sh': `#!/bin/sh
# Bulkhead: prints the networks, the firewall and the engine of this host as one text. Needs root, changes nothing, and sends nothing.
# Save the output, read it, and give it to the command: sh collect.sh >host.txt; bulkhead exposure --input host.txt
# It prints sums of the files of Bulkhead. It prints no environment, command, label, health check, log option or registry. Of these it prints only HOST:PORT where HOST is a name of a container on
# this host. It prints the comments of rules and sets.
# shellcheck disable=SC2034 # names that other programs need
. common/prelude.sh

# Always ask the engine of this host, whatever the environment says.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY

. collect/texts.sh

. collect/kernel.sh

. collect/firewall.sh

. common/words.sh

. collect/docker.sh

. collect/units.sh

. collect/files.sh

# Everything is in a function. So a script that was cut does nothing, and no program reads the rest of the script from standard input.
main() {
  [ "$(id -u)" = 0 ] || die 'must run as root: only root reads the rules of the firewall'
  [ $# = 0 ] || die 'takes no arguments; it prints to standard output'
  echo 'bulkhead-collect 1'
  echo "# Taken on $(uname -n) at $(date -u +%Y-%m-%dT%H:%M:%SZ). Read it before you give it away: it names addresses, containers and rules, with their comments."
  firewall_texts
  kernel_texts
  docker_texts
  units_text
  files_text
  echo "== end of $texts texts"
}
main "$@" </dev/null
`,
  'collect/docker.sh': `# The engine. The script asks it only while it runs, since its socket can start it.

# Without its file, the process id is that of a dockerd in the same namespaces: a container can run an engine of its own.
engine_pid() {
  if pid=$(cat /run/docker.pid 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    echo "$pid"
    return 0
  fi
  # shellcheck disable=SC2013 # paths without blanks
  for file in $(grep -lx dockerd /proc/[0-9]*/comm 2>/dev/null); do
    process=\${file%/comm}
    if [ "$(readlink "$process/ns/net") $(readlink "$process/ns/pid")" = "$(readlink /proc/self/ns/net) $(readlink /proc/self/ns/pid)" ]; then
      echo "\${process#/proc/}"
      return 0
    fi
  done
}

version() {
  bounded docker version --format '{{.Server.Version}}' | grep .
}

# Without registries, proxies, labels and certificates of a swarm.
info() {
  kept=$(json 'ServerVersion ID Name Driver OSType Architecture OperatingSystem KernelVersion CgroupDriver CgroupVersion LoggingDriver DefaultRuntime
    Isolation LiveRestoreEnabled IPv4Forwarding BridgeNfIptables BridgeNfIp6tables ExperimentalBuild SecurityOptions/[] Plugins/Network/[]
    DefaultAddressPools/[]/Base DefaultAddressPools/[]/Size FirewallBackend/Driver FirewallBackend/Info/[]/[] Swarm/LocalNodeState Swarm/NodeID
    Swarm/NodeAddr Swarm/ControlAvailable Swarm/Cluster/DefaultAddrPool/[] Swarm/Cluster/SubnetSize Containers ContainersRunning' '' docker info --format '{{json .}}') || return $?
  # Some clients exit 0 without an engine.
  printf '%s\\n' "$kept" | grep -q '"ServerVersion": "[^"]' || return 1
  printf '%s\\n' "$kept"
}

# Tries again if a container or network disappears between the list and the inspection.
inspected() {
  for _ in 1 2 3; do
    ids=$(bounded docker "$3" ls \${4:+"$4"} -q --no-trunc) || return $?
    if [ -z "$ids" ]; then
      [ -n "$2" ] || echo '[]'
      return 0
    fi
    # shellcheck disable=SC2086 # ids hold no blanks
    if kept=$(json "$1" "$2" docker "$3" inspect $ids); then
      printf '%s\\n' "$kept"
      return 0
    fi
  done
  return 1
}
networks() {
  inspected '[]/Name []/Id []/Scope []/Driver []/EnableIPv4 []/EnableIPv6 []/IPAM/Driver []/IPAM/Config/[]/Subnet []/IPAM/Config/[]/IPRange
    []/IPAM/Config/[]/Gateway []/IPAM/Config/[]/AuxiliaryAddresses/* []/Internal []/Attachable []/Ingress []/ConfigFrom/Network []/ConfigOnly
    []/Containers/*/Name []/Containers/*/EndpointID []/Containers/*/MacAddress []/Containers/*/IPv4Address []/Containers/*/IPv6Address
    []/Options/com.docker.network.+ []/Options/parent []/Options/macvlan_mode []/Options/ipvlan_mode []/Options/ipvlan_flag []/Options/encrypted' '' network ''
}
containers() {
  inspected '[]/Id []/Name []/Image []/State/Status []/State/Running []/State/Paused []/State/Restarting []/State/Pid
    []/Config/Image []/Config/Hostname []/Config/Domainname []/Config/User []/Config/ExposedPorts/*/- []/Config/NetworkDisabled
    []/HostConfig/NetworkMode []/HostConfig/PortBindings/*/[]/HostIp []/HostConfig/PortBindings/*/[]/HostPort []/HostConfig/PublishAllPorts
    []/HostConfig/CapAdd/[] []/HostConfig/CapDrop/[] []/HostConfig/Privileged []/HostConfig/PidMode []/HostConfig/IpcMode []/HostConfig/UTSMode
    []/HostConfig/UsernsMode []/HostConfig/CgroupnsMode []/HostConfig/ReadonlyRootfs []/HostConfig/SecurityOpt/[] []/HostConfig/Dns/[]
    []/HostConfig/DnsSearch/[] []/HostConfig/ExtraHosts/[] []/HostConfig/Links/[] []/HostConfig/VolumesFrom/[] []/HostConfig/GroupAdd/[]
    []/HostConfig/Sysctls/* []/HostConfig/Runtime []/HostConfig/Devices/[]/PathOnHost []/HostConfig/RestartPolicy/Name
    []/HostConfig/RestartPolicy/MaximumRetryCount []/HostConfig/AutoRemove
    []/Mounts/[]/Type []/Mounts/[]/Name []/Mounts/[]/Source []/Mounts/[]/Destination []/Mounts/[]/RW []/Mounts/[]/Propagation
    []/NetworkSettings/SandboxID []/NetworkSettings/SandboxKey []/NetworkSettings/Ports/*/[]/HostIp []/NetworkSettings/Ports/*/[]/HostPort
    []/NetworkSettings/Networks/*/NetworkID []/NetworkSettings/Networks/*/EndpointID []/NetworkSettings/Networks/*/Gateway
    []/NetworkSettings/Networks/*/IPAddress []/NetworkSettings/Networks/*/IPPrefixLen []/NetworkSettings/Networks/*/IPv6Gateway
    []/NetworkSettings/Networks/*/GlobalIPv6Address []/NetworkSettings/Networks/*/GlobalIPv6PrefixLen []/NetworkSettings/Networks/*/MacAddress
    []/NetworkSettings/Networks/*/GwPriority []/NetworkSettings/Networks/*/Aliases/[] []/NetworkSettings/Networks/*/DNSNames/[]
    []/NetworkSettings/Networks/*/IPAMConfig/IPv4Address []/NetworkSettings/Networks/*/IPAMConfig/IPv6Address
    []/NetworkSettings/Networks/*/DriverOpts/com.docker.network.+' '' container -a
}
# What the images of the host are called.
images() {
  inspected '[]/Id []/RepoTags/[] []/RepoDigests/[]' '' image ''
}
# The other containers that the settings of a container name.
names() {
  inspected '[]/Name []/Config/Env/[] []/Config/Cmd/[] []/Config/Entrypoint/[] []/Config/Labels/* []/Config/Healthcheck/Test/[]
    []/NetworkSettings/Networks/*/Aliases/[] []/NetworkSettings/Networks/*/DNSNames/[]' names container -a
}

# Settings of the engine about networks and access, in daemon.json and on the command line.
settings='@shownSettings@'

file_settings() {
  paths=
  for key in $settings; do
    case $key in
      default-address-pools) paths="$paths $key/[]/base $key/[]/size" ;;
      default-network-opts) paths="$paths $key/*/com.docker.network.+" ;;
      features) paths="$paths $key/*" ;;
      hosts | dns | dns-search | host-gateway-ips) paths="$paths $key/[]" ;;
      *) paths="$paths $key" ;;
    esac
  done
  keep "$paths" '' <"$1"
}

# Prints a line for each setting on the command line, and for each environment variable that changes the rules of the engine.
flag_settings() {
  words=$(words_of "$1" cmdline) || return 1
  environment=$(words_of "$1" environ) || return 1
  printf '%s\\n' "$words" | tail -n +2 | flag_values | awk -v keys="$settings" 'BEGIN { n = split(keys, k, " "); for (i = 1; i <= n; i++) known[k[i]] = 1 } $1 in known'
  printf '%s\\n' "$environment" | sed -n -E 's/^(DOCKER_INSECURE_NO_IPTABLES_RAW|DOCKER_IPTABLES_SCTP_CHECKSUM|DOCKER_IGNORE_BR_NETFILTER_ERROR)=.*/environment \\1/p'
}

# Exit 0 if file $1 changed since the engine started. find of busybox cannot compare times of inodes; then the same second counts as a change.
is_newer() {
  if find /run/docker.pid -cnewer /run/docker.pid >/dev/null 2>&1; then
    changed_since "$1"
  else
    started=$(stat -c %Y /run/docker.pid)
    for time in $(stat -c '%Y %Z' "$1") $(stat -L -c '%Y %Z' "$1"); do [ "$time" -lt "$started" ] || return 0; done
    return 1
  fi
}

# $1 is the process id of the engine, or empty.
settings_texts() {
  file=/etc/docker/daemon.json
  if [ -z "$1" ]; then
    missing daemon-flags 'no dockerd runs'
  elif flags=$(flag_settings "$1"); then
    put daemon-flags "/proc/$1/cmdline, reduced" "$flags"
    other=$(words_of "$1" cmdline | tail -n +2 | flag_values | sed -n 's/^config-file //p' | tail -n 1)
    file=\${other:-$file}
  else
    missing daemon-flags 'the command line or the environment of dockerd cannot be read'
    missing daemon-json 'which file dockerd reads is not known'
    return 0
  fi
  case $file in
    /*) ;;
    *) missing daemon-json "dockerd reads $file, and it is unknown in which folder" && return 0 ;;
  esac
  # The engine can be in another mount namespace.
  [ -z "$1" ] || [ ! -d "/proc/$1/root/" ] || file=/proc/$1/root$file
  if [ ! -e "$file" ]; then
    none daemon-json "there is no $file"
  elif [ -n "$1" ] && [ -e /run/docker.pid ] && is_newer "$file"; then
    missing daemon-json "$file has changed since dockerd started, so dockerd may do something else"
  elif out=$(file_settings "$file"); then
    put daemon-json "$file, reduced" "$out"
  else
    missing daemon-json "$file is not understood: it is not JSON, or has a key twice"
  fi
}

docker_texts() {
  engine=$(engine_pid) || engine=
  if ! program docker; then
    reason='docker is not on this host'
  elif [ -z "$engine" ]; then
    reason='no dockerd runs'
  else
    reason=
  fi
  if [ -n "$reason" ]; then
    for name in engine docker-info docker-networks docker-containers docker-images docker-names; do missing "$name" "$reason"; done
  else
    text engine 'docker version' version
    text docker-info 'docker info, reduced' info
    text docker-networks 'docker network inspect, reduced' networks
    text docker-containers 'docker container inspect, reduced' containers
    text docker-images 'docker image inspect, reduced' images
    text docker-names 'names in settings of containers' names
  fi
  settings_texts "$engine"
}
`,
  'collect/files.sh': `# The files of Bulkhead, and those that change what its files say, as lines "SUM MODE OWNER PATH". SUM is the start of the SHA-256; the content stays here. A
# file that can contain a password has "-" as its sum: an attacker who has the rest of a file could find a short password by its sum.

# Prints the regular files. A pattern without a file stays as it is.
host_files() {
  for file in /etc/bulkhead/* /etc/docker/daemon.json /etc/sysctl.d/99-bulkhead.conf /etc/modules-load.d/bulkhead.conf /etc/audit/rules.d/50-bulkhead.rules \\
    /etc/systemd/network/05-bulkhead.network /etc/NetworkManager/conf.d/90-bulkhead.conf /etc/systemd/system/bulkhead-* \\
    /etc/systemd/system/docker.service.d/* /usr/local/sbin/bulkhead-* /run/bulkhead/stamp-*; do
    [ ! -f "$file" ] || printf '%s\\n' "$file"
  done
}

can_hold_password() { grep -qiE '://[^/@[:space:]]*@|proxies|https?[-_]proxy|passw|secret *=|token *=' "$1"; }

file_lines() {
  host_files | while read -r file; do
    case $file in
      # Its first line is a plain number that names the daemon; whether it is there is what counts.
      /run/*) sum=- ;;
      /usr/local/sbin/* | /etc/bulkhead/*) sum=$(sha256sum <"$file" | cut -c 1-12) || exit 1 ;;
      *) if can_hold_password "$file"; then sum=-; else sum=$(sha256sum <"$file" | cut -c 1-12) || exit 1; fi ;;
    esac
    printf '%s %s %s\\n' "$sum" "$(stat -c '%a %U:%G' "$file")" "$file" || exit 1
  done
}

files_text() {
  if program sha256sum && program stat; then text files 'sums of files' file_lines; else missing files 'sha256sum or stat is not on this host'; fi
}
`,
  'collect/firewall.sh': `# Rules and sets. Their tools load modules of the kernel, so the script runs a tool only if the module is in the kernel.

# Exit 0 if the kernel has module $1, built in or loaded. $2 is a function of the module.
in_kernel() { [ -d "/sys/module/$1" ] || grep -q " $2" /proc/kallsyms 2>/dev/null; }

# Exit 0 if the kernel lists its functions, so that a missing one proves a missing module.
tells_modules() { [ -r /proc/kallsyms ] && grep -q ' register_netdevice' /proc/kallsyms; }

# $1 names the text, $2 and $3 are the module and its function, the rest is the command.
asked() {
  name=$1
  module=$2
  symbol=$3
  shift 3
  if in_kernel "$module" "$symbol"; then
    run "$name" "$@"
  elif tells_modules; then
    none "$name" "the kernel has no $module, and $1 would load it"
  else
    missing "$name" "this kernel does not tell whether it has $module, and $1 would load it"
  fi
}

# Prints the legacy tables in the kernel.
tables_of() { cat "/proc/net/$1" 2>/dev/null; }
dump_tables() {
  dumper=$1
  shift
  for table in "$@"; do bounded "$dumper" -t "$table" || return $?; done
}

# $1 is iptables or ip6tables, $2 the list of its legacy tables.
rules_of() {
  tables=$(tables_of "$2" | tr '\\n' ' ')
  path=$(command -v "$1-save") || path=
  case $(readlink -f "$path" 2>/dev/null) in
    *nft*) kind=nf_tables ;;
    *legacy*) kind=legacy ;;
    *) if "$1" -V 2>/dev/null | grep -q nf_tables; then kind=nf_tables; else kind=legacy; fi ;;
  esac
  if [ -z "$path" ]; then
    missing "$1" "$1-save is not on this host"
    dumper=$1-legacy-save
  elif [ "$kind" = nf_tables ]; then
    asked "$1" nf_tables nft_do_chain "$1-save"
    dumper=$1-legacy-save
  else
    legacy_text "$1" "$1-save"
    none "$1-legacy" "$1-save is the legacy one: they are in the text $1"
    return 0
  fi
  legacy_text "$1-legacy" "$dumper"
}

# $1 names the text, $2 is the tool, and $tables are the tables.
legacy_text() {
  if [ -z "\${tables% }" ]; then
    none "$1" 'no legacy table is in the kernel'
  elif program "$2"; then
    # shellcheck disable=SC2086 # names of tables
    text "$1" "$2" dump_tables "$2" $tables
  else
    missing "$1" "legacy tables are in the kernel ($tables), and $2 is not on this host"
  fi
}

firewall_texts() {
  rules_of iptables ip_tables_names
  rules_of ip6tables ip6_tables_names
  asked nft nf_tables nft_do_chain nft -j list ruleset
  asked ipset ip_set ip_set_nfnl_get ipset save
}
`,
  'collect/json.awk': `# Prints the parts of a JSON text that \`keep\` lists. With \`names\`, it prints the addresses of other containers in the settings of containers instead, as lines
# "CONTAINER HOST:PORT". Exits 1 if the text is not JSON. \`keep\` contains paths like []/Config/Image: [] is an element of an array, * is any key, and a
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
# Returns the node under \`at\` for a key or an element, or -1 if \`keep\` lists nothing below it.
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
  printf "%s\\n%s%s", printed[depth]++ ? "," : "", indent(depth), kind[depth] == "{" ? "\\"" key[depth] "\\": " : ""
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
  if (node[depth] >= 0 && !names) printf "%s%s", printed[depth] ? "\\n" indent(depth - 1) : "", c == "{" ? "}" : "]"
  depth--
  state = "after"
}
# \`token\` is the value as JSON.
function scalar(token,  at) {
  at = here()
  state = "after"
  if (at < 0 || !(at in path) && token != "null") return
  if (names) { if (token ~ /^"/) setting(path[at], substr(token, 2, length(token) - 2)); return }
  if (length(token) > 4096) token = "\\"left out: " length(token) " characters\\""
  begin_entry()
  printf "%s", token
}
# Takes a name of a container, or a text that can contain such names.
function setting(from, text,  name) {
  if (from == "[]/Name") { sub(/^\\//, "", text); name_of[element] = text; known[text] = 1; return }
  if (from ~ /(Aliases|DNSNames)\\/\\[\\]$/) { known[text] = 1; return }
  name = ""
  if (from ~ /\\/Env\\/\\[\\]$/) { name = text; sub(/=.*/, "", name); sub(/^[^=]*=?/, "", text) }
  else if (from ~ /\\/Labels\\/\\*$/) name = key[depth]
  else if (before ~ /^-/) name = before
  before = from ~ /\\/(Cmd|Entrypoint|Test)\\/\\[\\]$/ ? text : ""
  # The value of a secret can look like HOST:PORT. So under the name of a secret, only an address after :// or @ counts.
  tokens(text, toupper(name) ~ /PASS|PWD|SECRET|TOKEN|CRED|KEY|AUTH|USER|SALT|HASH|CODE|COOKIE|SIGN|^-[AUP]$/)
}
function tokens(text, url_only,  left, before_it, after_it, word, port) {
  gsub(/\\\\u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]/, " ", text)
  gsub(/\\\\./, " ", text)
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
    if (index(" \\t/@=,;|&\\"\\047([{<>", before_it) && index(" \\t/,;|&\\"\\047)]}<>?#", after_it) && port + 0 <= 65535 && (!url_only || before_it == "@" || left ~ /:\\/\\/$/)) {
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
  else scalar("\\"" text "\\"")
}
NR > 1 { if (quoted) held = held ","; else comma() }
{
  rest = $0
  while (rest != "") {
    if (quoted) {
      q = index(rest, "\\"")
      if (!q) { held = held rest; break }
      held = held substr(rest, 1, q - 1)
      rest = substr(rest, q + 1)
      for (n = length(held); substr(held, n, 1) == "\\\\"; n--) continue
      if ((length(held) - n) % 2) { held = held "\\""; continue }
      quoted = 0
      string(held)
      continue
    }
    if (match(rest, /^[ \\t\\r\\n]+/)) { rest = substr(rest, RLENGTH + 1); continue }
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
    if (c == "\\"") { quoted = 1; held = "" }
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
`,
  'collect/kernel.sh': `# Interfaces, routes, settings of the kernel, and listening sockets.

# Without keys of tunnels and without the alias of an interface, which is free text.
addresses() {
  json '[]/ifindex []/ifname []/link []/link_index []/flags/[] []/mtu []/master []/operstate []/group []/link_type
    []/address []/linkinfo/info_kind []/linkinfo/info_slave_kind []/linkinfo/info_data/id []/linkinfo/info_data/protocol []/linkinfo/info_data/mode
    []/linkinfo/info_data/flags/[] []/linkinfo/info_data/table []/linkinfo/info_data/vlan_filtering []/linkinfo/info_data/nf_call_iptables
    []/linkinfo/info_data/nf_call_ip6tables []/linkinfo/info_data/nf_call_arptables []/linkinfo/info_data/local []/linkinfo/info_data/remote
    []/linkinfo/info_data/port []/linkinfo/info_data/link []/linkinfo/info_slave_data/isolated []/linkinfo/info_slave_data/hairpin
    []/addr_info/[]/family []/addr_info/[]/local []/addr_info/[]/address []/addr_info/[]/prefixlen []/addr_info/[]/broadcast []/addr_info/[]/scope
    []/addr_info/[]/label []/addr_info/[]/dynamic []/addr_info/[]/temporary []/addr_info/[]/deprecated []/addr_info/[]/tentative' '' ip -j -d address show
}

sysctls() {
  for file in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_nonlocal_bind /proc/sys/net/ipv4/ip_local_port_range \\
    /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/fwmark_reflect /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/rp_filter \\
    /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/proxy_arp /proc/sys/net/ipv4/conf/*/accept_local \\
    /proc/sys/net/ipv4/conf/*/accept_source_route /proc/sys/net/ipv4/conf/*/accept_redirects /proc/sys/net/ipv4/conf/*/send_redirects \\
    /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts /proc/sys/net/ipv4/tcp_syncookies /proc/sys/net/ipv6/conf/*/accept_redirects /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv6/bindv6only /proc/sys/net/ipv6/conf/*/forwarding \\
    /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/proxy_ndp \\
    /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables /proc/sys/net/bridge/bridge-nf-call-arptables \\
    /proc/sys/net/bridge/bridge-nf-filter-vlan-tagged /proc/sys/net/netfilter/nf_conntrack_helper /proc/sys/net/netfilter/nf_conntrack_tcp_loose \\
    /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal; do
    # Like sysctl: a dot in the name of an interface becomes a slash.
    value=$(cat "$file" 2>/dev/null) && printf '%s = %s\\n' "$(printf '%s' "\${file#/proc/sys/}" | tr './' '/.')" "$value"
  done
  [ -r /proc/sys/net/ipv4/ip_forward ]
}

kernel_texts() {
  if ! program ip; then
    for name in addresses routes-ipv4 routes-ipv6 rules-ipv4 rules-ipv6; do missing "$name" 'ip is not on this host; install iproute2'; done
  elif ! ip -V 2>&1 | grep -q iproute2; then
    for name in addresses routes-ipv4 routes-ipv6 rules-ipv4 rules-ipv6; do missing "$name" 'ip of busybox prints no JSON; install iproute2'; done
  else
    text addresses 'ip -j -d address show, reduced' addresses
    for family in 4 6; do
      run "routes-ipv$family" ip -j "-$family" route show table all
      run "rules-ipv$family" ip -j "-$family" rule show
    done
  fi
  text sysctls /proc/sys sysctls
  listeners
}

# ss loads modules of the kernel. Without them it reads /proc, which does not tell whether an IPv6 socket accepts IPv4.
listeners() {
  if in_kernel tcp_diag tcp_diag_dump && in_kernel udp_diag udp_diag_dump; then
    run listeners ss -Hlntup
  elif program ss; then
    missing listeners 'ss would load the modules tcp_diag and udp_diag; run ss -lntup once, and collect again'
  else
    missing listeners 'ss is not on this host; install iproute2'
  fi
}
`,
  'collect/texts.sh': `# Writes a text: a mark with its name, its lines after "| ", and a mark with their number. So no line of a text looks like a mark.

texts=0

# A program has two minutes.
patience=
if timeout 5 true >/dev/null 2>&1; then patience='timeout 120'; fi
# shellcheck disable=SC2086 # no word or two
bounded() { $patience "$@"; }

# $1 names the text, $2 its source, $3 is the text.
put() {
  texts=$((texts + 1))
  if [ -z "$3" ]; then
    none "$1" "$2 printed nothing"
    texts=$((texts - 1))
    return 0
  fi
  printf '%s\\n' "$3" | awk -v name="$1" -v from="$2" 'BEGIN { print "== " name ": " from } { print "| " $0 } END { print "== end " name " " NR }'
}

# Writes that the text is known to be empty.
none() {
  texts=$((texts + 1))
  printf '== %s none: %s\\n' "$1" "$2"
}

# Writes that the text is unknown, and the reason.
missing() {
  texts=$((texts + 1))
  printf '== %s missing: %s\\n' "$1" "$(printf '%s' "$2" | tr -c '[:print:]' ' ' | sed 's|//[^/@ ]*@|//...@|g' | cut -c 1-300)"
}

# $1 names the text, $2 its source, the rest is the command. A command that fails runs again for its error message, since the script writes no file.
text() {
  name=$1
  from=$2
  shift 2
  if out=$("$@" 2>/dev/null); then
    put "$name" "$from" "$out"
    return 0
  else
    code=$?
  fi
  if [ "$code" = 124 ]; then
    missing "$name" "$from took more than two minutes"
  else
    reason=$("$@" 2>&1 >/dev/null | grep -m 1 .) || reason=
    missing "$name" "$from failed: \${reason:-exit $code}"
  fi
}

program() { command -v "$1" >/dev/null 2>&1; }

# Writes the output of one program.
run() {
  name=$1
  shift
  if program "$1"; then text "$name" "$*" bounded "$@"; else missing "$name" "$1 is not on this host"; fi
}

# Prints the paths $1 of the JSON on standard input, or with $2 the addresses of other containers in it.
keep() {
  awk -v keep="$1" -v names="$2" -f collect/json.awk
}

# The same for the output of a command. A command that fails leaves text that is not JSON.
json() {
  paths=$1
  names=$2
  shift 2
  { bounded "$@" || echo '}'; } | keep "$paths" "$names"
}
`,
  'collect/units.sh': `# Units of Docker and of known firewalls, as lines "UNIT LOADED ACTIVE ENABLED".

firewalls='docker containerd firewalld ufw nftables iptables ip6tables ebtables ipset netfilter-persistent ferm shorewall shorewall6 csf lfd apf fail2ban
crowdsec-firewall-bouncer sshguard bulkhead-firewall bulkhead-watch bulkhead-check.timer'

of_systemd() {
  for unit in $firewalls; do
    case $unit in *.timer) ;; *) unit=$unit.service ;; esac
    systemctl show --property=LoadState,ActiveState,UnitFileState "$unit" |
      awk -F = -v unit="$unit" '{ v[$1] = $2 } END { if (v["LoadState"] == "") exit 1; print unit, v["LoadState"], v["ActiveState"], v["UnitFileState"] == "" ? "-" : v["UnitFileState"] }' || return 1
  done
}

of_openrc() {
  enabled=$(rc-update show) || return 1
  for unit in $firewalls; do
    if [ ! -e "/etc/init.d/$unit" ]; then
      echo "$unit not-found inactive -"
      continue
    fi
    if rc-service "$unit" status >/dev/null 2>&1; then active=active; else active=inactive; fi
    if printf '%s\\n' "$enabled" | grep -q "^ *$unit |"; then echo "$unit loaded $active enabled"; else echo "$unit loaded $active disabled"; fi
  done
}

units_text() {
  if program systemctl; then
    text units 'systemctl show' of_systemd
  elif program rc-service; then
    text units rc-service of_openrc
  else
    missing units 'neither systemctl nor rc-service is on this host'
  fi
}
`,
  'common/engine.sh': `# check_engine sets engine_fault to a sentence if dockerd is present and is not of the generation that the rules were made for. A version that cannot
# be read is a fault, too; an absent dockerd is not. It needs engine_minimum and engine_below.

# Exit 0 if version $1 is below version $2; text after the dotted numbers does not count.
version_below() {
  awk -v a="$1" -v b="$2" 'BEGIN {
    n = split(a, x, "."); m = split(b, y, ".")
    if (m > n) n = m
    for (i = 1; i <= n; i++) if (x[i] + 0 != y[i] + 0) exit(x[i] + 0 < y[i] + 0 ? 0 : 1)
    exit 1
  }'
}

check_engine() {
  engine_fault=
  engine_found=
  dockerd=$(command -v dockerd) || return 0
  identity=$(stat -L -c '%n %i %Y %s' "$dockerd")
  if [ -r "$private/engine" ] && [ "$(head -n 1 "$private/engine")" = "$identity" ]; then
    engine_found=$(sed -n 2p "$private/engine")
  else
    engine_found=$(dockerd --version 2>/dev/null | sed -n 's/^[^0-9]*\\([0-9][0-9]*\\(\\.[0-9][0-9]*\\)*\\).*/\\1/p' | head -n 1)
    if [ -n "$engine_found" ] && [ -d "$private" ]; then
      printf '%s\\n%s\\n' "$identity" "$engine_found" >"$private/engine.new"
      mv "$private/engine.new" "$private/engine"
    fi
  fi
  if [ -z "$engine_found" ]; then
    engine_fault="the version of $dockerd cannot be read; the rules are for $engine_minimum up to, not including, $engine_below"
  elif version_below "$engine_found" "$engine_minimum" || ! version_below "$engine_found" "$engine_below"; then
    engine_fault="the engine on this host is $engine_found, but the rules are for $engine_minimum up to, not including, $engine_below:"
    engine_fault="$engine_fault install such an engine, or declare the installed one in the program and install the host files again"
  fi
}
`,
  'common/flag-values.awk': `# The words of a command line, one a line, as the same keys and values.

function tell(key, value) { sub(/^(storage-opt|default-ulimit|host|log-opt|authorization-plugin|registry-mirror|insecure-registry)$/, "&s", key); sub(/registrys$/, "registries", key); print key " " value; key_before = "" }
function long(letter) { return letter == "l" ? "log-level" : letter == "H" ? "hosts" : letter == "s" ? "storage-driver" : letter == "G" ? "group" : letter == "p" ? "pidfile" : letter == "g" ? "data-root" : "" }
key_before != "" { if ($0 ~ /^-/) tell(key_before, "true"); else { tell(key_before, $0); next } }
/^--[^=]+=/ { at = index($0, "="); tell(substr($0, 3, at - 3), substr($0, at + 1)); next }
/^--./ { key_before = substr($0, 3); next }
/^-[A-Za-z]/ {
  # Letters without a value come together with others: -DH ADDRESS
  for (i = 2; i <= length($0); i++) {
    letter = substr($0, i, 1)
    if (letter == "D") tell("debug", "true")
    else if ((name = long(letter)) != "") {
      value = substr($0, i + 1)
      sub(/^=/, "", value)
      if (value == "") key_before = name
      else tell(name, value)
      next
    }
  }
}
END { if (key_before != "") tell(key_before, "true") }
`,
  'common/lists.sh': `line_end='
'

# Whether $2 is a line of $1, or one begins with $2/. No other program is asked: of one that fails, nothing may be taken for "no" here.
lists() {
  case $line_end$1$line_end in *"$line_end$2$line_end"* | *"$line_end$2/"*) return 0 ;; esac
  return 1
}
`,
  'common/lock.sh': `# For commands that change the host: the folders under /run/bulkhead, and the lock.

private=$run/private

# Makes $2 a folder of root with mode $1. If other users could open its content, they may hold the locks: those are created again.
own_folder() {
  case $(stat -c '%u %F %a' "$2" 2>/dev/null) in
    "0 directory $1") ;;
    '0 directory '*) rm -f "$2/lock" "$2/watch.lock" && chmod "$1" "$2" ;;
    *) rm -rf "$2" && mkdir -m "$1" "$2" ;;
  esac
}

# Only root can open the lock: a user who can open it may hold it, and keep the guard from being repaired.
enter() {
  own_folder 755 "$run"
  own_folder 700 "$private"
  exec 9>"$private/lock"
  flock -w 60 9 || die "another run has held the lock $private/lock for a minute"
}
`,
  'common/prelude.sh': `# Start of every program: no surprises from the caller's environment, and every failure ends it.

set -eu
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022
etc=/etc/bulkhead
run=/run/bulkhead

say() { printf 'bulkhead: %s\\n' "$*"; }
die() {
  printf 'bulkhead: %s\\n' "$*" >&2
  exit 2
}
`,
  'common/tell.sh': `# How a container is notified after one of its files has changed. It asks only a running engine: a connection to its socket would start it.

# The engine of this host, whatever engine the caller's client would use.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY

engine_runs() { pid=$(cat /run/docker.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null; }

runs() { [ "$(docker container inspect --format '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }

# $1 is the declared action, $2 the container, $3 what has changed.
tell_container() {
  case $1 in
    nothing) say "$2 sees the change; the program says that nothing is done" ;;
    restart)
      say "restarting $2: $3 has changed"
      docker restart "$2" >/dev/null 9<&-
      ;;
    *)
      say "sending $1 to $2: $3 has changed"
      docker kill --signal "$1" "$2" >/dev/null 9<&-
      ;;
  esac
}
`,
  'common/tools.sh': `# Names every missing Debian package in one sentence.

. generated/guard-tools.sh

need_tools() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  missing=
  for entry in $guard_tools conntrack:conntrack ip:iproute2 flock:util-linux awk:mawk find:findutils sha256sum:coreutils; do
    command -v "\${entry%%:*}" >/dev/null 2>&1 && continue
    case "$missing " in
      *" \${entry#*:} "*) ;;
      *) missing="$missing \${entry#*:}" ;;
    esac
  done
  [ -z "$missing" ] || die "tools are missing; install the Debian packages:$missing"
}
`,
  'common/words.sh': `# Reads the command line and the files of a process.

# The words of a command line, one a line, as the same keys and values.
flag_values() {
  awk -f common/flag-values.awk
}

# Whether a file was changed, moved or linked again since the engine started: the file itself, and the targets of its links.
changed_since() { [ -n "$(find "$1" -newer /run/docker.pid; find -H "$1" -newer /run/docker.pid; find "$1" -cnewer /run/docker.pid; find -H "$1" -cnewer /run/docker.pid)" ]; }

# The content of file $2 of process $1 under /proc, one entry a line; false if it cannot be read, or an entry contains a line break.
words_of() {
  [ -r "/proc/$1/$2" ] && [ "$(tr -cd '\\n' <"/proc/$1/$2" | wc -c)" = 0 ] && tr '\\0' '\\n' <"/proc/$1/$2" | grep .
}
`,
  'config.sh': `#!/bin/sh
# Bulkhead: places the files with content that containers of this host mount. Installed by Bulkhead; changes to this file are lost.
# apply places them, and tells containers whose files have changed; --check says what is not in place, and changes nothing (exit 1 when something is not).
# shellcheck disable=SC2034 # names that other scripts need
. common/prelude.sh

. common/tell.sh

. common/lists.sh

. config/place.sh

. config/forget.sh

umask 077
case $#:\${1:-} in
  1:apply) check= ;;
  1:--check) check=yes ;;
  *) die 'usage: bulkhead-config apply | --check' ;;
esac
enter_config
failed=
while read -r container action owner mode sum place target <&3; do
  settle "$container" "$owner" "$mode" "$sum" "$place" "$target"
done 3<"$plan"
if [ -z "$check" ]; then
  forget_others
  tell_all
fi
[ -z "$failed" ] || exit 1
`,
  'config/forget.sh': `# Files that were removed from the program. A file that a container mounts stays until that container is removed: otherwise it would not start again.

# What all containers mount, running or not.
used_sources() {
  engine_runs || return 1
  ids=$(docker ps --all --quiet --no-trunc 9<&-) || return 1
  [ -n "$ids" ] || return 0
  # shellcheck disable=SC2086 # ids hold no blanks
  sources_of $ids
}

forget_others() {
  texts=$(awk '{ print $1 $7 }' "$plan") || return 0
  places=$(awk '{ print $1 "/" $6 }' "$plan") || return 0
  find "$bodies" -type f 2>/dev/null | while read -r body; do
    lists "$texts" "\${body#"$bodies"/}" || rm -f "$body"
  done
  find "$bodies" -mindepth 1 -type d -empty -delete 2>/dev/null || :
  for mount in "$placed"/*/*; do
    [ -e "$mount" ] || continue
    name=\${mount#"$placed"/}
    lists "$places" "$name" || continue
    [ ! -d "$mount" ] || find "$mount" -mindepth 1 | while read -r file; do
      lists "$places" "$name/\${file##*/}" || {
        mark_changed "\${name%%/*}"
        rm -rf "$file"
      }
    done
  done
  used=$(used_sources) || return 0
  for mount in "$placed"/*/*; do
    [ -e "$mount" ] || continue
    lists "$places" "\${mount#"$placed"/}" || lists "$used" "$mount" || rm -rf "$mount"
  done
  rmdir "$placed"/* 2>/dev/null || :
}

# A mark is removed after the action. A container that Terraform replaces finds another file only if a user changed it on the host: a restart shows
# the right one again.
tell_all() {
  engine_runs || return 0
  for mark in "$placed"/.changed/*; do
    [ -e "$mark" ] || continue
    container=\${mark##*/}
    action=$(awk -v name="$container" '$1 == name { print $2; exit }' "$plan")
    if [ -n "$action" ] && runs "$container"; then tell_container "$action" "$container" 'a file of its own'; fi
    rm -f "$mark"
  done
}
`,
  'config/place.sh': `# The lines of $plan say which file each container has and where; the content is under $bodies, below the name of the container, at the path in the
# container. Only root can enter $placed, so no other user can put a link or another file there.

plan=@configPlan@
bodies=@configBodies@
placed=@configFolder@
new=$placed/.new

enter_config() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  [ -z "$check" ] || return 0
  [ -d "\${placed%/*}" ] || mkdir -m 755 "\${placed%/*}"
  [ -e "$placed" ] || [ -L "$placed" ] || mkdir "$placed"
  [ "$(stat -c '%u %F' "$placed")" = '0 directory' ] || die "$placed must be a directory of root: move it to another place"
  chmod 700 "$placed"
  exec 9<"$placed"
  flock -w 60 9 || die "another run has held the lock on $placed for a minute"
  rm -rf "$new"
  mkdir -p "$placed/.changed"
}

sum_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

# Whether $1 is not the file of owner $2 with mode $3 and digest $4.
differs() {
  [ -L "$1" ] || [ ! -f "$1" ] || [ "$(stat -c '%u:%g %a' "$1")" != "$2 $3" ] || [ "$(sum_of "$1")" != "$4" ]
}

fault() {
  printf 'bulkhead: %s\\n' "$*" >&2
  failed=yes
}

# First, so that a run that is killed here leaves it to the next one.
mark_changed() { [ -n "$check" ] || : >"$placed/.changed/$1"; }

# What containers mount, as far as the engine runs.
sources_of() {
  engine_runs || return 1
  docker container inspect --format '{{range .Mounts}}{{println .Source}}{{end}}' "$@" 2>/dev/null 9<&-
}

make_folder() {
  if [ -L "$1" ] || [ ! -d "$1" ]; then
    rm -rf "$1"
    mkdir "$1"
  fi
  chown 0:0 "$1"
  chmod "$2" "$1"
}

# $1 container, $2 owner, $3 mode, $4 digest, $5 place in its folder, $6 path in the container.
settle() {
  at=$placed/$1/$5
  differs "$at" "$2" "$3" "$4" || return 0
  if [ -n "$check" ]; then
    fault "$at, which $1 has at $6, is not as the program says"
    return 0
  fi
  body=$bodies/$1$6
  if [ ! -f "$body" ] || [ "$(sum_of "$body")" != "$4" ]; then
    fault "$body is missing or was changed; run install.sh again"
    return 0
  fi
  # For a new file of the program, Terraform creates or replaces the container.
  mount=$placed/$1/\${5%%/*}
  if [ -e "$mount" ] || sources_of "$1" | grep -qxF -e "$mount"; then mark_changed "$1"; fi
  make_folder "$placed/$1" 700
  case $5 in */*) make_folder "\${at%/*}" 755 ;; esac
  cat "$body" >"$new"
  chown "$2" "$new"
  chmod "$3" "$new"
  sync "$new"
  [ -L "$at" ] || [ ! -d "$at" ] || rm -rf "$at"
  mv -fT "$new" "$at"
  say "wrote $6 for $1"
}
`,
  'directories.sh': `#!/bin/sh
# Bulkhead: makes the directories of this host that containers mount. Installed by Bulkhead; changes to this file are lost.
# Option: --check says what is missing or belongs to another owner, and changes nothing (exit 1 when something is).
# shellcheck disable=SC2034 # names that other scripts need
. common/prelude.sh

# The directories that were created, as the lines of the plan: so a later owner of the program differs from data of another program.
made=/var/lib/bulkhead/directories

# Only root may be able to replace a directory: neither a user of the host nor a process of a container.
look_above() {
  at=
  rest=\${1#/}
  while :; do
    case $rest in */*) ;; *) return 0 ;; esac
    at=$at/\${rest%%/*}
    rest=\${rest#*/}
    if [ -L "$at" ]; then
      fault="$at is a symbolic link; name the directory that it leads to"
    elif [ ! -e "$at" ]; then
      [ -z "$check" ] || { fault='it is missing' && return 0; }
      mkdir -m 0755 "$at"
    elif [ ! -d "$at" ]; then
      fault="$at is not a directory"
    else
      case $(stat -c '%u %a' "$at") in
        '0 '*[2367]? | '0 '*[2367]) fault="others than root can write to $at; choose a directory below one that only root writes, such as /srv" ;;
        '0 '*) ;;
        *) fault="$at does not belong to root, so its owner can replace what is in it; choose a directory below one of root, such as /srv" ;;
      esac
    fi
    [ -z "$fault" ] || return 0
  done
}

# Made by hand, or by the engine, and not used yet.
is_free() { [ "$1" = 0:0 ] && [ -z "$(ls -A "$2")" ]; }

was_made() { grep -qxE "$1 0[0-7]{3} $2" "$made" 2>/dev/null; }

remember() {
  mkdir -p "\${made%/*}"
  { awk -v path="$3" '$3 != path' "$made" 2>/dev/null || :; echo "$1 $2 $3"; } >"$made.new"
  mv -f "$made.new" "$made"
}

# $1 owner, $2 mode, $3 path.
settle() {
  look_above "$3"
  [ -z "$fault" ] || return 0
  if [ -L "$3" ]; then
    fault='it is a symbolic link'
  elif [ ! -e "$3" ]; then
    if [ -n "$check" ]; then fault='it is missing'; else mkdir -m 0700 "$3"; fi
  elif [ ! -d "$3" ]; then
    fault='it is not a directory'
  fi
  [ -z "$fault" ] || return 0
  # We made it for root, so for a container that starts as root: its image may have given it to its own user since.
  if [ "$1" = 0:0 ] && grep -qxF "$1 $2 $3" "$made" 2>/dev/null; then return 0; fi
  now=$(stat -c '%u:%g' "$3")
  if [ -n "$check" ]; then
    [ "$now" = "$1" ] || fault="it belongs to $now"
    return 0
  fi
  # The record is right; a program may have changed the mode since.
  if [ "$now" = "$1" ] && grep -qxF "$1 $2 $3" "$made" 2>/dev/null; then return 0; fi
  if [ "$now" != "$1" ] && ! is_free "$now" "$3" && ! was_made "$now" "$(escaped "$3")"; then
    fault="it belongs to $now and Bulkhead did not make it; if containers may have it: chown $1 $3"
    return 0
  fi
  chown "$1" "$3"
  chmod "$2" "$3"
  remember "$1" "$2" "$3"
  say "made $3 for $1"
}

escaped() { printf '%s\\n' "$1" | sed 's/[.+]/\\\\&/g'; }

[ "$(id -u)" = 0 ] || die 'must run as root'
case \${1:-} in
  '') check= ;;
  --check) check=yes ;;
  *) die 'usage: bulkhead-directories [--check]' ;;
esac
failed=
while read -r owner mode path; do
  fault=
  settle "$owner" "$mode" "$path"
  [ -z "$fault" ] || {
    printf 'bulkhead: %s is not for %s: %s\\n' "$path" "$owner" "$fault" >&2
    failed=yes
  }
done <"$etc/directories"
[ -z "$failed" ] || exit 1
`,
  'firewall.sh': `#!/bin/sh
# Bulkhead: loads the guard of this host's Docker networks, reads it back, and only then writes the stamp that containers need to start.
# Installed by Bulkhead; changes to this file are lost. The commented source is part of the library (src/host).
. common/prelude.sh

. common/lock.sh

. common/tools.sh

. common/engine.sh

. firewall/kernel.sh

. firewall/links.sh

. generated/guard.sh

. firewall/connections.sh

. firewall/frames.sh

. firewall/revive.sh

. firewall/watch.sh

. firewall/settings.sh

. firewall/apply.sh

. firewall/check.sh

. firewall/remove.sh

. firewall/setup.sh

wait=10
work=
unfinished=
changed=
quiet=
engine_minimum=
engine_below=
prefix=
raw=
fault=
held=/proc/$$/../..$run/kept
stamp=
frames_fault=
daemon_id=
daemon_path=
command=\${1:-}
option=\${2:-}
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $command:$option in
  apply:) apply ;;
  apply:--quiet) quiet=yes && apply ;;
  check: | status: | watch: | remove:) "$command" ;;
  setup: | setup:--start-docker) setup "$option" ;;
  *) die 'usage: bulkhead-firewall apply [--quiet] | check | status | watch | remove | setup [--start-docker]' ;;
esac
`,
  'firewall/apply.sh': `# The command apply: makes the guard what the files say, reads it back, and only then writes its stamp.

# While a run of apply is active, the stamp is a link that leads through its process: containers start as usual. If the run ends in any way, including
# SIGKILL, the stamp leads nowhere, unless everything was correct and apply restored it.
hold_stamp() {
  for stamp in "$run"/stamp-*; do
    if [ ! -f "$stamp" ] || [ -L "$stamp" ]; then continue; fi
    ln -fT "$stamp" "$run/kept"
    ln -sf "$held" "$private/link"
    mv -T "$private/link" "$stamp"
    return
  done
}

is_held() { [ "$(readlink "$stamp")" = "$held" ]; }

put_back() { ! is_held || mv -T "$run/kept" "$stamp"; }

# A bind mount accepts anything at that path; docker creates a folder there if a container names it as a volume.
stamp_holds() {
  file=$stamp
  ! is_held || file=$run/kept
  [ "$(stat -c '%F %u %a' "$file" 2>/dev/null)" = 'regular file 0 644' ] && [ "$(cat "$file")" = "$daemon_id" ]
}

write_stamp() {
  for other in "$run"/stamp-*; do
    [ "$other" = "$stamp" ] || rm -rf "$other"
  done
  put_back
  ! stamp_holds || return 0
  rm -rf "$stamp"
  printf '%s\\n' "$daemon_id" >"$work/stamp"
  mv -T "$work/stamp" "$stamp"
  : >"$private/stamped"
  changed=yes
}

# The stamp is removed before any repair, and comes back when everything was read back.
apply() {
  begin
  read_settings
  pick_families
  load_modules
  sysctls set
  switches set
  guard_faults >"$work/found"
  if [ -s "$work/found" ]; then
    unfinished=yes
    [ -z "$quiet" ] || cat "$work/found"
    remember
    for entry in $families; do apply_family "$entry"; done
    end_connections
  else
    for entry in $families; do use_family "$entry" && make_hooks; done
  fi
  load_frames
  drop_withdrawn
  switches set
  links set "$etc/network"
  clear_others
  # The guard is applied on any engine, since it only restricts; but without the stamp no container starts, and docker does not either.
  check_engine
  check_backend
  [ -z "$engine_fault" ] || die "$engine_fault"
  write_stamp
  unfinished=
  rm -rf "$work"
  work=
  exec 9>&-
  [ "$families" = '4 6' ] || [ -n "$quiet" ] || say 'this kernel has no IPv6: the guard is there for IPv4 only'
  [ -z "$frames_fault" ] || [ -n "$quiet" ] || say_frames
  if [ -n "$changed" ]; then
    say "applied; the stamp is $stamp"
  elif [ -z "$quiet" ]; then
    say 'nothing changed'
  fi
}
`,
  'firewall/check.sh': `# The commands check and status: one line for each fault.

wrong() {
  rm -rf "$run"/stamp-*
  echo "$*"
}

# One line for all parts of the guard that differ from what was read back; the first one removes the stamp.
guard_faults() {
  stamp_holds || wrong "the stamp $stamp is missing or is not as it was written"
  for entry in $families; do
    use_family "$entry"
    read_back
    if ! stands; then
      [ -s "$work/faults" ] || echo "$ct: rules or sets are not what was read back after the last apply" >"$work/faults"
      wrong "$(cat "$work/faults")"
    fi
    other_faults >"$work/others"
    [ ! -s "$work/others" ] || wrong "$(cat "$work/others")"
  done
  [ ! -s "$private/frames" ] || frames_hold || wrong 'the tables of frames are not what was loaded'
  cmp -s "$private/permits" "$etc/permits" || wrong 'connections of withdrawn permissions have not been ended'
  [ ! -e "$private/unguarded" ] || wrong 'connections from while the guard was gone have not been ended'
}

# One line per deviation.
deviations() {
  guard_faults
  for entry in $families; do
    use_family "$entry"
    missing_hooks
  done
  sysctls show
  switches show
  links show "$etc/network"
  check_engine
  check_backend
  [ -z "$engine_fault" ] || wrong "$engine_fault"
}

look() {
  begin
  find_fault
  if [ -n "$fault" ]; then
    wrong "$fault" >"$work/found"
  else
    read_settings
    pick_families
    deviations >"$work/found"
  fi
  unfinished=
}

say_frames() { say "frames with several VLAN tags bypass the guard where a container has NET_RAW: \${frames_fault:-apply says why}"; }

tell() {
  [ -n "$fault" ] || [ -s "$private/frames" ] || say_frames
  cat "$work/found"
  [ ! -s "$work/found" ]
}

check() {
  look
  tell
}

status() {
  look
  if [ -n "$daemon_id" ]; then
    say "daemon $daemon_id ($daemon_path), engine \${engine_found:-not installed}, rules for $engine_minimum up to, not including, $engine_below"
    say "families $families: $(guard_size), $(awk 'END { print NR }' "$etc/permits") permits"
  fi
  [ -s "$work/found" ] || say 'all holds'
  tell
}
`,
  'firewall/connections.awk': `# Prints the connections to end, as options of conntrack. Plain POSIX: mawk has neither bit operations nor hexadecimal numbers.
#
# No rule matches the port or query that a client chose, so one line ends all connections that differ only in it: conntrack reads the list of the
# kernel once for each line, and a flood that came in while the guard was missing must not delay the stamp.
#
# Modes: \`touching\` selects every connection with an end in one of the blocks; \`gone\` those that a withdrawn permission covers and no present one does;
# \`uncovered\` those with an end in one of the blocks that no present permission covers. ct is the family, ipv4 or ipv6. Files: \`network\` names the
# blocks, \`kept\` and \`before\` contain the current and the previous permissions, \`list\` is the listing of conntrack.

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
`,
  'firewall/connections.sh': `# Ends connections: awk compares the kernel's list, and conntrack deletes exactly those found, in one process.

connections_to_end() {
  # shellcheck disable=SC2016 # awk's own variables
  awk -v ct="$ct" -v mode="$1" -f firewall/connections.awk file=network "$etc/network" file=kept "$etc/permits" file=before "$work/before" file=list "$work/list"
}

# An established connection would outlive its permission. At the first apply after a boot, earlier connections are not known; and while the guard was
# missing, every sender could open connections.
end_connections() {
  if [ ! -r "$private/permits" ]; then
    end_those touching
  else
    cp "$private/permits" "$work/before"
    cmp -s "$work/before" "$etc/permits" || end_those gone
    [ ! -e "$private/unguarded" ] || end_those uncovered
  fi
  rm -f "$private/unguarded"
  cmp -s "$private/permits" "$etc/permits" && return 0
  changed=yes
  cp "$etc/permits" "$work/permits"
  mv "$work/permits" "$private/permits"
}

end_those() {
  [ -e "$work/before" ] || : >"$work/before"
  for entry in $families; do
    use_family "$entry"
    round=0
    while :; do
      conntrack -L -f "$ct" >"$work/list" 2>"$work/err" || die "connections cannot be listed: $(first_error)"
      connections_to_end "$1" >"$work/end"
      [ -s "$work/end" ] || break
      round=$((round + 1))
      if [ "$round" -gt 3 ]; then
        # Connections that the rules accept may come back at once, including the host's own use of a publication; what is withdrawn must not.
        [ "$1" != gone ] && break
        die "connections of withdrawn permissions do not end: $(head -n 1 "$work/end")"
      fi
      if ! conntrack -R "$work/end" >/dev/null 2>&1; then
        while read -r tuple; do
          # shellcheck disable=SC2086 # words made of checked addresses and numbers
          conntrack $tuple >/dev/null 2>&1 || :
        done <"$work/end"
      fi
    done
  done
}
`,
  'firewall/fault.awk': `# Reads digests as sha256sum prints them, and prints a sentence about the first of the files \`names\` that differs from the file \`sums\`.

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
`,
  'firewall/frames.sh': `# Frames below IP. br_netfilter passes a frame to the IP rules if it is IP, or IP behind one tag; a container that creates raw frames (NET_RAW)
# bypasses the rules with any other frame: with two tags, for example, which the neighbour's kernel removes one by one. So a table of the bridges
# accepts only IPv4, IPv6 and ARP.
#
# Frames to the reserved addresses of bridges do not reach that hook: the kernel processes them as if they had arrived on the port of the container,
# and rules that name a bridge do not match. No host sends IP to those addresses, so a second table drops it by the address.
#
# Kernels without nft_meta_bridge cannot match the bridge of a frame. There the table applies to every veth except the ports of other bridges, which
# are listed: a new port of another bridge is closed to tagged frames until the watch has seen it, a new port of a Bulkhead bridge is never open.

# Behind unmanaged bridges are containers, too, and with NET_RAW they write any source: that of the peer of a request, or one that a publication
# permits. So a packet to a Bulkhead bridge from another bridge must have a source that the host would answer over that bridge, even if it is the
# uplink. Old and small kernels cannot match this; there only the guard's rule for bridges with Docker's names applies.

# $1 matches a frame of Bulkhead's bridges, $2 closes them to such sources.
frame_rules() {
  cat <<END
table bridge bulkhead
delete table bridge bulkhead
table bridge bulkhead {
set others { type ifname; }
chain kinds {
type filter hook prerouting priority -310;
$1 ether type != { ip, arp, ip6 } drop
}
}
table inet bulkhead
delete table inet bulkhead
table inet bulkhead {
chain reserved {
type filter hook prerouting priority -310;
ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop
}
chain far {
type filter hook forward priority -310;
\${2-}
}
}
END
}

# The requested table, and what the kernel has of it; ports come and go.
list_frames() {
  {
    frame_rules "$1"
    for table in bridge inet; do nft -nn list table $table bulkhead 2>/dev/null || :; done | awk '/^\\tset/ { skip = 1 } !skip; /^\\t}/ { skip = 0 }'
  } >"$work/frames"
}

frames_hold() {
  form=$(sed -n '/ ether type/{s/ ether type.*//p;q;}' "$private/frames")
  list_frames "$form"
  cmp -s "$work/frames" "$private/frames"
}

# Sets frames_fault where the table cannot be had.
load_frames() {
  frames_fault=
  if [ ! -s "$private/frames" ] || ! frames_hold; then
    rm -f "$private/frames"
    frames_fault='nft is missing (Debian package nftables)'
    for form in "meta ibrname \\"$prefix*\\"" 'meta iifkind "veth" iifname != @others'; do
      command -v nft >/dev/null 2>&1 || break
      frames_fault=
      far="meta iifkind \\"bridge\\" iifname != \\"$prefix*\\" oifname \\"$prefix*\\" fib saddr . iif oif 0 drop"
      if frame_rules "$form" "$far" | nft -f - 2>"$work/err" || frame_rules "$form" | nft -f - 2>"$work/err"; then
        list_frames "$form"
        # Twice two: the requested tables, and those that were read back, which may have one more.
        [ "$(grep -c 'drop$' "$work/frames")" -ge 4 ] || die 'read back, the tables of frames are not what was loaded'
        mv "$work/frames" "$private/frames"
        changed=yes
        break
      fi
      frames_fault="nft refuses the tables of frames: $(first_error)"
    done
  fi
  others=
  other_ports
  [ -z "$frames_fault" ] || [ -z "$raw" ] ||
    die "$frames_fault; a declared container has NET_RAW or NET_ADMIN: remove it, or use another kernel"
}

other_ports() {
  grep -qs '^meta iifkind' "$private/frames" || return 0
  names=
  for port in /sys/class/net/*/brif/*; do
    case $port in
      "/sys/class/net/$prefix"* | *[!A-Za-z0-9/_.-]*) ;;
      *) names="$names\\"\${port##*/}\\"," ;;
    esac
  done
  [ "$names" != "$others" ] || return 0
  printf 'flush set bridge bulkhead others\\n%s' "\${names:+add element bridge bulkhead others { $names \\}}" | nft -f - 2>/dev/null || :
  others=$names
}

remove_frames() {
  for table in bridge inet; do nft delete table $table bulkhead 2>/dev/null || :; done
}
`,
  'firewall/iptables/cleaning.sh': `# Taking away what the last rules left, or all.

# Written before anything is created, so that the record covers everything that an interrupted run leaves.
remember() {
  cat "$etc/chains" "$private/chains" 2>/dev/null | awk '{ print $1, $2, $3, $4 }' | sort -u >"$work/chains"
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; cat "$private/sets" 2>/dev/null || :; } | sort -u >"$work/names"
  mv "$work/chains" "$private/chains"
  mv "$work/names" "$private/sets"
}

# Bulkhead's chains and sets that $1 (a file like chains) and $2 (set names) no longer list.
drop_old() {
  awk 'FNR == NR && FILENAME == wanted { mine[$1, $2, $3] = 1; next } !(($1, $2, $3) in mine)' wanted="$1" "$1" "$private/chains" >"$work/old"
  while read -r old_family table chain _; do
    case " $families " in *" \${old_family#v} "*) ;; *) continue ;; esac
    use_family "\${old_family#v}"
    "$tool" -w "$wait" -t "$table" -S "$chain" >/dev/null 2>&1 || continue
    for action in -F -X; do
      "$tool" -w "$wait" -t "$table" "$action" "$chain" 2>"$work/err" || die "$tool cannot remove chain $chain: $(first_error)"
    done
    changed=yes
  done <"$work/old"
  : >"$work/kept"
  while read -r name; do
    if ! grep -qxF -e "$name" "$2"; then
      ipset list -n "$name" >/dev/null 2>&1 || continue
      if ipset destroy "$name" 2>/dev/null; then
        changed=yes
        continue
      fi
    fi
    echo "$name" >>"$work/kept"
  done <"$private/sets"
  mv "$work/kept" "$private/sets"
  awk '{ print $1, $2, $3, $4 }' "$1" | sort -u >"$private/chains"
}

drop_withdrawn() {
  { set_names "$etc/sets.v4"; set_names "$etc/sets.v6"; } >"$work/names"
  drop_old "$etc/chains" "$work/names"
}

# Everything that belongs to Bulkhead, in the other iptables too.
drop_rules() {
  if [ -e "$etc/chains" ]; then remember; else touch "$private/chains" "$private/sets"; fi
  for entry in $families; do
    use_family "$entry"
    set_jumps /dev/null
    ! other_rules || clear_other
  done
  drop_old /dev/null /dev/null
  [ ! -s "$private/sets" ] || die "sets are still in use by rules that Bulkhead does not manage: $(tr '\\n' ' ' <"$private/sets")"
}

# Hooks that Bulkhead created, if no rule uses them.
drop_hooks() {
  while read -r made table chain; do
    use_family "\${made#v}"
    [ "$("$tool" -w "$wait" -t "$table" -S "$chain" 2>/dev/null)" = "-N $chain" ] || continue
    # With an engine here, the chain and the jump to it are Docker's.
    "$tool" -w "$wait" -t "$table" -S DOCKER >/dev/null 2>&1 && continue
    while "$tool" -w "$wait" -t "$table" -D FORWARD -j "$chain" 2>/dev/null; do :; done
    "$tool" -w "$wait" -t "$table" -X "$chain" 2>/dev/null || :
  done <<END
$(cat "$private/made" 2>/dev/null)
END
}
`,
  'firewall/iptables/clear-other.awk': `# Reads the iptables-save of the other backend, and prints restore input that removes the chains of Bulkhead there, and DOCKER-USER if no engine has
# it.

/^[*]/ { t = $0 }
/^:DOCKER / { docker = 1 }
/^:(BULKHEAD|DOCKER-USER)/ { n = substr($1, 2); if (n == "DOCKER-USER") user = t; else { clear[t] = clear[t] "-F " n "\\n"; drop[t] = drop[t] "-X " n "\\n" } }
/^-A/ && $NF ~ /^BULKHEAD/ { sub(/^-A/, "-D"); jump[t] = jump[t] $0 "\\n"; next }
/^-A FORWARD -j DOCKER-USER$/ { hook = "-D FORWARD -j DOCKER-USER\\n"; next }
/^-A DOCKER-USER/ { kept = 1 }
END {
  if (user != "" && !docker && !kept) { jump[user] = jump[user] hook; drop[user] = drop[user] "-X DOCKER-USER\\n" }
  for (t in drop) printf "%s\\n%s%s%sCOMMIT\\n", t, jump[t], clear[t], drop[t]
}
`,
  'firewall/iptables/guard.sh': `# The part of the program that knows iptables: rules and sets, how they are written, read back and removed. The rest calls only these functions:
# has_ipv6, use_family, remember, make_hooks, missing_hooks, apply_family, read_back, stands, guard_size, other_faults, drop_withdrawn, clear_others,
# drop_rules, drop_hooks, check_backend, rule_events, first_error.

. firewall/iptables/listing.sh

. firewall/iptables/writing.sh

. firewall/iptables/cleaning.sh

. firewall/iptables/others.sh
`,
  'firewall/iptables/listing.sh': `# Reads the live tables. \`chains\` has one line for each Bulkhead chain: family, table, chain, hook, number of rules, digest. The program compares the
# kernel's own listing, never the text that Bulkhead wrote: the kernel prints it in another spelling.

use_family() {
  family=$1
  case $1 in
    4) tool=iptables ct=ipv4 ;;
    6) tool=ip6tables ct=ipv6 ;;
  esac
}

has_ipv6() { ip6tables -w "$wait" -t mangle -S >/dev/null 2>&1; }

# iptables warns of labels of connections without names; Bulkhead's labels have none.
first_error() { grep -v '^Warning: cannot open .*connlabel' "$work/err" | grep -m 1 . || echo 'no reason given'; }

list_rules() {
  : >"$work/save"
  # shellcheck disable=SC2013 # single words
  for table in $(cat "$etc/chains" "$private/chains" 2>/dev/null | awk -v f="v$family" '$1 == f && !seen[$2]++ { print $2 }'); do
    "$tool-save" -t "$table" >>"$work/save" 2>"$work/err" || die "$tool-save failed for table $table: $(first_error)"
  done
}

# Checks $work/save for Bulkhead's chains, which file $2 lists. Prints, depending on $1:
# faults: one line for each fault of chains and jumps
# live: Bulkhead's rules as the kernel has them
# edits: restore input that leaves one jump, first in its hook, to every Bulkhead chain, and none to those of $private/chains that are no longer used;
#   one transaction removes old jumps and adds the new one, so there is no moment without it
compare_chains() {
  touch "$private/chains"
  awk -v f="v$family" -v mode="$1" -f firewall/iptables/tables.awk file=wanted "$2" file=known "$private/chains" file=save "$work/save"
}

set_names() { awk '$1 == "create" { print $2 }' "$1"; }

# The content of a set with a timeout, which rules fill, changes all the time.
one_set() { ipset save "$1" 2>/dev/null | awk '$1 == "create" { print $1, $2, $3; filled = / timeout / } $1 == "add" && !filled' | sort; }

# Bulkhead's chains and sets as the kernel has them now, after the digests of the files that they were made from.
read_rules() {
  list_rules
  {
    grep -e "/chains$" -e "/rules.v$family$" -e "/sets.v$family$" "$etc/sums"
    compare_chains live "$etc/chains"
    for name in $(set_names "$etc/sets.v$family"); do one_set "$name"; done
  } >"$work/live"
}

read_back() {
  read_rules
  compare_chains faults "$etc/chains" >"$work/faults"
}

guard_size() { awk '{ n += $5 } END { print n " rules in " NR " chains" }' "$etc/chains"; }

# Whether the current listing is the one after the last apply.
stands() { [ ! -s "$work/faults" ] && cmp -s "$work/live" "$private/live.v$family"; }

# One event for any number of changes: Docker changes hundreds of rules when it starts, none of them in these places.
rule_events() {
  while read -r line; do
    case $line in
      *' mangle'* | *' raw'* | *BULKHEAD* | *DOCKER-USER* | *' bulkhead'*)
        [ -e "$private/dirty" ] || { : >"$private/dirty" && echo rules; }
        ;;
    esac
  done
}
`,
  'firewall/iptables/others.sh': `# Hosts have two kinds of tables, and two programs called iptables: neither shows or removes what the other one wrote.

# Chains of Bulkhead or Docker in the other iptables, to $work/other. Exit 1 if it has none.
other_rules() {
  case $("$tool" -V) in
    *legacy*) other=$tool-nft ;;
    *)
      other=$tool-legacy
      # Asked for nothing, it would load its modules.
      grep -qs . "/proc/net/\${tool%tables}_tables_names" || return 1
      ;;
  esac
  command -v "$other-save" >/dev/null 2>&1 || return 1
  "$other-save" >"$work/other" 2>/dev/null || :
  grep -Eq '^:(BULKHEAD|DOCKER)' "$work/other"
}

# One line where the other iptables has any.
other_faults() {
  ! other_rules || echo "$ct: $other has rules of Bulkhead or Docker beside those of $tool"
}

# Removes Bulkhead's rules there, and DOCKER-USER if no engine has it.
clear_other() {
  awk -f firewall/iptables/clear-other.awk "$work/other" >"$work/clear"
  "$other-restore" -w "$wait" --noflush <"$work/clear" >/dev/null 2>"$work/err" || die "$other-restore cannot remove our rules: $(first_error)"
}

# After the guard is in the tables in use. The administrator must remove Docker's own rules from the others.
clear_others() {
  for entry in $families; do
    use_family "$entry"
    other_rules || continue
    clear_other
    changed=yes
    ! grep -q '^:DOCKER ' "$work/other" ||
      die "Docker's rules in $other keep declared flows closed: reboot, or update-alternatives --set $tool $(command -v "$other")"
  done
}

# If the engine's rules are in nftables tables, Bulkhead's rules in DOCKER-USER have no effect. Sets engine_fault.
check_backend() {
  found=
  if tr -d '[:space:]' 2>/dev/null <@daemonJson@ | grep -q '"firewall-backend":"nftables"'; then
    found=@daemonJson@
  # If a flag configured it, its tables show it. The tables of a stopped engine are what its last start left.
  elif pid=$(cat /run/docker.pid 2>/dev/null) && [ -d "/proc/$pid" ] && nft list table ip docker-bridges >/dev/null 2>&1; then
    found='table docker-bridges'
  fi
  [ -z "$found" ] || [ -n "$engine_fault" ] ||
    engine_fault="the engine filters with nftables ($found): set its firewall-backend to iptables and restart docker"
}
`,
  'firewall/iptables/tables.awk': `# What \`tables\` of listing.sh prints. Files: \`wanted\` and \`known\` have a line for each chain (family, table, chain, hook, number of rules, digest),
# \`save\` is the output of iptables-save. f is the family, v4 or v6; mode is faults, live or edits.

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
  if (k in mine) text[k] = text[k] t " " $0 "\\n"
}
END {
  for (i = 1; i <= n; i++) {
    k = table[i] SUBSEP chain[i]; h = table[i] SUBSEP hook[i]; jump = "-A " hook[i] " -j " chain[i]
    jumps = seen[h, jump] + 0
    right = kept[i] && jumps == 1 && first[h] == jump
    if (mode == "live") printf "%s%s", ((k in here) ? table[i] " " chain[i] "\\n" : ""), text[k]
    else if (mode == "edits" && !right) {
      while (jumps--) edit[table[i]] = edit[table[i]] "-D " hook[i] " -j " chain[i] "\\n"
      if (kept[i]) edit[table[i]] = edit[table[i]] "-I " hook[i] " 1 -j " chain[i] "\\n"
    } else if (mode == "faults" && kept[i]) {
      name = (f == "v4" ? "IPv4 " : "IPv6 ") table[i] " " chain[i]
      if (!(k in here)) print name ": the chain is missing"
      else if (count[k] + 0 != rules[i]) print name ": " count[k] + 0 " rules, not " rules[i]
      else if (rules[i] > 0 && index(last[k], digest[i]) == 0) print name ": the last rule does not carry digest " digest[i]
      if (!right) print name ": " jumps " jumps from " hook[i] ", not one in first place"
    }
  }
  for (a in edit) printf "*%s\\n%sCOMMIT\\n", a, edit[a]
}
`,
  'firewall/iptables/writing.sh': `# Writing sets, rules and jumps, and reading them back.

# A set keeps its name as long as its content: a changed one is emptied and filled again (closed for that moment).
restore_sets() {
  [ -s "$etc/sets.v$family" ] || return 0
  {
    for name in $(set_names "$etc/sets.v$family"); do
      one_set "$name" >"$work/set"
      [ -s "$work/set" ] || continue
      awk -v n="$name" '($1 == "create" || $1 == "add") && $2 == n' "$private/live.v$family" 2>/dev/null >"$work/known" || :
      cmp -s "$work/set" "$work/known" || echo "flush $name"
    done
    cat "$etc/sets.v$family"
  } >"$work/sets"
  ipset -exist restore <"$work/sets" 2>"$work/err" || die "ipset refused sets.v$family: $(first_error)"
}

# Hooks that are not the kernel's own (DOCKER-USER), by table and name.
hooks() { awk -v f="v$family" '$1 == f && $4 !~ /^(PREROUTING|INPUT|FORWARD|OUTPUT)$/ && !seen[$2, $4]++ { print $2, $4 }' "$etc/chains"; }

is_hooked() { "$tool" -w "$wait" -t "$1" -C FORWARD -j "$2" 2>/dev/null; }

# They exist before Docker's first start, and a restore file would empty them. Docker moves the jump to the top when it starts, but engines up to 26
# omit it beside running containers: after a flush, everything declared would stay closed.
make_hooks() {
  hooks >"$work/hooks"
  while read -r table chain; do
    if ! "$tool" -w "$wait" -t "$table" -S "$chain" >/dev/null 2>&1; then
      echo "v$family $table $chain" >>"$private/made"
      "$tool" -w "$wait" -t "$table" -N "$chain" 2>"$work/err" || die "$tool cannot make chain $chain: $(first_error)"
      changed=yes
    fi
    is_hooked "$table" "$chain" && continue
    "$tool" -w "$wait" -t "$table" -I FORWARD -j "$chain" 2>"$work/err" || die "$tool cannot jump to $chain: $(first_error)"
    changed=yes
  done <"$work/hooks"
}

missing_hooks() {
  hooks | while read -r table chain; do
    is_hooked "$table" "$chain" || echo "$ct: no jump from FORWARD to $chain"
  done
}

restore_rules() {
  "$tool-restore" -w "$wait" --noflush <"$etc/rules.v$family" >/dev/null 2>"$work/err" ||
    die "$tool-restore refused rules.v$family, nothing of the failing table was loaded: $(first_error)"
}

set_jumps() {
  attempt=0
  while :; do
    list_rules
    compare_chains edits "$1" >"$work/jumps"
    [ -s "$work/jumps" ] || return 0
    changed=yes
    # Another program may move a jump between listing and writing: then the transaction fails as a whole, and is tried again.
    attempt=$((attempt + 1))
    [ "$attempt" -le 5 ] || die "the jumps ($ct) do not stay where they are put: $(first_error)"
    "$tool-restore" -w "$wait" --noflush <"$work/jumps" >/dev/null 2>"$work/err" || :
  done
}

apply_family() {
  use_family "$1"
  make_hooks
  read_back
  stands || : >"$private/unguarded"
  if ! cmp -s "$work/live" "$private/live.v$family"; then
    restore_sets
    restore_rules
    changed=yes
  fi
  set_jumps "$etc/chains"
  read_back
  [ ! -s "$work/faults" ] || die "read back, the rules are not what was loaded: $(head -n 1 "$work/faults")"
  for name in $(set_names "$etc/sets.v$family"); do
    grep -q "^create $name " "$work/live" || die "read back, set $name is missing"
  done
  cmp -s "$work/live" "$private/live.v$family" || mv "$work/live" "$private/live.v$family"
}
`,
  'firewall/kernel.sh': `# Modules, sysctls and the switches of single bridges. The program reads everything first, and writes only what differs.

pick_families() {
  families='4 6'
  if [ ! -e /proc/net/if_inet6 ] && ! has_ipv6; then families=4; fi
}

load_modules() {
  [ -d /proc/sys/net/bridge ] && [ -e "$private/live.v4" ] && return 0
  if command -v modprobe >/dev/null 2>&1; then
    while read -r module; do
      case $module in
        '' | '#'*) ;;
        # A built-in module cannot always be loaded by name: what matters is that the rules load.
        *) modprobe -q -- "$module" 2>/dev/null || : ;;
      esac
    done <@modules@
  fi
  [ -d /proc/sys/net/bridge ] || die 'the kernel module br_netfilter cannot be loaded'
}

# mode "set" writes what differs, mode "show" prints a line for it.
sysctls() {
  mode=$1
  while read -r key _ value; do
    [ -n "$key" ] || continue
    now=
    { read -r now <"/proc/sys/$key"; } 2>/dev/null || :
    # shellcheck disable=SC2086 # the kernel separates numbers by tabs: split, and join by one space
    set -- $now
    [ "$*" != "$value" ] || continue
    case $key:$families in net/ipv6/*:4 | *ip6tables:4) continue ;; esac
    if [ "$mode" = show ]; then
      echo "sysctl $key is '$*', not '$value'"
    else
      { printf '%s\\n' "$value" >"/proc/sys/$key"; } 2>/dev/null || die "sysctl $key cannot be set to '$value'"
      changed=yes
    fi
  done <@sysctl@
}

# The switch of every Bulkhead bridge: other programs may change the global one. And no bridge has a master, such as a VRF: behind one, packets arrive
# on the master, where the entrance of the guard drops them, so declared flows do not work.
switches() {
  for knob in /sys/class/net/"$prefix"*/bridge/nf_call_ip* /sys/class/net/"$prefix"*/master; do
    now=
    { read -r now <"$knob"; } 2>/dev/null || [ -e "$knob" ] || continue
    [ "$now" != 1 ] || continue
    if [ "$1" = show ]; then
      echo "wrong: $knob"
    elif [ -d "$knob" ]; then
      ip link set "$(basename "\${knob%/*}")" nomaster
      changed=yes
    else
      # A bridge may be gone again by now.
      { echo 1 >"$knob"; } 2>/dev/null || [ ! -e "$knob" ] || die "$knob cannot be set"
      changed=yes
    fi
  done
}
`,
  'firewall/links.sh': `# Bulkhead's interfaces on LAN segments of the host: sub-interfaces of VLANs, and shims. \`network\` has a line for each: \`vlan NAME OF ID\`, and
# \`macvlan\` or \`ipvlan\`, \`NAME PARENT ADDRESS ROUTE…\`, for a shim. They are created after the guard: a shim never exists without it. A missing parent
# is reported and is not fatal: it closes nothing that must be closed.

# Sets fault to the reason if a link is not correct.
link_fault() {
  fault=
  case $kind in
    vlan) [ -e "/sys/class/net/$name" ] || fault="interface $name is missing" ;;
    *)
      case $(ip -o -d link show dev "$name" 2>/dev/null) in
        *" $name@$parent: "*" $kind "*) ;;
        *) fault="shim $name on $parent is missing" && return 0 ;;
      esac
      [ "$(ip -4 -o addr show dev "$name" | awk '{ print $4 }')" = "$third/32" ] || fault="shim $name has not the one address $third"
      routes=$(ip -4 route show dev "$name" | awk '{ print index($1, "/") ? $1 : $1 "/32" }' | sort | tr '\\n' ' ')
      # shellcheck disable=SC2086 # words made of checked blocks
      [ "$routes" = "$(printf '%s\\n' $rest | sort | tr '\\n' ' ')" ] || fault="the routes over shim $name are not those to $rest"
      ;;
  esac
}

make_link() {
  # The programs that manage interfaces here must have read that these do not belong to them before one appears.
  [ ! -d /run/systemd/netif ] || networkctl reload >/dev/null 2>&1 || :
  case $kind in
    macvlan) mode=bridge ;;
    ipvlan) mode=l2 ;;
  esac
  case $kind in
    vlan) ip link add link "$parent" name "$name" type vlan id "$third" ;;
    *)
      ip link del dev "$name" 2>/dev/null || :
      ip link add link "$parent" name "$name" type "$kind" mode "$mode"
      ;;
  esac || return 1
  # Nothing on the LAN segment may give the host addresses or routes there.
  { echo 1 >"/proc/sys/net/ipv6/conf/$name/disable_ipv6"; } 2>/dev/null || [ ! -e /proc/sys/net/ipv6 ] || return 1
  [ "$kind" = vlan ] || ip addr add "$third/32" dev "$name" || return 1
  ip link set dev "$name" up || return 1
  for route in $rest; do ip route replace "$route" dev "$name" src "$third" || return 1; done
}

# mode "set" creates what is missing of file $2 and removes shims that it does not list, mode "show" prints a line for each.
links() {
  wanted=' '
  while read -r kind name parent third rest; do
    case $kind in vlan | macvlan | ipvlan) ;; *) continue ;; esac
    wanted="$wanted$name "
    link_fault
    [ -n "$fault" ] || continue
    if [ "$1" = show ]; then
      echo "$fault"
    elif make_link 2>"$work/err"; then
      changed=yes
    else
      [ -n "$quiet" ] || say "$fault, and cannot be made: $(head -n 1 "$work/err")"
    fi
  done <"$2"
  fault=
  for path in /sys/class/net/"$prefix"*; do
    name=\${path##*/}
    case $wanted in *" $name "*) continue ;; esac
    ip -o -d link show dev "$name" 2>/dev/null | grep -Eq ' (macvlan|ipvlan) ' || continue
    if [ "$1" = show ]; then
      echo "shim $name is not wanted any more"
    else
      ip link del dev "$name" && changed=yes
    fi
  done
}
`,
  'firewall/no-links.sh': `# Replaces links.sh if Bulkhead creates no interface on a LAN segment of the host. Few hosts have one, and the size counts.

links() { :; }
`,
  'firewall/no-rejoin.sh': `# Replaces rejoin.sh if no container shares the network of another one. Few hosts have one, and the size counts.

`,
  'firewall/rejoin.sh': `# A container in the network of another one keeps the network that the other had when it started: after a restart of the other it has none. The engine
# starts both in any order, and does not try a second time if the other was not running yet. So the watch starts the container again, once the other
# runs; a container that a user stopped has no such error. A part of revive.

  # A request to its socket would start an engine that was stopped.
  kill -0 "$(cat /run/docker.pid)" || return 0
  exec 6>"$private/rejoin.lock"
  # A container that stops slowly takes longer than the watch waits.
  flock -n 6 || return 0
  sed -n 's/^shares //p' "$etc/network" | while read -r name other; do
    facts=$(docker inspect -f '{{.State.Pid}} {{.Id}} {{.HostConfig.NetworkMode}} {{printf "%q" .State.Error}}' "$name" "$other") || continue
    {
      IFS=' ' read -r pid _ mode error
      IFS=' ' read -r other_pid id _
    } <<END
$facts
END
    # The other one does not run, or Terraform is going to replace this one.
    if [ "$other_pid" = 0 ] || [ "$mode" != "container:$id" ]; then continue; fi
    if [ "$pid" = 0 ]; then
      case $error in *'cannot join network'*) docker start "$name" ;; esac
    elif [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink "/proc/$other_pid/ns/net")" ]; then
      docker restart "$name"
    fi
  done
`,
  'firewall/remove.sh': `# The command remove: takes away everything but the files.

remove() {
  if [ -d /run/systemd/system ]; then
    systemctl stop bulkhead-watch.service bulkhead-check.timer 2>/dev/null || :
  fi
  begin
  unfinished=yes
  rm -rf "$run"/stamp-*
  pick_families
  remove_frames
  prefix=$(sed -n 's/^prefix //p' "$etc/network" 2>/dev/null || :)
  [ -z "$prefix" ] || links set /dev/null
  drop_rules
  drop_hooks
  rm -rf "$run"
  work=
  unfinished=
  say 'removed; sysctls keep their values until the next boot'
}
`,
  'firewall/revive.sh': `# The engine does not try a second time to start a container that ended while the stamp was missing. So when the stamp is back, this starts the
# containers whose last start failed because it was missing, and no others: a container that a user stopped has no such error. Runs beside the watch,
# which must not wait for an engine.

revive() {
  # A request to its socket would start an engine that was stopped.
  if kill -0 "$(cat /run/docker.pid)" && rm "$private/stamped"; then
    # The engine records a failed start a moment later.
    sleep 2
    docker ps -aqf status=exited | xargs -r docker inspect -f '{{.Id}}{{printf "%q" .State.Error}}' | grep "$stamp" | cut -c1-64 | xargs -r docker start
  fi
. firewall/rejoin.sh
}
`,
  'firewall/settings.sh': `# What is read first; damaged files are never applied.

# Sets fault to a sentence about the first file that differs from the installed one.
find_fault() {
  set -- @sysctl@ @modules@
  for name in rules.v4 rules.v6 sets.v4 sets.v6 chains permits network daemon-id engine; do set -- "$@" "$etc/$name"; done
  fault=$(sha256sum "$@" 2>/dev/null | awk -v sums="$etc/sums" -v names="$*" -f firewall/fault.awk)
  for name in rules.v4 rules.v6; do
    [ -n "$fault" ] || grep -qsx COMMIT "$etc/$name" || fault="$etc/$name is empty or has no COMMIT"
  done
}

read_settings() {
  find_fault
  [ -z "$fault" ] || die "$fault; install the host files again"
  { read -r daemon_id && { read -r daemon_path || :; }; } <"$etc/daemon-id"
  stamp=$run/stamp-$daemon_id
  while read -r word value; do
    case $word in
      prefix) prefix=$value ;;
      minimum) engine_minimum=$value ;;
      below) engine_below=$value ;;
      raw) raw=yes ;;
    esac
  done <<END
$(cat "$etc/network" "$etc/engine")
END
}

# Reads the settings and creates a work folder, under the lock. From here on, the stamp is removed if there is no answer.
begin() {
  unfinished=look
  need_tools
  enter
  [ "$command" != apply ] || hold_stamp
  rm -rf "$private"/work.*
  work=$(mktemp -d "$private/work.XXXXXX")
}

leave() {
  rc=$?
  trap - EXIT
  [ -z "$work" ] || rm -rf "$work"
  case $unfinished:$rc in
    :*) ;;
    # If it is ended before it found anything, it has no reason to remove the stamp.
    look:143) put_back ;;
    *)
      [ "$rc" = 2 ] || echo "bulkhead: $command stopped half way (exit $rc)" >&2
      rm -rf "$run"/stamp-* 2>/dev/null || :
      [ "$rc" != 0 ] || rc=2
      ;;
  esac
  exit "$rc"
}
`,
  'firewall/setup.sh': `# The command setup: makes the applied guard permanent.

# Makes the applied guard permanent. With --start-docker it also starts the engine.
setup() {
  command=apply
  apply
  if [ ! -d /run/systemd/system ]; then
    say "no systemd here: run '$0 apply' at every boot before dockerd starts, and keep '$0 watch' running"
    say 'restart dockerd when daemon.json has changed'
    return 0
  fi
  acted=
  systemctl daemon-reload
  for unit in bulkhead-firewall.service bulkhead-watch.service bulkhead-check.timer; do
    systemctl -q is-enabled "$unit" 2>/dev/null && systemctl -q is-active "$unit" && continue
    systemctl -q enable --now "$unit"
    acted=yes
    say "enabled $unit"
  done
  if [ -e "$private/watch.started" ] && [ -n "$(find @script@ @watchUnit@ -newer "$private/watch.started")" ]; then
    systemctl restart bulkhead-watch.service
    acted=yes
    say 'restarted bulkhead-watch.service: it has changed'
  fi
  if ! systemctl cat docker.service >/dev/null 2>&1; then
    [ "$1" != --start-docker ] || die 'the engine is not installed: no docker.service'
  elif systemctl -q is-active docker.service; then
    if [ ! -e /run/docker.pid ] || [ -n "$(find @daemonJson@ -newer /run/docker.pid)" ]; then
      say "docker's configuration has changed since it started: restarting docker"
      systemctl restart docker.service
      acted=yes
    fi
  elif [ "$1" = --start-docker ]; then
    # Attempts before the tools were installed may have used up its start limit.
    systemctl reset-failed docker.service 2>/dev/null || :
    say 'starting docker'
    systemctl -q enable docker.service
    systemctl start docker.service
    acted=yes
  fi
  [ -n "$acted" ] || say 'units and docker: nothing changed'
}
`,
  'firewall/watch.sh': `# Sets the switches of new bridges at once. The watch sees changes of rules at once if nf_tables reports them, and checks everything every ten
# seconds; with iptables-legacy only the latter. It never restarts Docker for a repair.

watch() {
  need_tools
  own_folder 755 "$run"
  own_folder 700 "$private"
  exec 7>"$private/watch.lock"
  flock -n 7 || die 'another watch is running'
  read_settings
  rm -f "$private/events" "$private/rules" "$private/dirty"
  mkfifo "$private/events" "$private/rules"
  exec 8<>"$private/events"
  ip monitor link >&8 7>&- 2>/dev/null &
  monitor=$!
  nft monitor >"$private/rules" 7>&- 8>&- 2>/dev/null &
  rules=$!
  rule_events <"$private/rules" >&8 7>&- 2>/dev/null &
  reader=$!
  {
    while kill -0 $$; do
      echo tick
      sleep 10
    done
    # Nothing outlives a watch that was killed.
    kill "$monitor" "$rules" "$reader"
  } >&8 7>&- 2>/dev/null &
  ticker=$!
  # shellcheck disable=SC2064 # the ids of now
  trap "kill $monitor $rules $reader $ticker 2>/dev/null; exit 0" TERM INT HUP
  : >"$private/watch.started"
  told=
  others=
  while read -r event <&8; do
    case $event in
      tick | rules) ;;
      *)
        switches set
        other_ports
        continue
        ;;
    esac
    # After a removal there is nothing left to watch.
    if [ ! -d "$run" ] || [ ! -e "$etc/sums" ]; then break; fi
    kill -0 "$monitor" 2>/dev/null || die 'ip monitor has ended'
    rm -f "$private/dirty"
    if found=$("$0" apply --quiet 2>&1); then
      [ -z "$found" ] || printf '%s\\n' "$found" >&2
      told=
      revive 7>&- 8>&- 2>/dev/null &
    else
      # Whatever ended it.
      rm -rf "$run"/stamp-*
      [ "$found" = "$told" ] || printf '%s\\n' "$found" >&2
      told=$found
    fi
  done
  kill "$monitor" "$rules" "$reader" "$ticker" 2>/dev/null || :
}
`,
  'install.sh': `#!/bin/sh
# Bulkhead: installs the guard of this host's Docker networks. Running it again changes nothing.
# Options: --check says what would change (exit 1 when something would), --remove takes everything away but stored secrets, and leaves Docker alone.
. common/prelude.sh

. common/lock.sh

. common/tools.sh

. common/engine.sh

# Reads a body in base64 and makes it file $1 with mode $2, by renaming: a file is either the old one or the whole new one.
put() {
  base64 -d >"$work/body"
  if [ -f "$1" ] && cmp -s "$work/body" "$1" && [ "$(stat -c '%a %u:%g' "$1")" = "$2 0:0" ]; then return 0; fi
  changes=yes
  if [ "$option" = --check ]; then
    say "would write $1"
    return 0
  fi
  mkdir -p "\${1%/*}"
  if [ "$1" = @daemonJson@ ] && [ -f "$1" ] && [ -n "$first" ] && [ ! -e "$1.before-bulkhead" ]; then
    cp -p "$1" "$1.before-bulkhead"
    say "the former $1 is kept as $1.before-bulkhead"
  fi
  temp=$(mktemp "\${1%/*}/.bulkhead.XXXXXX")
  cat "$work/body" >"$temp"
  chown 0:0 "$temp"
  chmod "$2" "$temp"
  sync "$temp" 2>/dev/null || :
  mv -f "$temp" "$1"
  temp=
  say "wrote $1"
}

. generated/engine.sh

. generated/files.sh

verify() {
  need_tools
  check_engine
  [ -z "$engine_fault" ] || die "nothing was changed: $engine_fault"
}

install() {
  verify
  [ -e "$etc/sums" ] || first=yes
  # The watch must not read half of the new files.
  enter
  all_files
  exec 9>&-
  [ -n "$changes" ] || say 'files: nothing changed'
  # Before an engine that the setup restarts.
  if [ -n "$secrets" ]; then @secretScript@ apply; else no_secrets; fi
  unplaced=
  if [ -n "$config" ]; then @configScript@ apply || unplaced=yes; else no_config; fi
  @script@ setup
  [ ! -x @swarmScript@ ] || @swarmScript@ start
  unmade=
  [ ! -x @directoriesScript@ ] || @directoriesScript@ || unmade=yes
  if [ -e @auditRules@ ]; then
    if command -v auditctl >/dev/null 2>&1; then @loadAudit@ || say 'the kernel takes no audit rules'; else say 'auditd is not installed: no audit rules for the engine'; fi
  fi
  [ -z "$unmade$unplaced" ] || die 'all else is installed'
}

# What the program had once.
no_secrets() {
  [ -x @secretScript@ ] || return 0
  @secretScript@ clear
  rm -f @secretPlan@ @secretScript@
}

# Files that a container still mounts stay until the next run.
no_config() {
  [ -x @configScript@ ] || return 0
  : >@configPlan@
  @configScript@ apply
  [ -z "$(ls @configFolder@)" ] || return 0
  rm -rf @configFolder@ @configPlan@ @configBodies@ @configScript@
}

check() {
  verify
  all_files
  if [ -x @script@ ] && ! @script@ check; then changes=yes; fi
  if [ -x @directoriesScript@ ] && ! @directoriesScript@ --check; then changes=yes; fi
  if [ -n "$config" ] && [ -x @configScript@ ] && ! @configScript@ --check; then changes=yes; fi
  [ -z "$changes" ] || exit 1
  say 'nothing would change'
}

remove() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  if [ -d /run/systemd/system ]; then
    for unit in bulkhead-watch.service bulkhead-check.timer bulkhead-firewall.service; do
      [ ! -e "/etc/systemd/system/$unit" ] || systemctl -q disable --now "$unit" || :
    done
  fi
  [ ! -x @script@ ] || @script@ remove
  [ ! -x @secretScript@ ] || @secretScript@ clear
  for file in @ownFiles@; do
    [ ! -e "$file" ] || { rm -f "$file" && say "removed $file"; }
  done
  rm -rf "$etc" @configFolder@
  rmdir @dropInFolder@ 2>/dev/null || :
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  say '@daemonJson@ stays: it is Docker'"'"'s configuration'
}

option=\${1:-}
changes=
first=
temp=
work=$(mktemp -d)
leave() {
  rc=$?
  rm -rf "$work"
  [ -z "$temp" ] || rm -f "$temp"
  exit "$rc"
}
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $option in
  '') install ;;
  --check) check ;;
  --remove) remove ;;
  *) die 'usage: sh install.sh [--check | --remove]' ;;
esac
`,
  'secret.sh': `#!/bin/sh
# Bulkhead: keeps the secrets of this host, and shows each container its own. Installed by Bulkhead; changes to this file are lost.
. common/prelude.sh

. common/lock.sh

. secret/places.sh

. secret/store.sh

. secret/show.sh

. common/tell.sh

. common/lists.sh

. secret/tell.sh

. secret/commands.sh

umask 077
entered=
unreadable=
came=
trap leave EXIT
trap 'exit 143' TERM INT HUP
case $#:\${1:-} in
  2:put | 2:rm) check_name "$2" && "$1_secret" "$2" ;;
  1:apply | 1:list | 1:status | 1:clear | 1:erase) "$1"_secrets ;;
  *) die 'usage: bulkhead-secret put NAME <FILE | rm NAME | list | status | apply | clear | erase' ;;
esac
`,
  'secret/commands.sh': `# The commands.

declared_names() { sed -n 's/^secret //p' "$plan" 2>/dev/null || :; }

users_of() { awk -v name="$1" '$1 == "container" { for (i = 6; i <= NF; i++) if ($i == name) printf " %s", $2 }' "$plan"; }

refresh() {
  show_all
  tell_all
  [ -z "$unreadable" ] || die "secrets that cannot be read on this host, put them again:$unreadable"
}

# The value passes only through pipes and files in memory: no variable and no argument of a command ever contains it.
put_secret() {
  [ ! -t 0 ] || die "the value comes by standard input: bulkhead-secret put $1 <FILE, or systemd-ask-password -n | bulkhead-secret put $1"
  enter_secrets
  is_declared "$1" || die "the program declares no secret of this name; it declares: $(declared_names | tr '\\n' ' ')"
  head -c $((limit + 1)) >"$work/value"
  size=$(wc -c <"$work/value")
  [ "$size" -gt 0 ] || die 'nothing was changed: standard input is empty'
  [ "$size" -le "$limit" ] || die "nothing was changed: the value has more than $limit bytes"
  keep "$1"
  case $(form_of "$store/$1") in
    encrypted) say "stored $1, $size bytes, encrypted" ;;
    *) say "stored $1, $size bytes, in a file that only root reads: systemd-creds is not on this host" ;;
  esac
  refresh
}

rm_secret() {
  enter_secrets
  [ -f "$store/$1" ] || die "no secret of this name is stored"
  rm -f "$store/$1"
  sync "$store"
  say "erased $1"
  refresh
}

apply_secrets() {
  enter_secrets
  refresh
}

list_secrets() {
  lock
  for name in $(declared_names); do
    form=$(form_of "$store/$name") || form=
    echo "$name \${form:-missing} for$(users_of "$name")"
  done
  for file in "$store"/*; do
    [ -f "$file" ] || continue
    is_declared "\${file##*/}" || echo "\${file##*/} $(form_of "$file"), and the program does not declare it"
  done
}

# Exit 1 when a container could not start.
status_secrets() {
  list_secrets
  rc=0
  is_memory || { echo "$shown is not in memory: bulkhead-secret apply" && rc=1; }
  [ -e "$plan" ] || return "$rc"
  while read -r word name _; do
    if [ "$word" != container ] || [ -d "$shown/$name" ]; then continue; fi
    echo "$name does not start: it lacks a secret"
    rc=1
  done <"$plan"
  return "$rc"
}

# Removes the shown secrets, from running containers, too.
clear_secrets() {
  lock
  if is_memory; then
    find "$shown" -mindepth 1 -delete
    umount "$shown"
  fi
  rm -rf "$shown"
  kept=$(find "$store" -mindepth 1 -type f | wc -l)
  [ "$kept" = 0 ] || say "no container sees a secret any more; $kept stay in $store; to erase them: rm -rf \${store%/*}"
}

erase_secrets() {
  clear_secrets >/dev/null
  rm -rf "$store"
  rmdir "\${store%/*}" 2>/dev/null || :
  say 'erased every secret of this host'
}
`,
  'secret/places.sh': `# The folders of secrets: the store on disk, and the folder in memory with one folder for each container. $plan lists them: lines \`secret NAME\` and
# \`container NAME UID GID ACTION SECRET...\`.

plan=$etc/secrets
store=@secretStore@
shown=@secretFolder@
work=$shown/.work
limit=@secretLimit@

check_name() {
  case $1 in
    '' | [!A-Za-z0-9]* | *[!A-Za-z0-9_.-]*) die 'a name has letters, digits, _, . and -, and starts with a letter or digit' ;;
  esac
  [ \${#1} -le 64 ] || die 'a name has at most 64 characters'
}

is_declared() { grep -qxF -e "secret $1" "$plan" 2>/dev/null; }

# Not tmpfs, which the kernel may write to swap.
is_memory() { [ "$(stat -f -c %T "$shown" 2>/dev/null)" = ramfs ]; }

make_memory() {
  own_folder 700 "$shown"
  is_memory || mount -t ramfs -o mode=700,nosuid,nodev,noexec bulkhead "$shown" || die "ramfs cannot be mounted at $shown, so no container gets its secrets"
}

# Never removed and created again, as other folders are: its content is nowhere else.
make_store() {
  [ -d "\${store%/*}" ] || mkdir -m 755 "\${store%/*}"
  [ -e "$store" ] || mkdir -m 700 "$store"
  [ "$(stat -c '%u %F' "$store")" = '0 directory' ] || die "$store must be a directory of root: move it to another place"
  chmod 700 "$store"
  find "$store" -type f ! -perm 600 -exec chmod 600 {} +
}

lock() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  make_store
  exec 9<"$store"
  flock -w 60 9 || die "another run has held the lock on $store for a minute"
}

# What a run that was killed left behind goes.
enter_secrets() {
  lock
  make_memory
  entered=yes
  rm -rf "$work" "$store/.new"
  mkdir -p "$work" "$shown/.changed"
}

leave() {
  rc=$?
  [ -z "$entered" ] || rm -rf "$work" "$store/.new"
  exit "$rc"
}
`,
  'secret/show.sh': `# Each container mounts its own folder, never single files: a mounted file stays the same file after a rename. The folder has its name only while all
# its secrets exist, since the engine starts no container whose folder is missing. It stays the same folder, so that a running container sees every
# change in it.

# Makes $work/value the file $1 of user $2, by renaming.
put_file() {
  chown "$2" "$work/value"
  chmod 400 "$work/value"
  mv -fT "$work/value" "$1"
}

# $1 is the container, $2 and $3 its user and group, the rest the names of its secrets.
show() {
  container=$1
  owner=$2:$3
  shift 3
  folder=$shown/$container
  aside=$shown/.aside-$container
  at=$folder
  if [ ! -d "$folder" ]; then
    at=$aside
    [ -d "$aside" ] || mkdir "$aside"
  fi
  missing=
  for secret; do
    if [ ! -f "$store/$secret" ]; then
      rm -f "$at/$secret"
      missing="$missing $secret"
    elif ! value_of "$store/$secret" "$secret" >"$work/value"; then
      # What is there stays.
      unreadable="$unreadable $secret"
      [ -f "$at/$secret" ] || missing="$missing $secret"
    elif ! cmp -s "$work/value" "$at/$secret"; then
      # First, so that a run that is killed here leaves it to the next one.
      if [ "$at" = "$folder" ] || engine_runs; then : >"$shown/.changed/$container"; fi
      put_file "$at/$secret" "$owner"
    fi
  done
  for file in "$at"/*; do
    [ -e "$file" ] || continue
    case " $* " in
      *" \${file##*/} "*) [ "$(stat -c '%a %u:%g' "$file")" = "400 $owner" ] || { chown "$owner" "$file" && chmod 400 "$file"; } ;;
      *) rm -rf "$file" ;;
    esac
  done
  chown "$owner" "$at"
  chmod 500 "$at"
  if [ -n "$missing" ]; then
    [ "$at" = "$aside" ] || mv -T "$folder" "$aside"
    say "the container $container does not start before these secrets are here:$missing"
  elif [ "$at" = "$aside" ]; then
    mv -T "$aside" "$folder"
    came="$came $container"
  fi
}

# Folders of containers that were removed from the program.
forget_others() {
  known=
  if [ -e "$plan" ]; then known=$(awk '$1 == "container" { print $2 }' "$plan") || return 0; fi
  for folder in "$shown"/* "$shown"/.aside-*; do
    [ -d "$folder" ] || continue
    container=\${folder##*/}
    container=\${container#.aside-}
    lists "$known" "$container" || rm -rf "$folder" "$shown/.changed/$container"
  done
}

show_all() {
  came=
  forget_others
  [ -e "$plan" ] || return 0
  while read -r word name uid gid _ secrets <&3; do
    [ "$word" = container ] || continue
    # shellcheck disable=SC2086 # names hold no blanks
    show "$name" "$uid" "$gid" $secrets
  done 3<"$plan"
}
`,
  'secret/store.sh': `# The store: one file for each secret, whose first line says how the rest is stored. A file is the old one or the complete new one, whenever a run
# ends.

# Encrypted with a key of this host, in its TPM where it has one, and bound to the name.
encrypts() { command -v systemd-creds >/dev/null 2>&1; }

form_of() { head -n 1 "$1" 2>/dev/null; }

# Writes the value of secret $2 out of file $1.
value_of() {
  case $(form_of "$1") in
    encrypted) tail -n +2 "$1" | systemd-creds decrypt --name="$2" - - 2>"$work/said" ;;
    plain) tail -n +2 "$1" ;;
    *) return 1 ;;
  esac
}

# Keeps $work/value as secret $1.
keep() {
  new=$store/.new
  if encrypts; then
    { echo encrypted && systemd-creds encrypt --name="$1" - - <"$work/value" 2>"$work/said"; } >"$new" ||
      die "nothing was changed: systemd-creds does not encrypt on this host: $(head -n 1 "$work/said")"
  else
    { echo plain && cat "$work/value"; } >"$new"
  fi
  if ! { value_of "$new" "$1" >"$work/again" && cmp -s "$work/value" "$work/again"; }; then
    die 'nothing was changed: the new file does not read back'
  fi
  chmod 600 "$new"
  sync "$new"
  mv -fT "$new" "$store/$1"
  sync "$store"
}
`,
  'secret/tell.sh': `# Which containers are notified of a changed secret.

action_of() { awk -v name="$1" '$1 == "container" && $2 == name { print $5 }' "$plan"; }

# A mark is removed after the action: rather twice than never. If the engine does not run, its containers may, and the marks stay.
tell_all() {
  engine_runs || return 0
  for mark in "$shown"/.changed/*; do
    [ -e "$mark" ] || continue
    container=\${mark##*/}
    # A stopped container reads the new value when it starts.
    ! runs "$container" || tell_container "$(action_of "$container")" "$container" 'a secret of its own'
    rm -f "$mark"
  done
  for container in $came; do
    if docker container inspect "$container" >/dev/null 2>&1 && ! runs "$container"; then
      say "$container has its secrets now: docker start $container"
    fi
  done
}
`,
  'swarm.sh': `#!/bin/sh
# Bulkhead: makes this host a node of its Docker swarm. Installed by Bulkhead; changes to this file are lost.
. common/prelude.sh

read_plan() {
  [ "$(id -u)" = 0 ] || die 'must run as root'
  daemon_id=$(head -n 1 "$etc/daemon-id")
  read -r id role address first port lock block gateway ingress frames <<END
$(sed -n 's/^swarm //p' "$etc/network")
END
  [ -n "$frames" ] || die "$etc/network says nothing of a swarm; install the host files again"
}

# Every node has its stamp at one path, since a task may run on any of them.
link_stamp() {
  mkdir -p "$run"
  ln -sfn "stamp-$daemon_id" "$run/swarm-$id"
}

# An engine that stops leaves the namespaces of overlays behind, or moves their interfaces to the host and forgets them; a later task on one then
# finds its interface there: file exists. Before the engine starts, no process uses them.
forget_overlays() {
  if pid=$(cat /run/docker.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then return 0; fi
  for path in /run/docker/netns/[0-9]*-*; do
    [ -e "$path" ] || continue
    umount "$path" 2>/dev/null || :
    rm -f "$path"
  done
  for link in /sys/class/net/vx-??????-????? /sys/class/net/ov-??????-?????; do
    [ ! -e "$link" ] || ip link delete "\${link##*/}" 2>/dev/null || :
  done
}

# Swarm would create it itself, in a block of its choice and with a bridge that the guard does not know. A service cannot name an address for its
# ports, and the engine's own choice here is loopback.
make_gateway() {
  if found=$(docker network inspect --format '{{index .Options "com.docker.network.bridge.name"}} {{range .IPAM.Config}}{{.Subnet}}{{end}}' @gatewayNetwork@ 2>/dev/null); then
    [ "$found" = "@gatewayBridge@ $block" ] && return 0
    die "the network @gatewayNetwork@ was not made for this guard (it is '$found'): drain this node, docker swarm leave, docker network rm @gatewayNetwork@, and $0 start"
  fi
  docker network create --driver bridge --subnet "$block" --gateway "$gateway" \\
    --opt com.docker.network.bridge.name=@gatewayBridge@ --opt com.docker.network.bridge.enable_icc=false \\
    --opt com.docker.network.bridge.enable_ip_masquerade=true --opt @hostBinding@=0.0.0.0 @gatewayNetwork@ >/dev/null
}

init() {
  set -- --advertise-addr "$address" --listen-addr "$address:2377" --data-path-addr "$address" --data-path-port "$port" \\
    --cert-expiry @certificates@ \\
    --default-addr-pool "$ingress" --default-addr-pool-mask-length "\${ingress#*/}"
  [ "$lock" = no-autolock ] || set -- "$@" --autolock
  # Its output contains the token and the key.
  docker swarm init "$@" >/dev/null
  say "made the swarm; this host is its first manager"
  [ "$frames" = unencrypted ] || seal_ingress
  [ "$lock" = no-autolock ] || say 'a manager that restarts stays locked until it gets the key: keep it safe, docker swarm unlock-key -q prints it'
}

# Swarm creates it itself, a moment later, and unencrypted; before a service exists, the script can create it again.
seal_ingress() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    case $(docker network inspect --format '{{.Options}}' ingress 2>/dev/null) in
      *encrypted*) return 0 ;;
      ?*) echo y | docker network rm ingress >/dev/null 2>&1 || : ;;
      *) docker network create --driver overlay --ingress --opt encrypted --subnet "$ingress" ingress >/dev/null 2>&1 || : ;;
    esac
    sleep 1
  done
  say 'the ingress is not encrypted: docker network rm ingress, then docker network create --driver overlay --ingress --opt encrypted ingress'
}

node_state() { docker info --format '{{.Swarm.LocalNodeState}}'; }

# Docker has started: nothing here may stop it, and a second run changes nothing.
start() {
  # Not docker info, which succeeds without an engine.
  if ! docker version >/dev/null 2>&1; then
    say 'docker does not run; this host joins its swarm when docker has started'
    return 0
  fi
  link_stamp
  make_gateway
  case $(node_state) in
    active | pending) ;;
    locked) say 'this manager is locked, as after every restart: docker swarm unlock' ;;
    *)
      if [ "$address" = "$first" ]; then
        init
      else
        say "this host is not in its swarm yet; from a machine that reaches both by SSH: ssh root@$first @swarmScript@ token $role | ssh root@$address @swarmScript@ join"
      fi
      ;;
  esac
}

token() {
  case $1 in manager | worker) ;; *) die 'say which one: token worker, or token manager' ;; esac
  docker swarm join-token -q "$1"
}

join() {
  link_stamp
  make_gateway
  case $(node_state) in
    active | pending) say 'nothing changed: this host is in its swarm' && return 0 ;;
    locked) die 'this manager is locked: docker swarm unlock' ;;
  esac
  read -r secret || [ -n "$secret" ] || die 'no token on standard input'
  case $secret in
    *[!A-Za-z0-9-]*) die 'standard input is not a token' ;;
    SWMTKN-1-?*) ;;
    *) die 'standard input is not a token' ;;
  esac
  docker swarm join --token "$secret" --advertise-addr "$address" --listen-addr "$address:2377" --data-path-addr "$address" "$first:2377" >/dev/null
  say "joined the swarm as $role"
}

read_plan
case \${1:-}:\${2:-} in
  stamp:) link_stamp && forget_overlays ;;
  start: | join:) "$1" ;;
  token:*) token "\${2:-}" ;;
  *) die 'usage: bulkhead-swarm start | token worker|manager | join (the token comes by standard input)' ;;
esac
`,
  'verify.sh': `#!/bin/sh
# Bulkhead: looks whether this host, its engine and the containers of the program are as CIS Docker Benchmark 1.8.0 wants them. Changes nothing.
# Options: --level 2 looks at the controls of level 2, too; --accept CONTROL (any number of times) makes a FAIL a SKIP. Exit 1 when something fails;
# a WARN tells of known advisories, and makes nothing fail.
# shellcheck disable=SC2016,SC2034 # templates of Go; names that other scripts need
. common/prelude.sh

level=1
accepted=' '
while [ $# -gt 0 ]; do
  case $1 in
    --level) level=\${2:-} ;;
    --accept) accepted="$accepted\${2:-} " ;;
    *) die 'usage: sh verify.sh [--level 1|2] [--accept CONTROL]...' ;;
  esac
  [ $# -ge 2 ] || die "$1 wants a value"
  shift 2
done
case $level in 1 | 2) ;; *) die "--level is 1 or 2" ;; esac
[ "$(id -u)" = 0 ] || die 'must run as root'
# The engine of this host, whatever engine the caller's client would use.
DOCKER_HOST=unix:///run/docker.sock
export DOCKER_HOST
unset DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY
docker version >/dev/null 2>&1 || die 'the engine does not answer'
failed=

. generated/program.sh

# The control of the next lines; false if it is beyond the level.
look() {
  control=$1
  [ "$2" -le "$level" ]
}

pass() { printf 'PASS %s %s\\n' "$control" "$1"; }
skip() { printf 'SKIP %s %s\\n' "$control" "$1"; }
fail() {
  case $accepted in
    *" $control "*) skip "accepted: $1" ;;
    *)
      printf 'FAIL %s %s\\n' "$control" "$1"
      failed=yes
      ;;
  esac
}

# $1 is what was found against it.
unless() { if [ -z "$1" ]; then pass "$2"; else fail "$2: $1"; fi; }

. verify/engine.sh

. verify/settings.sh

. verify/swarm.sh

root_directory=$(info '{{.DockerRootDir}}') || root_directory=

known_advisories

read_engine @daemonJson@

. verify/containers.sh

. verify/users.sh

. verify/secrets.sh

. verify/config.sh

. verify/images.sh

. generated/checks.sh

if [ -x @directoriesScript@ ]; then
  control=-
  if told=$(@directoriesScript@ --check 2>&1); then
    pass 'directories that containers mount have the owner that the program declares'
  else
    fail "directories that containers mount have the owner that the program declares: $(printf '%s' "$told" | tr '\\n' ' ')"
  fi
fi
secrets
config_files
images

[ -z "$failed" ] || exit 1
`,
  'verify/advisories.awk': `# Reads components of the engine with their versions, and prints a warning for each with known flaws. \`table\` has a line for each advisory: component,
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
  count = split(table, line, "\\n")
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
  if (version !~ /^[0-9]+\\.[0-9]+\\.[0-9]/) next
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
`,
  'verify/audit-rules.awk': `# Reads the rules of auditd as \`auditctl -l\` lists them, and prints for \`path\`: yes, if writes and changes of attributes are recorded; no; or unsure,
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
  if ($2 != "/") sub(/\\/$/, "", $2)
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
`,
  'verify/config.sh': `# The checks of config files in verify.sh: that they are as the program declares, and that running containers see them. $config_plan has a line for
# each: its place, its owner, mode and digest, and its path in the container.

# A mounted file stays the one that it was.
is_seen() {
  pid=$(docker container inspect --format '{{.State.Pid}}' "$2" 2>/dev/null) || pid=0
  [ "$pid" = 0 ] || [ "$(stat -c %d:%i "/proc/$pid/root$3" 2>/dev/null)" = "$(stat -c %d:%i "$1")" ]
}

config_files() {
  control=config-files
  [ -n "$config_plan" ] || return 0
  found=
  [ "$(stat -c '%F %a %u' @configFolder@ 2>/dev/null)" = 'directory 700 0' ] || found="$found @configFolder@ is not for root alone;"
  while read -r place owner mode sum target; do
    at=@configFolder@/$place
    if [ -L "$at" ] || [ ! -f "$at" ]; then
      found="$found $at is not a file;"
    elif [ "$(stat -c '%u:%g %a' "$at")" != "$owner $mode" ]; then
      found="$found $at belongs to $(stat -c '%u:%g with the mode %a' "$at");"
    elif [ "$(sha256sum <"$at" | cut -d ' ' -f 1)" != "$sum" ]; then
      found="$found the content of $at was changed;"
    elif ! is_seen "$at" "\${place%%/*}" "$target"; then
      found="$found \${place%%/*} does not see it at $target: restart it;"
    fi
  done <<END
$config_plan
END
  unless "$found" 'files of containers are as the program says'
}
`,
  'verify/containers.sh': `# The checks of containers in verify.sh: for a running container it asks the kernel, for others it reads the engine's configuration of them. It trusts
# no labels.

# The known values of a key of the container, one a line.
ask() { printf '%s\\n' "$facts" | awk -v start="$name $1 " 'index($0, start) == 1 { v = substr($0, length(start) + 1); gsub(/"/, "", v); print v }'; }

# Whether the engine created a container, by its full id, for a service: its own record says so, while any user can write labels.
is_task() { grep -q '"Managed":true' "$root_directory/containers/$1/config.v2.json"; }

# The answers about each container, as lines "name key value". Texts of other programs are quoted, so that none contains a separate line.
template='{{$n := slice .Name 1}}{{$n}} id {{.ID}}
{{$n}} pid {{.State.Pid}}
{{$n}} user {{printf "%q" .Config.User}}
{{$n}} image {{printf "%q" .Config.Image}}
{{$n}} of {{.Image}}
{{$n}} service {{with index .Config.Labels "com.docker.swarm.service.name"}}{{printf "%q" .}}{{end}}
{{$n}} privileged {{.HostConfig.Privileged}}
{{$n}} apparmor {{printf "%q" .AppArmorProfile}}
{{$n}} selinux {{printf "%q" .ProcessLabel}}
{{$n}} masked {{len .HostConfig.MaskedPaths}}
{{$n}} ulimits {{len .HostConfig.Ulimits}}
{{$n}} limit {{.HostConfig.PidsLimit}}
{{$n}} exposes {{.HostConfig.PublishAllPorts}}
{{$n}} restart {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}
{{range .HostConfig.SecurityOpt}}{{$n}} option {{printf "%.60q" .}}
{{end}}{{range .HostConfig.CapDrop}}{{$n}} dropped {{printf "%q" .}}
{{end}}{{range .HostConfig.CapAdd}}{{$n}} added {{printf "%q" .}}
{{end}}{{range .HostConfig.Devices}}{{$n}} device {{printf "%q" .PathOnHost}}
{{end}}{{if .HostConfig.DeviceRequests}}{{$n}} device gpus
{{end}}{{range .HostConfig.DeviceCgroupRules}}{{$n}} device rule
{{end}}{{$n}} runtime {{printf "%q" .HostConfig.Runtime}}
{{range .Mounts}}{{$n}} mount {{.Type}} {{.RW}} {{printf "%q" .Source}} {{printf "%q" .Name}}
{{end}}{{range $p, $b := .HostConfig.PortBindings}}{{range $b}}{{$n}} told {{json .HostIP}}|{{json .HostPort}}|{{$p}}
{{end}}{{end}}{{range $p, $b := .NetworkSettings.Ports}}{{range $b}}{{$n}} open {{json .HostIP}}|{{json .HostPort}}|{{$p}}
{{end}}{{end}}'

. generated/namespaces.sh

# The containers of the program that are here, and the tasks of every service: a node does not know whose tasks they are.
here=
facts=
tasks=' '
of_services=' '
take() {
  more=$(docker container inspect --format "$template" "$1" 2>/dev/null) || more=
  # The name of a removed container may be the beginning of another container's id.
  case $more in
    "$2 id "*) ;;
    *) echo "SKIP - $2 is not on this host" && return 0 ;;
  esac
  here="\${here:+$here }$2"
  facts=$(printf '%s\\n%s' "$facts" "$more")
}
for name in $names; do
  take "$name" "$name"
done
ids=
if [ -n "$swarm" ]; then ids=$(docker ps -q --no-trunc 2>/dev/null) || echo "SKIP - the engine does not list its containers, so tasks of services are not looked at"; fi
for id in $ids; do
  name=$(docker container inspect --format '{{slice .Name 1}}' "$id" 2>/dev/null) || continue
  if [ ! -r "$root_directory/containers/$id/config.v2.json" ]; then
    echo "SKIP - the record of $name cannot be read, so whether a service owns it is unknown"
  elif is_task "$id"; then
    take "$id" "$name"
    tasks="$tasks$name "
    of_services="$of_services$(ask service) "
  fi
done
for name in $services; do
  case $of_services in *" $name "*) ;; *) echo "SKIP - no task of $name is on this host" ;; esac
done

mark() { found="$found $name $*"; }
accept() { allowed="$allowed $name"; }
doubt() { unsure="$unsure $name $*"; }
status_of() { awk -v key="$1:" '$1 == key { print $3 == "" ? $2 : $3 }' "/proc/$pid/status" 2>/dev/null || :; }

# Runs a check for each container, with the process of a running one; the check marks faults, and doubts what it cannot read.
gather() {
  found=
  unsure=
  allowed=
  for name in $here; do
    pid=$(ask pid)
    "$@"
  done
}

judge() {
  if [ -z "$here" ]; then
    skip 'no container of the program is here'
  elif [ -n "$found" ]; then
    fail "$1:$found"
  elif [ -n "$unsure" ]; then
    skip "it is unknown whether $1:$unsure"
  else
    pass "$1"
  fi
}

# What the program declares, as $2, is not a FAIL, and not a PASS either.
judge_others() {
  if [ -z "$found$unsure" ] && [ -n "$allowed" ]; then
    skip "the program declares as $2, with a reason:$allowed; of all others: $1"
  else
    judge "$1"
  fi
}

each() {
  what=$1
  shift
  gather "$@"
  judge "$what"
}

# $2 prints something for each container that does not meet $1.
containers() {
  unsure=
  # shellcheck disable=SC2086 # names hold no blanks
  if [ -z "$here" ]; then
    found=
  else
    # A fault of some counts, also if others have ended.
    found=$(docker container inspect --format "$2" $here 2>/dev/null) || unsure=' not all of them can be inspected'
    found=$(printf '%s\\n' "$found" | sed 's|^/| |' | tr -d '\\n')
  fi
  judge "$1"
}

# A security option with a value, in both spellings: the start of each that the container has. Long ones are cut.
options() { ask option | sed 's/^\\([a-z-]*\\):/\\1=/'; }
has_option() { if options | grep -qxE -e "$1"; then mark "has $2"; fi; }

apparmor_off() {
  has_option 'apparmor=unconfined' 'apparmor=unconfined'
  [ "$(ask privileged)" = false ] || mark 'is privileged'
}

apparmor_missing() {
  [ "$pid" != 0 ] || return 0
  profile=$(ask apparmor)
  case $profile in '' | unconfined) mark 'runs without a profile'; return 0 ;; esac
  if [ ! -r /sys/kernel/security/apparmor/profiles ]; then
    doubt "has the profile $profile, and the kernel's list of profiles cannot be read"
  elif ! grep -qxF -e "$profile (enforce)" /sys/kernel/security/apparmor/profiles; then
    mark "has the profile $profile, which the kernel does not enforce"
  fi
}

apparmor() {
  gather apparmor_off
  if [ -n "$found" ]; then
    judge "$1"
    return 0
  fi
  says '{{.SecurityOptions}}' || return 0
  enabled=$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) || enabled=
  case $enabled:$value in
    Y:*name=apparmor*) each "$1" apparmor_missing ;;
    *name=selinux*) skip 'this host confines by SELinux, see 5.3' ;;
    Y:*) fail 'the kernel has AppArmor, and the engine does not use it' ;;
    :*) skip 'this kernel has no AppArmor' ;;
    *) fail 'AppArmor is switched off in this kernel' ;;
  esac
}

selinux_off() {
  has_option '(label=)?disable' 'label=disable'
  has_option 'label=type:spc_t' 'label=type:spc_t'
}

selinux_missing() { [ "$pid" = 0 ] || [ -n "$(ask selinux)" ] || mark 'runs without a label'; }

selinux() {
  gather selinux_off
  if [ -n "$found" ]; then
    judge "$1"
    return 0
  fi
  says '{{.SecurityOptions}}' || return 0
  enforces=$(cat /sys/fs/selinux/enforce 2>/dev/null) || enforces=
  case $enforces:$value in
    1:*name=selinux*) each "$1" selinux_missing ;;
    :*) skip 'this kernel has no SELinux' ;;
    0:*) fail 'SELinux only warns on this host' ;;
    *) fail 'the kernel has SELinux, and the engine does not use it' ;;
  esac
}

unfiltered() {
  has_option 'seccomp=unconfined' 'seccomp=unconfined'
  [ "$(ask privileged)" = false ] || mark 'is privileged'
  [ "$pid" = 0 ] || [ "$(status_of Seccomp)" = 2 ] || mark 'runs without a filter'
  ! options | grep '^seccomp=' | grep -qvxE 'seccomp=(unconfined|builtin|default)' || doubt 'has a profile that this script does not read'
}

# The last one counts.
gains() {
  if [ "$pid" != 0 ]; then
    [ "$(status_of NoNewPrivs)" = 1 ] || mark 'may gain some'
    return 0
  fi
  option=$(options | grep -E '^no-new-privileges(=|$)' | tail -n 1) || option=
  case $option in
    no-new-privileges | no-new-privileges=1 | no-new-privileges=[tT] | no-new-privileges=true | no-new-privileges=True | no-new-privileges=TRUE) ;;
    '') if [ -n "$unread" ]; then doubt "says nothing of it, and $unread"; elif ! was_told no-new-privileges || [ "$value" != true ]; then mark 'may gain some'; fi ;;
    *) mark "has $option" ;;
  esac
}

no_limits() {
  [ "$(ask ulimits)" = 0 ] || return 0
  if [ -n "$unread" ]; then
    doubt "says nothing of it, and $unread"
  else
    was_told default-ulimits || return 0
    case $value in '' | empty) mark 'has those of the engine' ;; esac
  fi
}

# The engine keeps capabilities as they were written: in any case, with and without CAP_.
bare_names() { tr '[:lower:]' '[:upper:]' | sed 's/^CAP_//'; }

more_capabilities() {
  declared=$(declared_capabilities "$(owner_of)")
  beyond=
  ask dropped | bare_names | grep -qx ALL || mark 'keeps capabilities'
  [ "$(ask privileged)" = false ] || mark 'is privileged, so has all'
  for capability in $(ask added | bare_names); do
    case " $ordinary $declared " in
      *" $capability "*) case " $dangerous " in *" $capability "*) beyond=yes ;; esac ;;
      *) mark "has $capability, which the program does not declare" ;;
    esac
  done
  [ -z "$beyond" ] || accept
}

capabilities() {
  gather more_capabilities
  judge_others "$1" 'a holder of capabilities that reach beyond a container'
}

has_devices() {
  [ "$(ask privileged)" = false ] || mark 'is privileged, so has all'
  declared=" $(declared_devices "$(owner_of)") "
  for device in $(ask device | sort -u | tr ' ' '?'); do
    case $declared in *" $device "*) ;; *) mark "has $device" ;; esac
  done
}

# Namespace $1 of the kernel, and the engine's configuration of it.
shares() {
  mode=$(ask "namespace-$1")
  if [ "$mode" = host ]; then
    mark 'does'
  elif [ "$pid" != 0 ]; then
    if ! namespace=$(readlink "/proc/$pid/ns/$1"); then
      doubt 'has ended'
    elif [ "$namespace" = "$(readlink "/proc/self/ns/$1")" ]; then
      mark 'does'
    fi
  else
    case $mode in container:*) doubt "does not run, and shares with $mode" ;; esac
  fi
}

# Runs a look for each place of the host that is mounted: as it was written, and where its links lead.
mounted() {
  mounts=$(printf '%s\\n' "$facts" | awk -v start="$name mount " 'index($0, start) == 1 { print substr($0, length(start) + 1) }')
  while read -r kind writes rest; do
    # The quotes of both texts, without a quote in either.
    case $rest in *\\\\*) doubt 'has a mount whose name this script does not read' && continue ;; esac
    source=\${rest%\\" \\"*}
    source=\${source#\\"}
    volume=\${rest##*\\" \\"}
    volume=\${volume%\\"}
    case $kind in
      bind) ;;
      # A volume may refer to any place or device of the host.
      volume)
        made=$(docker volume inspect --format '{{.Driver}} {{with .Options}}{{printf "%q" (index . "type")}} {{index . "device"}}{{end}}' "$volume" 2>/dev/null) || { doubt "has the volume $volume, which cannot be inspected"; continue; }
        source=\${made#* * }
        case $made in
          'local ') continue ;;
          'local ""'* | 'local "none"'*) ;;
          'local "nfs'* | 'local "cifs"'* | 'local "tmpfs"'*) continue ;;
          local*) case $source in /*) ;; *) doubt "has the volume $volume of a type that this script does not read" && continue ;; esac ;;
          *) doubt "has the volume $volume of a driver that this script does not know" && continue ;;
        esac
        ;;
      tmpfs) continue ;;
      *) doubt "has a mount of a kind that this script does not know" && continue ;;
    esac
    case $source in /*) ;; *) continue ;; esac
    real=$(readlink -m -- "$source")
    "$1"
  done <<END
$mounts
END
}

# $1 is a path; true for places that give power over the host, and for everything in them.
is_sensitive() {
  for place in $parents; do [ "$1" != "$place" ] || return 0; done
  for place in $sensitive; do case $1 in "$place" | "$place"/*) return 0 ;; esac; done
  return 1
}

# Exactly what the program gives a socket proxy: that socket, and nothing around it.
is_proxy_mount() { case " $proxies " in *" $name "*) [ "$source" = "$proxy_socket" ] ;; *) return 1 ;; esac }

# A stamp of the guard does not count; while the guard is applied, it is a link to the kept file. The container's own secrets do not count either.
sensitive_mount() {
  [ "$source" != "@secretFolder@/$name" ] || return 0
  case $writes:$source in "false:@configFolder@/$name/"*) return 0 ;; esac
  # Time zone files may be read; a link that leads past the time zones of the host may not.
  case " $time_zone_files " in *" $source "*) case $writes:$real in "false:$source" | false:/usr/share/zoneinfo/*) return 0 ;; esac ;; esac
  case $real in /run/bulkhead/stamp-*/* | /run/bulkhead/swarm-*/*) ;; /run/bulkhead/stamp-* | /run/bulkhead/swarm-* | /run/bulkhead/kept) return 0 ;; esac
  # A monitoring program may read what the program gives it.
  case " $(declared_views "$name") " in *" $source "*) case $writes:$real in "false:$source") return 0 ;; esac ;; esac
  ! is_proxy_mount || return 0
  if is_sensitive "$source" || is_sensitive "$real"; then mark "mounts $source"; fi
}

# The engine hides parts of /proc and /sys from a container; with the opposite setting, the container can read and write them.
sees_host() {
  mounted sensitive_mount
  [ "$(ask masked)" != 0 ] || mark 'sees all of /proc and /sys'
}

# Sockets that the engine was configured with, or that it listens on.
listening=$(ss -Hlxp 2>/dev/null) || listening=
sockets="$sockets $(printf '%s\\n' "$told" | sed -n 's|^hosts\\.* unix://||p' | one_line)"
sockets="$sockets $(printf '%s\\n' "$listening" | awk '/"(dockerd|containerd)"/ && $5 ~ "^/" { print $5 }' | one_line)"

socket_mount() {
  ! is_proxy_mount || return 0
  for socket in $sockets; do
    if [ "$source" = "$socket" ] || [ "$(stat -L -c %d:%i -- "$real" 2>/dev/null)" = "$(stat -L -c %d:%i -- "$socket" 2>/dev/null || echo none)" ]; then
      mark "mounts $source"
      return 0
    fi
    case $(readlink -m -- "$socket") in "\${real%/}"/*) [ ! -e "$socket" ] || { mark "mounts $source, which holds $socket"; return 0; } ;; esac
  done
  if printf '%s\\n' "$source" "$real" | grep -qE "$engine_socket"; then mark "mounts $source"; fi
}

runs_sshd() {
  [ "$pid" != 0 ] || return 0
  if ! processes=$(docker top "$name" -eo pid,comm 2>/dev/null); then
    doubt 'does not show its processes'
  elif printf '%s\\n' "$processes" | awk '{ print $2 }' | grep -qxE 'sshd|sshd-session|dropbear'; then
    mark 'does'
  fi
}

# A task has the name of its service; the engine writes that label itself, over any other.
owner_of() {
  case $tasks in
    *" $name "*) ask service ;;
    *) echo "$name" ;;
  esac
}

# For a running container the open ports; for another one the configured ports.
ports_of() {
  open=$(ask open)
  if [ "$pid" != 0 ] && [ -n "$open" ]; then echo "$open"; else ask told; fi
}

# All addresses of a family, however they are written.
is_all() { [ -z "$(printf '%s' "$1" | tr -d '0:.[]' | sed 's/^[fF]*$//')" ]; }

exposes_all() { [ "$pid" != 0 ] || [ "$(ask exposes)" != true ] || mark 'publishes what its image exposes'; }

on_all_addresses() {
  exposes_all
  for port in $(ports_of); do
    if is_all "\${port%%|*}"; then mark "publishes \${port##*|} on all"; fi
  done
}

# Ports up to $1 that the program does not declare.
undeclared() {
  exposes_all
  for port in $(ports_of); do
    address=\${port%%|*}
    number=\${port#*|}
    number=\${number%%|*}
    case $number in *[!0-9]* | '') ;; *) [ "$number" -le "$1" ] || continue ;; esac
    if is_all "$address"; then wanted="|\${port#*|}"; else wanted=$port; fi
    case " $(declared_ports "$(owner_of)") " in
      *" $port "* | *" $wanted "*) ;;
      *) mark "$port" ;;
    esac
  done
}

restarts_on() {
  case $(ask restart) in
    'on-failure '[1-5]) ;;
    'unless-stopped '*) if [ "$(declared_restart "$(owner_of)")" = endless ]; then accept; else mark 'is restarted without end, which the program does not declare'; fi ;;
    'always '* | 'on-failure 0') mark 'is restarted without end' ;;
    'on-failure '*) mark 'is restarted more than 5 times' ;;
  esac
}

restarts() {
  gather restarts_on
  judge_others "$1" 'restarted without end'
}

no_pids_limit() { case $(ask limit) in '' | 0 | -1 | '<nil>') mark 'has none' ;; esac; }

pids_limit() {
  gather no_pids_limit
  if [ -n "$found" ]; then skip "Terraform's provider cannot limit the number of processes, and nothing else did:$found"; else judge "$1"; fi
}

unpinned() {
  image=$(ask image)
  printf '%s\\n' "$image" | grep -qE '(^|@)sha256:[0-9a-f]{64}$' || mark "runs $image"
}
`,
  'verify/engine.sh': `# The checks of the host and its engine in verify.sh. If an engine does not answer, the result is a SKIP: silence proves nothing.

# Some clients succeed without an engine; what they print then has no version.
info() {
  answer=$(docker info --format "{{.ServerVersion}} $1" 2>/dev/null) || return 1
  case $answer in ' '* | '') return 1 ;; esac
  printf '%s\\n' "\${answer#* }"
}
one_line() { tr -s '\\n ' '  ' | sed 's/^ //; s/ $//'; }

# Sets value to the engine's answer; false if it has none.
says() {
  value=$(info "$1") && return 0
  skip 'the engine did not answer'
  return 1
}

# Warnings that do not fail the check: the advisories for the versions of the engine and of its parts here. Lines of the table: component, spans of
# releases, text.
known_advisories() {
  versions=$(docker version --format '{{range .Server.Components}}{{.Name}} {{.Version}}{{println}}{{end}}' 2>/dev/null) || versions=
  [ -n "$versions" ] || echo 'SKIP - the engine does not tell its versions, so known advisories are not looked at'
  printf '%s\\n' "$versions" | awk -v table="$advisories" -f verify/advisories.awk
}

data_partition() {
  says '{{.DockerRootDir}}' || return 0
  if ! device=$(stat -c %d "$value" 2>/dev/null); then
    skip "$value, which the engine names, is not there for this script"
  elif mountpoint -q "$value" && [ "$device" != "$(stat -c %d /)" ]; then
    pass "$value is a file system of its own"
  else
    fail "$value is on the file system of the host"
  fi
}

# Members of the groups that may write to the socket; the list of a group does not contain users who have it as their first group.
docker_group() {
  if ! users=$(getent passwd) || ! socket=$(stat -L -c %g /run/docker.sock 2>/dev/null); then
    skip 'this host does not list its users, or does not show the socket'
    return 0
  fi
  found=
  for group in docker $socket; do
    entry=$(getent group "$group") || entry="::$socket:"
    id=$(printf '%s\\n' "$entry" | cut -d : -f 3)
    [ "$id" != 0 ] || continue
    found="$found $(printf '%s\\n' "$entry" | cut -d : -f 4 | tr , ' ') $(printf '%s\\n' "$users" | awk -F : -v id="$id" '$4 == id { print $1 }')"
  done
  found=$(printf '%s\\n' "$found" | tr ' ' '\\n' | grep . | sort -u | one_line) || :
  if [ -z "$found" ] && grep -E '^(passwd|group):' /etc/nsswitch.conf 2>/dev/null | grep -qE '[[:blank:]](ldap|sss|winbind|nis|nisplus|hesiod)'; then
    skip 'a directory has users of this host, and does not list all of them'
  else
    unless "$found" 'no user is in the group of the socket'
  fi
}

# The paths that auditd watches for writes and for changes of attributes, as the kernel has them.
audited() {
  missing=
  unsure=
  there=
  loaded=
  if auditctl -s 2>/dev/null | grep -qE '^enabled [12]$|AUDIT_STATUS: enabled=[12]'; then loaded=$(auditctl -l 2>/dev/null) || loaded=; fi
  for path in "$@"; do
    [ -e "$path" ] || continue
    there=yes
    case $(printf '%s\\n' "$loaded" | awk -v path="$path" -f verify/audit-rules.awk) in
      yes) ;;
      no) missing="$missing not of $path" ;;
      *) unsure="$unsure $path" ;;
    esac
  done
  if [ -z "$there" ]; then
    skip "$* is not on this host"
  elif [ -z "$missing" ] && [ -n "$unsure" ]; then
    skip "there are rules of the audit that this script does not read, so it is unknown whether changes are recorded of$unsure"
  else
    unless "$missing$unsure" "changes are recorded of $*"
  fi
}

icc() {
  if value=$(docker network inspect --format '{{index .Options "com.docker.network.bridge.enable_icc"}}' bridge 2>/dev/null); then
    if [ "$value" = false ]; then pass 'the default bridge keeps its containers apart'; else fail 'containers on the default bridge reach each other'; fi
  elif value=$(docker network ls --format '{{.Name}}' 2>/dev/null) && ! printf '%s\\n' "$value" | grep -qx bridge; then
    pass 'there is no default bridge'
  else
    skip 'the engine did not answer'
  fi
}

registries() {
  says '{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}{{range .RegistryConfig.InsecureRegistryCIDRs}}{{.}} {{end}}{{range .RegistryConfig.Mirrors}}{{.}} {{end}}' || return 0
  unless "$(printf '%s\\n' "$value" | tr ' ' '\\n' | grep . | grep -vxE '127\\.0\\.0\\.0/8|::1/128|https://.*' | one_line)" 'every registry is asked with TLS'
}

driver() {
  says '{{.Driver}}' || return 0
  case $value in
    '') skip 'the engine names no storage driver' ;;
    "$1") fail "the storage driver is $1" ;;
    *) pass "the storage driver is $value" ;;
  esac
}

security_option() {
  says '{{.SecurityOptions}}' || return 0
  case $value in
    *"$1"*) pass "$2" ;;
    *) fail "not so: $2" ;;
  esac
}

seccomp() {
  says '{{.SecurityOptions}}' || return 0
  case $value in
    *name=seccomp,profile=unconfined*) fail 'system calls are not filtered' ;;
    *name=seccomp,profile=default* | *name=seccomp,profile=builtin*) pass 'system calls are filtered' ;;
    *name=seccomp*) skip 'the engine has a seccomp profile that this script does not read: compare it with what you declared' ;;
    *) fail 'this kernel filters no system calls' ;;
  esac
}

authorization() {
  says '{{len .Plugins.Authorization}}' || return 0
  case $value in
    0) fail 'no plugin authorizes requests' ;;
    [1-9]*) pass 'a plugin authorizes requests' ;;
    *) skip 'the engine does not say whether it has a plugin' ;;
  esac
}

# If the address is a program of this host, what it does with logs is unknown.
remote_logs() {
  says '{{.LoggingDriver}}' || return 0
  driver=$value
  case $driver in
    json-file | local | journald | none) fail "logs stay on the host ($driver)" ;;
    awslogs | gcplogs | etwlogs) pass "the log driver is $driver" ;;
    syslog | gelf | fluentd | splunk)
      [ "$driver" != splunk ] || option=splunk-url
      [ "$driver" = splunk ] || option=$driver-address
      was_told "log-opts.$option" || return 0
      # As words of a command line they are in one list.
      [ -n "$value" ] || value=$(printf '%s\\n' "$told" | sed -n "s/^log-opts $option=//p" | tail -n 1)
      case $driver:$value in
        syslog: | syslog:unix*) fail "logs stay on the host ($driver)" ;;
        *: | *localhost* | *//127.* | *//\\[::1\\]* | *:127.* | *:unix*) skip "a program of this host gets the logs ($driver \${value:-on localhost}), and it is unknown what it does with them" ;;
        *) pass "the log driver is $driver, to $value" ;;
      esac
      ;;
    *) skip "it is unknown where the log driver '$driver' keeps logs" ;;
  esac
}

live_restore() {
  says '{{.LiveRestoreEnabled}}' || return 0
  if [ -n "$swarm" ]; then
    skip 'a node of a swarm cannot have it'
  elif [ "$value" = true ]; then
    pass 'containers outlive a restart of the engine'
  else
    fail 'containers stop with the engine'
  fi
}

experimental() {
  says '{{.ExperimentalBuild}}' || return 0
  case $value in
    true) fail 'experimental features are on' ;;
    false) pass 'no experimental features' ;;
    *) skip 'the engine does not say whether it is experimental' ;;
  esac
}

# $1 is the owner, or the bits that a mode may have; the paths after it may have stars, and may not be there.
owned() {
  wanted=$1
  shift
  against %U:%G "$@"
}

moded() {
  wanted=$1
  shift
  against %a "$@"
}

against() {
  format=$1
  shift
  found=
  there=
  for path in "$@"; do
    [ -e "$path" ] || continue
    there="$there $path"
    value=$(stat -L -c "$format" "$path") || { found="$found $path is gone"; continue; }
    # Access lists give more than a mode tells.
    # shellcheck disable=SC2012 # stat does not show them
    case $format:$(ls -ldL "$path" | cut -c 11) in %a:+) found="$found $path has an access list" ;; esac
    case $format in
      # Bits, not numbers: 577 is less than 644, and lets others do more.
      %a) [ $((0$value & ~0$wanted)) = 0 ] || found="$found $path is $value" ;;
      *) [ "$value" = "$wanted" ] || found="$found $path is $value" ;;
    esac
  done
  if [ -z "$there" ]; then skip 'no such file on this host'; else unless "$found" "$wanted:$there"; fi
}
`,
  'verify/images.sh': `# The checks of images in verify.sh: whether the metadata of a container's image is what the profile of the program was read from.

# Lines in the order of declared_image. Texts are quoted, so that none contains a separate line.
image_template='user:{{printf "%.80q" .Config.User}}{{range $path, $_ := .Config.Volumes}}
volume:{{printf "%.80q" $path}}{{end}}{{range $port, $_ := .Config.ExposedPorts}}
port:{{printf "%.20q" $port}}{{end}}'

unlike_profile() {
  wanted=$(declared_image "$(owner_of)" | tr ' ' '\\n')
  [ -n "$wanted" ] || return 0
  profiles=yes
  if ! said=$(docker image inspect --format "$image_template" "$(ask of)" 2>/dev/null); then
    doubt 'runs an image that is not here'
    return 0
  fi
  lacking=$(printf '%s\\n' "$wanted" | grep -vxF -e "$said" | tr '\\n' ' ')
  besides=$(printf '%s\\n' "$said" | grep -vxF -e "$wanted" | tr '\\n' ' ')
  [ -z "$lacking" ] || mark "has no \${lacking% }"
  [ -z "$besides" ] || mark "has \${besides% }"
}

# If no container has a profile, there is no result.
images() {
  control=image
  profiles=
  gather unlike_profile
  [ -z "$profiles" ] || judge 'each image has the user, the volumes and the ports that its profile was read with'
}
`,
  'verify/json-values.awk': `# The values of a JSON text as "key value", nested keys with dots. Ends with exit 1 for a text that is not understood, or that has a key of an object
# twice: Go merges the values.

function bad() { failed = 1; exit 1 }
function blanks() { while (i <= n && index(" \\t\\r\\n", substr(t, i, 1))) i++ }
function text(  s, c) {
  i++
  s = ""
  while ((c = substr(t, i, 1)) != "\\"") {
    if (n < i || c == "\\n") bad()
    if (c == "\\\\") {
      c = substr(t, ++i, 1)
      if (index("bfnrt", c)) c = " "
      else if (!index("\\"\\\\/", c)) bad()
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
      if (substr(t, i, 1) != "\\"") bad()
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
  else if (c == "\\"") print path " " text()
  else {
    v = ""
    while (i <= n && substr(t, i, 1) ~ /[-+.0-9A-Za-z]/) v = v substr(t, i++, 1)
    if (v !~ /^(true|false|null|-?[0-9][-+.0-9eE]*)$/) bad()
    print path " " (v == "null" ? "" : v)
  }
}
{ t = t $0 "\\n" }
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
`,
  'verify/processes.awk': `# Reads the processes of a container, and prints the faults of each. Lines: "map INSIDE OUTSIDE COUNT" of its users, "start …" of its first process
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
`,
  'verify/secrets.sh': `# The checks of secrets in verify.sh: that they are in memory, each container's in a separate folder that no other user can open, and how they are
# stored. $secret_plan has a line for each container: its name, user and group, and the names of its secrets.

is_as() { [ "$(stat -c '%F %a %u %g' "$1" 2>/dev/null)" = "$2" ]; }

secrets() {
  control=secrets
  [ -n "$secret_plan" ] || return 0
  found=
  plain=
  folder=@secretFolder@
  store=@secretStore@
  [ "$(stat -f -c %T "$folder" 2>/dev/null)" = ramfs ] || found="$found $folder is not in memory that is never swapped"
  is_as "$folder" 'directory 700 0 0' || found="$found $folder is not for root alone"
  is_as "$store" 'directory 700 0 0' || found="$found $store is not for root alone"
  while read -r name uid gid files; do
    own=$folder/$name
    is_as "$own" "directory 500 $uid $gid" || found="$found $own is not there, or not of its user alone"
    for secret in $files; do
      is_as "$own/$secret" "regular file 400 $uid $gid" || found="$found $own/$secret is not there, or not of its user alone"
      is_as "$store/$secret" 'regular file 600 0 0' || found="$found $store/$secret is not there, or not for root alone"
      case "$(head -n 1 "$store/$secret" 2>/dev/null) $plain " in
        encrypted* | *" $secret "*) ;;
        *) plain="$plain $secret" ;;
      esac
    done
  done <<END
$secret_plan
END
  unless "$found" 'secrets are in memory that is never swapped, and only their containers read them'
  [ -n "$found" ] || [ -z "$plain" ] || printf 'WARN %s these are not encrypted on disk, since the host has no systemd-creds:%s\\n' "$control" "$plain"
}
`,
  'verify/settings.sh': `# How verify.sh reads the configuration of an engine: from its file, whatever the file's layout, from the command line of its process, and from its
# environment.

# The values of a JSON text as "key value", nested keys with dots; a text that is not understood ends with exit 1.
json_values() {
  awk -f verify/json-values.awk
}

. common/words.sh

# Sets told to the engine's configuration, or unread to the reason why it is not known.
read_engine() {
  told=
  unread=
  program=
  environment=
  settings=$1
  engine=$(cat /run/docker.pid 2>/dev/null) || engine=
  if [ -z "$engine" ] || [ "$(cat "/proc/$engine/comm" 2>/dev/null)" != dockerd ]; then
    unread='the command line of the engine cannot be read: /run/docker.pid names no process dockerd'
    return 0
  fi
  program=$(readlink "/proc/$engine/exe") || program=
  if ! words=$(words_of "$engine" cmdline) || ! environment=$(words_of "$engine" environ); then
    unread='the command line or the environment of the engine cannot be read'
    return 0
  fi
  flags=$(printf '%s\\n' "$words" | flag_values)
  other=$(printf '%s\\n' "$flags" | sed -n 's/^config-file //p' | tail -n 1)
  settings=\${other:-$settings}
  case $settings in
    /*) ;;
    *) unread="the engine reads $settings, and it is unknown in which folder" && return 0 ;;
  esac
  # An engine may see other files than this script.
  there="/proc/$engine/root$settings"
  values=
  if [ ! -e "$settings" ] && [ ! -e "$there" ] && [ ! -L "$settings" ]; then
    [ -z "$other" ] || unread="$settings, which the engine was told to read, is not there"
  elif [ "$(stat -L -c %d:%i "$settings" 2>/dev/null)" != "$(stat -L -c %d:%i "$there" 2>/dev/null || echo none)" ]; then
    unread="$settings is not the file that the engine reads"
  elif changed_since "$settings"; then
    unread="$settings has changed since the engine started; restart the engine"
  elif ! values=$(json_values <"$settings"); then
    unread="$settings is not understood"
  fi
  told=$(printf '%s\\n%s' "$flags" "$values")
}

# Sets value to the configured value of a key, in small letters; false if it is not known. The last of several counts.
was_told() {
  if [ -n "$unread" ]; then
    skip "$unread"
    return 1
  fi
  value=$(printf '%s\\n' "$told" | awk -v key="$1" 'index($0, key " ") == 1 { v = tolower(substr($0, length(key) + 2)) } END { print v }')
  case $value in
    1 | t) value=true ;;
    0 | f) value=false ;;
  esac
}

# Each word after the text $1 is a key with its permitted values: KEY=VALUE,VALUE. No value means that the key is absent. Words without \`=\` are names
# that the environment of the engine must not have.
settings() {
  what=$1
  shift
  against=
  for word in "$@"; do
    key=\${word%%=*}
    was_told "$key" || return 0
    case $word in
      *=*) case ",\${word#*=}," in *",$value,"*) ;; *) against="$against $key is \${value:-not set}" ;; esac ;;
      *) if printf '%s\\n' "$environment" | grep -q "^$word="; then against="$against the environment has $word"; fi ;;
    esac
  done
  unless "$against" "$what"
}

# The same, and no variable in the environment that changes the rules of the engine.
# shellcheck disable=SC2086 # names hold no blanks
rules() { settings "$@" $variables; }

image_size() {
  [ -z "$unread" ] || { skip "$unread"; return 0; }
  unless "$(printf '%s\\n' "$told" | grep '^storage-opts.*dm[.]basesize' | one_line)" "$1"
}

default_limits() {
  was_told default-ulimits || return 0
  case $value in '' | empty) fail "not so: $1" ;; *) pass "$1" ;; esac
}

# The engine reports its own listeners; it does not report a socket that systemd hands over, and published ports are its own sockets, too.
tcp_listener() {
  says '{{range .Warnings}}{{println .}}{{end}}' || return 0
  against=$(printf '%s\\n' "$value" | grep 'API is accessible' | one_line)
  [ -z "$against" ] || { fail "the engine listens on TCP without certificates: $against"; return 0; }
  was_told tlsverify || return 0
  verifies=$value
  hosts=$(printf '%s\\n' "$told" | sed -n 's/^hosts\\.* //p')
  # A listener of systemd, on which nothing was requested.
  case $hosts in
    *fd:*)
      listen=$(systemctl show --property Listen --value docker.socket 2>/dev/null) || { skip 'systemd hands the sockets over, and does not tell which'; return 0; }
      hosts="$hosts $(printf '%s\\n' "$listen" | awk '$1 != "" && $1 !~ "^/" { print "tcp://" $1 }')"
      ;;
  esac
  case $verifies:$hosts in
    true:*) pass 'the engine asks for certificates on TCP' ;;
    *tcp:*) fail "the engine listens on TCP without certificates: $(printf '%s\\n' "$hosts" | tr ' ' '\\n' | grep tcp: | one_line)" ;;
    *) pass 'the engine does not listen on TCP without certificates' ;;
  esac
}

# Checks with $1 for $2 the file that the setting $3 names.
tls() {
  was_told "$3" || return 0
  if [ -z "$value" ]; then
    skip "the engine has no $3"
  else
    "$1" "$2" "$(printf '%s\\n' "$told" | sed -n "s/^$3 //p" | tail -n 1)"
  fi
}
`,
  'verify/swarm.sh': `# The checks of a swarm node in verify.sh, and of the swarm if the node is a manager. What only other nodes know, and what is a habit, is a SKIP.

swarm_wanted() {
  says '{{.Swarm.LocalNodeState}}' || return 0
  if [ -n "$swarm" ]; then
    skip 'the program wants a swarm'
  elif [ "$value" = inactive ]; then
    pass 'no swarm'
  else
    fail "the engine is in a swarm ($value), and the program has none"
  fi
}

# Whether this host is a node, as the program declares.
of_node() {
  if [ -z "$swarm" ]; then
    skip 'the program has no swarm; 5.1 says whether the engine is in one'
  elif says '{{.Swarm.LocalNodeState}}'; then
    [ "$value" != active ] || return 0
    skip "this host takes no part in its swarm now ($value)"
  fi
  return 1
}

of_manager() {
  if ! of_node || ! says '{{.Swarm.ControlAvailable}}'; then
    return 1
  elif [ "$value" != true ]; then
    skip 'only a manager knows'
    return 1
  fi
}

# The number of managers that the swarm knows, against those that the program names.
managers() {
  of_manager && says '{{.Swarm.Managers}}' || return 0
  if [ "$value" = "$managers" ]; then
    pass "the swarm has the managers that the program names ($value)"
  elif [ "$value" -gt "$managers" ] 2>/dev/null; then
    fail "the swarm has $value managers, and the program names $managers"
  else
    skip "of the $managers managers that the program names the swarm has \${value:-none} so far"
  fi
}

# Managers answer on 2377, and every node on 7946, by TCP and UDP.
swarm_address() {
  of_node || return 0
  if ! listening=$(ss -Hltun 'sport = :2377 or sport = :7946' 2>/dev/null); then
    skip 'ss does not run on this host'
  elif [ -z "$listening" ]; then
    skip 'ss shows no port of the swarm on this host'
  else
    unless "$(printf '%s\\n' "$listening" | awk '{ print $5 }' | grep -vxF -e "$swarm:2377" -e "$swarm:7946" | sort -u | one_line)" 'the swarm listens on one address'
  fi
}

# An option of a network, with or without a value.
overlays() {
  of_node || return 0
  found=
  networks=$(docker network ls --filter driver=overlay --format '{{.Name}}' 2>/dev/null) || { skip 'the engine did not answer'; return 0; }
  for name in $networks; do
    options=$(docker network inspect --format '{{range $k, $v := .Options}}{{printf "%q=%q" $k $v}}{{println}}{{end}}' "$name" 2>/dev/null) || options='?'
    printf '%s\\n' "$options" | grep -qxE '"encrypted"="(true|True|TRUE|t|T|1)?"' || found="$found $name"
  done
  if [ -n "$networks" ]; then unless "$found" 'overlays are encrypted'; else skip 'no overlay is on this node'; fi
}

autolock() {
  of_manager && says '{{.Swarm.Cluster.Spec.EncryptionConfig.AutoLockManagers}}' || return 0
  case $value in
    true) pass 'managers are locked' ;;
    false) fail 'the keys of managers are stored unencrypted on their disks' ;;
    *) skip 'the engine does not say whether managers are locked' ;;
  esac
}

# What a manager distributes to nodes, and what this node has.
certificates() {
  of_node && says '{{.Swarm.ControlAvailable}}' || return 0
  controls=$value
  certificate="$root_directory/swarm/certificates/swarm-node.crt"
  if command -v openssl >/dev/null && [ -r "$certificate" ]; then
    openssl x509 -noout -checkend 0 -in "$certificate" >/dev/null 2>&1 || { fail 'the certificate of this node has expired, or cannot be read'; return 0; }
    ! openssl x509 -noout -checkend 7777000 -in "$certificate" >/dev/null 2>&1 || { fail 'the certificate of this node holds for more than 90 days'; return 0; }
  elif [ "$controls" != true ]; then
    skip 'only a manager knows, and the certificate of this node cannot be read here'
    return 0
  fi
  [ "$controls" = true ] || { pass 'the certificate of this node expires in 90 days or less'; return 0; }
  # In nanoseconds.
  says '{{printf "%d" .Swarm.Cluster.Spec.CAConfig.NodeCertExpiry}}' || return 0
  if [ "$value" -gt 0 ] && [ "$value" -le 7776000000000000 ]; then pass 'certificates of nodes expire after 90 days or less'; else fail "certificates of nodes expire after \${value:-unknown} ns"; fi
}

# The age of the CA is visible, but not how often the site wants a new one.
ca_rotation() {
  of_manager && says '{{.Swarm.Cluster.RootRotationInProgress}}' || return 0
  [ "$value" != true ] || { skip 'the CA of the swarm is being rotated'; return 0; }
  begun=$(openssl x509 -noout -startdate -in "$root_directory/swarm/certificates/swarm-root-ca.crt" 2>/dev/null | sed 's/^notBefore=//') || begun=
  skip "how often the CA is to be rotated, the site decides: the one in force is of \${begun:-unknown age}"
}

lock_rotation() {
  of_manager || return 0
  skip 'the engine does not say how old the key is that unlocks managers'
}

# Only the record of the engine contains the address of VXLAN.
data_plane() {
  of_node || return 0
  record="$root_directory/swarm/docker-state.json"
  if [ ! -r "$record" ] || ! state=$(json_values <"$record"); then
    skip 'the record of the swarm cannot be read'
    return 0
  fi
  path=$(printf '%s\\n' "$state" | sed -n 's/^DataPathAddr //p')
  if [ -z "$path" ]; then
    fail 'the data plane has no separate address, so the engine chooses where overlays go'
  elif [ "$path" != "$swarm" ]; then
    pass "overlays go over $path, management over $swarm"
  else
    skip "both planes are on $path, as the program has it: whether they need networks of their own, the site decides"
  fi
}
`,
  'verify/users.sh': `# The checks of the users of containers in verify.sh: for each process of a running container it asks the kernel, for others it reads the engine's
# configuration.

root_user() {
  user=$(ask user)
  user=\${user%%:*}
  case $user in
    '' | root) mark 'runs as root'; return 0 ;;
    *[!0+-]*) ;;
    *) mark "runs as root, as $user"; return 0 ;;
  esac
  if [ "$pid" != 0 ]; then
    case $(status_of Uid) in
      0) mark 'has a process of root' ;;
      '') doubt 'has ended' ;;
    esac
  else
    case $user in *[!0-9]*) doubt "does not run, and its image says who $user is" ;; esac
  fi
}

# Runs the check of processes for a container of the program: for a declared user, or for root for a while. $1 is fixed or start, $2 the number of the
# user, $3 the seconds that root has to drop.
processes_of_user() {
  told=$(ask user)
  if [ "$pid" = 0 ]; then
    [ "\${told%%:*}" = "$2" ] || mark "is to run as \${told:-the user of its image}, not as $2"
    return 0
  fi
  if ! numbers=$(docker top "$name" -eo pid 2>/dev/null); then
    doubt 'does not show its processes'
    return 0
  fi
  files=
  for number in $(printf '%s\\n' "$numbers" | sed 1d); do files="$files /proc/$number/task/[0-9]*/status"; done
  ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
  # shellcheck disable=SC2086 # names of files, with stars
  seen=$(
    {
      sed 's/^/map /' "/proc/$pid/uid_map"
      sed 's/^.*) /start /' "/proc/$pid/stat"
      sed 's/^/uptime /' /proc/uptime
      cat $files
    } 2>/dev/null | awk -v first="$pid" -v mode="$1" -v user="$2" -v seconds="\${3:-0}" -v ticks="$ticks" -f verify/processes.awk
  ) || seen=
  # What has ended shows none.
  [ -n "$seen" ] || seen='doubt has ended'
  while read -r verdict text; do
    case $verdict in
      mark) mark "$text" ;;
      doubt) doubt "$text" ;;
    esac
  done <<END
$seen
END
}

as_declared() {
  # With another runtime, the host sees the processes of the runtime, not those inside.
  case $pid:$(ask runtime) in 0:* | *: | *:runc | *:io.containerd.runc.v2) ;; *) doubt "runs under $(ask runtime), whose users this script does not read" && return 0 ;; esac
  # shellcheck disable=SC2046 # words
  set -- $(declared_user "$(owner_of)")
  case \${1:-} in
    # Not in the program, or of a service that it does not know here.
    '') root_user ;;
    root) accept ;;
    *) processes_of_user "$@" ;;
  esac
}

users() {
  gather as_declared
  judge_others "$1" root
}
`,
};
