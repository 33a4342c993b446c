import { authorizationPlugin } from './authorization-plugin';
import { defaultUlimits } from './default-ulimits';
import { experimental } from './experimental';
import { firewallRulesOff } from './firewall-rules-off';
import { insecureRegistries } from './insecure-registries';
import { interContainerTraffic } from './inter-container-traffic';
import { liveRestore } from './live-restore';
import { logLevel } from './log-level';
import { newPrivileges } from './new-privileges';
import { oddPlacement } from './odd-placement';
import { remoteLogs } from './remote-logs';
import { seccompProfile } from './seccomp-profile';
import { storageDriver } from './storage-driver';
import { tcpListener } from './tcp-listener';
import { userNamespace } from './user-namespace';
import { userlandProxy } from './userland-proxy';

export const DAEMON_RULES = [
  interContainerTraffic,
  logLevel,
  firewallRulesOff,
  insecureRegistries,
  storageDriver,
  tcpListener,
  defaultUlimits,
  userNamespace,
  oddPlacement,
  authorizationPlugin,
  remoteLogs,
  newPrivileges,
  liveRestore,
  userlandProxy,
  seccompProfile,
  experimental,
];
