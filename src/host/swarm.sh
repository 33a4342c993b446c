#!/bin/sh
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
    [ ! -e "$link" ] || ip link delete "${link##*/}" 2>/dev/null || :
  done
}

# Swarm would create it itself, in a block of its choice and with a bridge that the guard does not know. A service cannot name an address for its
# ports, and the engine's own choice here is loopback.
make_gateway() {
  if found=$(docker network inspect --format '{{index .Options "com.docker.network.bridge.name"}} {{range .IPAM.Config}}{{.Subnet}}{{end}}' @gatewayNetwork@ 2>/dev/null); then
    [ "$found" = "@gatewayBridge@ $block" ] && return 0
    die "the network @gatewayNetwork@ was not made for this guard (it is '$found'): drain this node, docker swarm leave, docker network rm @gatewayNetwork@, and $0 start"
  fi
  docker network create --driver bridge --subnet "$block" --gateway "$gateway" \
    --opt com.docker.network.bridge.name=@gatewayBridge@ --opt com.docker.network.bridge.enable_icc=false \
    --opt com.docker.network.bridge.enable_ip_masquerade=true --opt @hostBinding@=0.0.0.0 @gatewayNetwork@ >/dev/null
}

init() {
  set -- --advertise-addr "$address" --listen-addr "$address:2377" --data-path-addr "$address" --data-path-port "$port" \
    --cert-expiry @certificates@ \
    --default-addr-pool "$ingress" --default-addr-pool-mask-length "${ingress#*/}"
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
case ${1:-}:${2:-} in
  stamp:) link_stamp && forget_overlays ;;
  start: | join:) "$1" ;;
  token:*) token "${2:-}" ;;
  *) die 'usage: bulkhead-swarm start | token worker|manager | join (the token comes by standard input)' ;;
esac
