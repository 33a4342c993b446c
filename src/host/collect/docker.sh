# The engine. The script asks it only while it runs, since its socket can start it.

# Without its file, the process id is that of a dockerd in the same namespaces: a container can run an engine of its own.
engine_pid() {
  if pid=$(cat /run/docker.pid 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    echo "$pid"
    return 0
  fi
  # shellcheck disable=SC2013 # paths without blanks
  for file in $(grep -lx dockerd /proc/[0-9]*/comm 2>/dev/null); do
    process=${file%/comm}
    if [ "$(readlink "$process/ns/net") $(readlink "$process/ns/pid")" = "$(readlink /proc/self/ns/net) $(readlink /proc/self/ns/pid)" ]; then
      echo "${process#/proc/}"
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
  printf '%s\n' "$kept" | grep -q '"ServerVersion": "[^"]' || return 1
  printf '%s\n' "$kept"
}

# Tries again if a container or network disappears between the list and the inspection.
inspected() {
  for _ in 1 2 3; do
    ids=$(bounded docker "$3" ls ${4:+"$4"} -q --no-trunc) || return $?
    if [ -z "$ids" ]; then
      [ -n "$2" ] || echo '[]'
      return 0
    fi
    # shellcheck disable=SC2086 # ids hold no blanks
    if kept=$(json "$1" "$2" docker "$3" inspect $ids); then
      printf '%s\n' "$kept"
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
  printf '%s\n' "$words" | tail -n +2 | flag_values | awk -v keys="$settings" 'BEGIN { n = split(keys, k, " "); for (i = 1; i <= n; i++) known[k[i]] = 1 } $1 in known'
  printf '%s\n' "$environment" | sed -n -E 's/^(DOCKER_INSECURE_NO_IPTABLES_RAW|DOCKER_IPTABLES_SCTP_CHECKSUM|DOCKER_IGNORE_BR_NETFILTER_ERROR)=.*/environment \1/p'
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
    file=${other:-$file}
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
