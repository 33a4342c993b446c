import { HOST_BINDING_OPTION } from '../../hardening/private/engine-settings';
import { CONFIG_FOLDER, SECRET_FOLDER, SECRET_STORE } from '../../hardening/private/host-paths';
import { GATEWAY_BRIDGE, GATEWAY_NETWORK } from '../../topology/private/swarm';

/** Paths on the host. Constants: no path ever comes from the input. */
export const PATHS = {
  etc: '/etc/bulkhead',
  script: '/usr/local/sbin/bulkhead-firewall',
  swarmScript: '/usr/local/sbin/bulkhead-swarm',
  directoriesScript: '/usr/local/sbin/bulkhead-directories',
  secretScript: '/usr/local/sbin/bulkhead-secret',
  secretPlan: '/etc/bulkhead/secrets',
  configScript: '/usr/local/sbin/bulkhead-config',
  configPlan: '/etc/bulkhead/config-plan',
  configBodies: '/etc/bulkhead/config',
  sysctl: '/etc/sysctl.d/99-bulkhead.conf',
  modules: '/etc/modules-load.d/bulkhead.conf',
  auditRules: '/etc/audit/rules.d/50-bulkhead.rules',
  daemonJson: '/etc/docker/daemon.json',
  dropIn: '/etc/systemd/system/docker.service.d/50-bulkhead.conf',
  networkd: '/etc/systemd/network/05-bulkhead.network',
  networkManager: '/etc/NetworkManager/conf.d/90-bulkhead.conf',
  firewallUnit: '/etc/systemd/system/bulkhead-firewall.service',
  watchUnit: '/etc/systemd/system/bulkhead-watch.service',
  checkUnit: '/etc/systemd/system/bulkhead-check.service',
  checkTimer: '/etc/systemd/system/bulkhead-check.timer',
} as const;

/** What `install.sh --remove` removes besides the folder under /etc; daemon.json belongs to Docker. */
const OWN_FILES = [
  PATHS.dropIn,
  PATHS.firewallUnit,
  PATHS.watchUnit,
  PATHS.checkUnit,
  PATHS.checkTimer,
  PATHS.sysctl,
  PATHS.modules,
  PATHS.auditRules,
  PATHS.networkd,
  PATHS.networkManager,
  PATHS.script,
  PATHS.swarmScript,
  PATHS.directoriesScript,
  PATHS.secretScript,
  PATHS.configScript,
];

/** Adds to what is loaded; other rules stay as they are. */
export const LOAD_AUDIT = `auditctl -R ${PATHS.auditRules} >/dev/null 2>&1`;

/** How long a certificate of a node is valid; a node that was away for longer has to join again. */
export const SWARM_CERTIFICATES = '2160h';

/** Maximum size of a secret in bytes: the limit of Swarm. */
export const SECRET_LIMIT = 512_000;

/** The values of `@NAME@` in the programs of the host. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  ...PATHS,
  ownFiles: OWN_FILES.join(' '),
  dropInFolder: PATHS.dropIn.replace(/\/[^/]*$/, ''),
  loadAudit: LOAD_AUDIT,
  gatewayNetwork: GATEWAY_NETWORK,
  gatewayBridge: GATEWAY_BRIDGE,
  hostBinding: HOST_BINDING_OPTION,
  certificates: SWARM_CERTIFICATES,
  secretStore: SECRET_STORE,
  secretFolder: SECRET_FOLDER,
  configFolder: CONFIG_FOLDER,
  secretLimit: `${SECRET_LIMIT}`,
};
