# The command setup: makes the applied guard permanent.

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
