# The checks of a swarm node in verify.sh, and of the swarm if the node is a manager. What only other nodes know, and what is a habit, is a SKIP.

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
    skip "of the $managers managers that the program names the swarm has ${value:-none} so far"
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
    unless "$(printf '%s\n' "$listening" | awk '{ print $5 }' | grep -vxF -e "$swarm:2377" -e "$swarm:7946" | sort -u | one_line)" 'the swarm listens on one address'
  fi
}

# An option of a network, with or without a value.
overlays() {
  of_node || return 0
  found=
  networks=$(docker network ls --filter driver=overlay --format '{{.Name}}' 2>/dev/null) || { skip 'the engine did not answer'; return 0; }
  for name in $networks; do
    options=$(docker network inspect --format '{{range $k, $v := .Options}}{{printf "%q=%q" $k $v}}{{println}}{{end}}' "$name" 2>/dev/null) || options='?'
    printf '%s\n' "$options" | grep -qxE '"encrypted"="(true|True|TRUE|t|T|1)?"' || found="$found $name"
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
  if [ "$value" -gt 0 ] && [ "$value" -le 7776000000000000 ]; then pass 'certificates of nodes expire after 90 days or less'; else fail "certificates of nodes expire after ${value:-unknown} ns"; fi
}

# The age of the CA is visible, but not how often the site wants a new one.
ca_rotation() {
  of_manager && says '{{.Swarm.Cluster.RootRotationInProgress}}' || return 0
  [ "$value" != true ] || { skip 'the CA of the swarm is being rotated'; return 0; }
  begun=$(openssl x509 -noout -startdate -in "$root_directory/swarm/certificates/swarm-root-ca.crt" 2>/dev/null | sed 's/^notBefore=//') || begun=
  skip "how often the CA is to be rotated, the site decides: the one in force is of ${begun:-unknown age}"
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
  path=$(printf '%s\n' "$state" | sed -n 's/^DataPathAddr //p')
  if [ -z "$path" ]; then
    fail 'the data plane has no separate address, so the engine chooses where overlays go'
  elif [ "$path" != "$swarm" ]; then
    pass "overlays go over $path, management over $swarm"
  else
    skip "both planes are on $path, as the program has it: whether they need networks of their own, the site decides"
  fi
}
