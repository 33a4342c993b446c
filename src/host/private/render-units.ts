import { LOAD_AUDIT, PATHS } from './constants';
import type { HostFile, HostInput } from './host-input';

/**
 * Units and the drop-in of docker.service. No unit has `PartOf` or `Requires`: the first breaks restarts of firewalld, the second restarts docker
 * together with Bulkhead's units. If `apply` fails, docker does not start: the drop-in causes that.
 */
export function renderUnits({
  swarm,
  secrets,
  auditRules,
  directories,
  config,
}: Pick<HostInput, 'swarm' | 'secrets' | 'auditRules' | 'directories' | 'config'>): HostFile[] {
  const [before, after] = [0, 1].map(
    (at) => (swarm ? NODE[at] : '') + (secrets ? SECRETS[at] : '') + (config.length > 0 ? CONFIG[at] : ''),
  );
  const audit = auditRules ? AUDIT : '';
  const made = directories.length > 0 ? DIRECTORIES : '';
  return [
    unit(
      PATHS.dropIn,
      `[Service]\nExecStartPre=${PATHS.script} apply --quiet\n${made}${before}ExecStartPost=${PATHS.script} apply --quiet\n${after}${audit}`,
    ),
    unit(PATHS.firewallUnit, FIREWALL),
    unit(PATHS.watchUnit, WATCH),
    unit(PATHS.checkUnit, CHECK),
    unit(PATHS.checkTimer, TIMER),
  ];
}

/** What a node of a swarm needs before its tasks come back, and after docker started; docker keeps running if the latter fails. */
const NODE = [`ExecStartPre=${PATHS.swarmScript} stamp\n`, `ExecStartPost=-${PATHS.swarmScript} start\n`] as const;

/** The engine also starts if a directory cannot be created: then the containers that mount it do not start. */
const DIRECTORIES = `ExecStartPre=-${PATHS.directoriesScript}\n`;
/**
 * Containers find their secrets when the engine starts them, and containers that kept running are notified of later changes. A secret that cannot be
 * read keeps its own containers from starting, but not the engine.
 */
const SECRETS = [`ExecStartPre=-${PATHS.secretScript} apply\n`, `ExecStartPost=-${PATHS.secretScript} apply\n`] as const;

/** The same of their files with content. */
const CONFIG = [`ExecStartPre=-${PATHS.configScript} apply\n`, `ExecStartPost=-${PATHS.configScript} apply\n`] as const;

/** At boot the sockets and directories of the engine come after auditd, which then has no rules for them. */
const AUDIT = `ExecStartPost=-/bin/sh -c '! command -v auditctl >/dev/null || ${LOAD_AUDIT}'\n`;

/**
 * The rights that the program needs: it writes below /run and the switches of the network, uses netlink to communicate with the kernel, and loads
 * modules of the firewall. It sends nothing; the watch uses the engine's socket. /proc stays complete, since the program checks there whether the
 * engine runs; a system call that is not listed fails instead of ending the guard. The unit does not repeat what the three capabilities already
 * exclude (clock, host name, kernel log).
 */
const SANDBOX = `CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_MODULE
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/run -/proc/sys/net -/sys/devices/virtual/net
ProtectHome=read-only
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictSUIDSGID=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service @module
SystemCallErrorNumber=EPERM
IPAddressDeny=any
`;

/** Ordered like nftables.service: default dependencies would make a cycle with network-pre.target where cloud-init or ifupdown runs. */
const FIREWALL = `[Unit]
Description=Bulkhead guard of Docker networks
DefaultDependencies=no
Wants=network-pre.target
After=local-fs.target systemd-modules-load.service systemd-sysctl.service
After=firewalld.service nftables.service netfilter-persistent.service ufw.service
Before=network-pre.target docker.service shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${PATHS.script} apply
${SANDBOX}
[Install]
WantedBy=multi-user.target
`;

const WATCH = `[Unit]
Description=Bulkhead watch over the guard
After=bulkhead-firewall.service
StartLimitIntervalSec=0

[Service]
ExecStart=${PATHS.script} watch
Restart=always
RestartSec=2
${SANDBOX}
[Install]
WantedBy=multi-user.target
`;

/** The fallback beside the watch: `apply` changes nothing if everything is correct. The journal gets no manager messages of every run. */
const CHECK = `[Unit]
Description=Bulkhead check of the guard
After=bulkhead-firewall.service

[Service]
Type=oneshot
ExecStart=${PATHS.script} apply --quiet
SyslogLevel=notice
LogLevelMax=notice
${SANDBOX}`;

const TIMER = `[Unit]
Description=Bulkhead check of the guard, every 30 s

[Timer]
OnActiveSec=30
OnUnitInactiveSec=30
AccuracySec=1

[Install]
WantedBy=timers.target
`;

function unit(path: string, content: string): HostFile {
  return { path, mode: '0644', content };
}
